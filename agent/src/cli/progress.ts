// A bar for whatever takes longer than a second: how far, how fast, how long yet. On a terminal it is drawn over itself;
// elsewhere a plain line tells every ten seconds that it goes on.
import { columnsOf, count, type Terminal } from "./terminal.ts";

export interface Progress {
  /** How far it is; `more` is said behind the bar. */
  set(done: number, more?: string): void;
  /** Takes the bar away. */
  end(): void;
}

const QUIET_MS = 1_000;
const FRAME_MS = 80;
const LINE_MS = 10_000;
const BAR = 24;

export function progress(
  terminal: Terminal,
  { label, total, unit }: { readonly label: string; readonly total: number | null; readonly unit: string },
  now: () => number = () => performance.now(),
): Progress {
  const started = now();
  let drawn = 0;
  let told = started;
  let visible = false;
  return {
    set: (done, more = "") => {
      const at = now();
      if (at - started < QUIET_MS) return;
      if (!terminal.isLive) {
        if (at - told < LINE_MS) return;
        told = at;
        terminal.note(
          `${label}: ${count(done)}${total === null ? "" : ` of ${count(total)}`} ${unit}${more && `, ${more}`}`,
        );
        return;
      }
      if (at - drawn < FRAME_MS && done !== total) return;
      drawn = at;
      visible = true;
      const line = lineOf({ label, total, unit, done, seconds: (at - started) / 1_000, more }, terminal);
      terminal.draw(`\r${line}\u001b[K`);
    },
    end: () => {
      if (visible) terminal.draw("\r\u001b[K");
      visible = false;
    },
  };
}

interface State {
  readonly label: string;
  readonly total: number | null;
  readonly unit: string;
  readonly done: number;
  readonly seconds: number;
  readonly more: string;
}

function lineOf({ label, total, unit, done, seconds, more }: State, { width, paint }: Terminal): string {
  const rate = done / seconds;
  const speed = { text: `${count(rate)} ${unit}/s`, worth: 2 };
  const said = { text: more, worth: 3 };
  if (total === null)
    return fitParts(
      [{ text: label, worth: 5 }, { text: `${count(done)} ${unit}`, worth: 4 }, speed, said],
      width,
    );
  const part = total === 0 ? 1 : Math.min(1, done / total);
  return fitParts(
    [
      { text: label, worth: 6 },
      { text: bar(part, paint), worth: 5 },
      { text: `${Math.floor(part * 100)} %`, worth: 7 },
      { text: `${count(done)}/${count(total)}`, worth: 1 },
      speed,
      { text: rate > 0 ? `${duration((total - done) / rate)} left` : "", worth: 4 },
      said,
    ],
    width,
  );
}

export interface Part {
  readonly text: string;
  /** What is worth least is left out first, where there is not room for all. */
  readonly worth: number;
}

export function fitParts(parts: readonly Part[], width: number): string {
  let kept = parts.filter(({ text }) => text !== "");
  const line = () => kept.map(({ text }) => text).join("  ");
  while (kept.length > 1 && columnsOf(line()) >= width) {
    const least = Math.min(...kept.map(({ worth }) => worth));
    kept = kept.filter(({ worth }) => worth !== least);
  }
  return line();
}

function bar(part: number, { green, dim }: Terminal["paint"]): string {
  const full = Math.round(part * BAR);
  return green("█".repeat(full)) + dim("░".repeat(BAR - full));
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.round((seconds % 3_600) / 60)} min`;
}
