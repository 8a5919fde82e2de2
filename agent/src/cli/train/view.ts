// What a training looks like while it runs: on a terminal a few lines that are drawn over themselves, elsewhere a plain
// line every ten seconds.
import type { EnvironmentKind, Progress } from "@policyledger/core";
import { duration, fitParts } from "../progress.ts";
import { columnsOf, count, points, sparkline, type Terminal } from "../terminal.ts";

export interface View {
  /** To be told often; it draws when it is time to. */
  set(progress: Progress): void;
  /** Takes the lines away, or leaves them where they are. */
  end(leave?: boolean): void;
}

const FRAME_MS = 90;
const LINE_MS = 10_000;
/** Averages that the curve is drawn of: as many as there are points are kept, and halved when they get too many. */
const MOST_POINTS = 512;
/** Of the bar; the shorter one leaves room for the rate where there are 80 columns. */
const BAR = { narrow: 14, wide: 24, from: 100 };
/** Columns before the values. */
const LABEL = 10;

export function trainingView(
  terminal: Terminal,
  kind: EnvironmentKind,
  now: () => number = () => performance.now(),
): View {
  const started = now();
  const curve = new Curve();
  let first: number | null = null;
  let best = Number.NEGATIVE_INFINITY;
  let drawn = 0;
  let told = started;
  let frame: readonly string[] = [];

  /** In one piece and from the top, line over line: nothing is empty in between, which would flicker. */
  const redraw = (next: readonly string[]) => {
    const rows = rowsOf(frame, terminal.width);
    const up = rows === 0 ? "" : `\r\u001b[${rows}A`;
    // Of a frame that has become narrower, its window broke lines in two: what stood lower is wiped too.
    terminal.draw(`${up}${next.map((line) => `${line}\u001b[K\n`).join("")}\u001b[J`);
    frame = next;
  };
  return {
    set: (progress) => {
      first ??= progress.episode;
      curve.add(progress.episode, progress.average);
      if (progress.episode > 100) best = Math.max(best, progress.average);
      const at = now();
      const seconds = (at - started) / 1_000;
      const rate = (progress.episode - first) / seconds;
      if (!terminal.isLive) {
        if (at - told < LINE_MS) return;
        told = at;
        terminal.note(plainLine(progress, rate, kind));
        return;
      }
      if (at - drawn < FRAME_MS) return;
      drawn = at;
      redraw(frameOf({ progress, rate, best, curve, kind }, terminal));
    },
    end: (leave = false) => {
      if (!leave && frame.length > 0) redraw([]);
    },
  };
}

/** How many a window of that width takes for them: it breaks a line that no longer fits when it gets narrower. */
function rowsOf(frame: readonly string[], width: number): number {
  return frame.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / width)), 0);
}

/** The averages over all episodes, thinned out evenly. */
class Curve {
  private every = 1;
  private next = 0;
  points: number[] = [];

  add(episode: number, average: number): void {
    if (episode < this.next) return;
    this.points.push(average);
    if (this.points.length >= MOST_POINTS) {
      this.points = this.points.filter((_, i) => i % 2 === 0);
      this.every *= 2;
    }
    this.next = episode + this.every;
  }

  /** So many of them, from the first to the last. */
  sampled(most: number): number[] {
    const { points } = this;
    if (points.length <= most) return points;
    return Array.from(
      { length: most },
      (_, i) => points[Math.round((i * (points.length - 1)) / (most - 1))]!,
    );
  }
}

interface Shown {
  readonly progress: Progress;
  readonly rate: number;
  readonly best: number;
  readonly curve: Curve;
  readonly kind: EnvironmentKind;
}

function frameOf({ progress, rate, best, curve, kind }: Shown, { paint, width }: Terminal): string[] {
  const { episode, episodes, average, epsilon, table_size, action_counts } = progress;
  const part = episode / episodes;
  const length = width < BAR.from ? BAR.narrow : BAR.wide;
  const full = Math.round(part * length);
  const left = rate > 0 ? `${duration((episodes - episode) / rate)} left` : "";
  const bar = paint.green("█".repeat(full)) + paint.dim("░".repeat(length - full));
  const states = kind.fields.reduce((product, { size }) => product * size, 1);
  const room = Math.max(10, Math.min(160, width - LABEL - 2));
  const averaged = (value: number) => (Number.isFinite(value) ? points(value, kind.rewardUnit) : "–");
  const inside = width - LABEL - 1;
  const rows: [string, string][] = [
    [
      "episode",
      fitParts(
        [
          { text: bar, worth: 3 },
          { text: `${Math.floor(part * 100)} %`, worth: 5 },
          { text: `${count(episode)}/${count(episodes)}`, worth: 1 },
          { text: `${count(rate)}/s`, worth: 2 },
          { text: left, worth: 4 },
        ],
        inside,
      ),
    ],
    [
      "average",
      fitParts(
        [
          { text: paint.bold(`${averaged(average)} points`), worth: 4 },
          { text: `best ${averaged(best)}`, worth: 3 },
          { text: `ε ${epsilon.toFixed(3)}`, worth: 2 },
          { text: `${count(table_size)} of ${count(states)} situations met`, worth: 1 },
        ],
        inside,
      ),
    ],
    ["", paint.cyan(sparkline(curve.sampled(room)))],
    ["actions", sharesOf(action_counts, kind.actions, inside)],
  ];
  return rows.map(([name, value]) => `${paint.dim(name.padEnd(LABEL - 2))}  ${value}`);
}

/** All of them, with names cut as far as is needed. */
function sharesOf(counts: readonly number[], names: readonly string[], room: number): string {
  const all = counts.reduce((sum, each) => sum + each, 0) || 1;
  const line = (most: number) =>
    counts.map((each, i) => `${cutName(names[i]!, most)} ${Math.round((100 * each) / all)}%`).join("  ");
  let most = Math.max(...names.map((name) => name.length));
  while (most > 1 && line(most).length > room) most--;
  return line(most);
}

function cutName(name: string, most: number): string {
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}

function plainLine(
  { episode, episodes, average, epsilon }: Progress,
  rate: number,
  { rewardUnit }: EnvironmentKind,
): string {
  return `training: ${count(episode)} of ${count(episodes)} episodes, ${count(rate)}/s, average ${points(average, rewardUnit)}, ε ${epsilon.toFixed(3)}`;
}
