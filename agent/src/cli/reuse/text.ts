// What was checked, and what the runs came to, as people read it.
import {
  binsOf,
  type Environment,
  type EnvironmentKind,
  type Figures,
  type Standing,
} from "@policyledger/core";
import { byText } from "../board/wanted.ts";
import { placeOf, rewardIn, signed } from "../claims/texts.ts";
import { provenSaid } from "../log/text.ts";
import { columnsOf, count, counted, fields, foreign, points, type Terminal, wrap } from "../terminal.ts";
import { worthText } from "../worth.ts";
import type { Checked } from "./check.ts";

type Writing = Pick<Terminal, "paint" | "width">;

export function chosenText(
  { sealed: { entry }, first }: Checked,
  kind: EnvironmentKind,
  terminal: Writing,
): string {
  const best = first === null ? "" : `, the best of ${first.board.preset} ${byText(first.board.by)}`;
  return fields(terminal, [
    ["policy", entry.policy_hash],
    ["entry", `${entry.index}${best}`],
    ["agent", foreign(entry.agent_id)],
    ["claimed", `${rewardIn(entry.verified_reward, kind.rewardUnit)} in ${placeOf(entry)}`],
  ]);
}

/** What was looked at, a line each; what was not is said as plainly. */
export function checksText(checked: Checked, endpoint: string, terminal: Writing): string {
  const { paint, width } = terminal;
  const { sealed, chain, first } = checked;
  const { entry, current_hash } = sealed;
  const links =
    chain.size - 1 === entry.index ? "the last one" : `linked to the head, entry ${chain.size - 1}`;
  const [inclusion, ...log] = provenSaid(checked.proven);
  const yes: [string, string][] = [
    [inclusion![1], inclusion![2]],
    ["artifact", "its hash is the policy's, its content is one that is accepted"],
    ["entry", `${short(current_hash)}… is its hash; claim id and signature are right`],
    [
      "replay",
      `seed ${entry.seed} earns exactly what is recorded${entry.evaluation ? "; so does the evaluation" : ""}`,
    ],
    ["chain", `${links}: ${short(chain.head!)}…, as the service says`],
  ];
  const no: [string, string][] = [];
  for (const [good, name, what] of log) (good ? yes : no).push([name, what]);
  if (chain.newer !== null) {
    no.push([
      "best",
      `entry ${chain.newer} stands before it, and was not ranked yet when the service was asked`,
    ]);
  } else if (first !== null) {
    if (chain.from === 0)
      yes.push(["best", `of all ${counted(chain.size, "entry", "entries")}, none stands before it`]);
    else
      no.push([
        "best",
        `entries before ${chain.from} were not read, --whole does: one of them may be better`,
      ]);
  }
  if (chain.seen === null) {
    no.push([
      "audit",
      `no audit of ${foreign(endpoint, 80)} was made from here: nothing tells whether this is the ledger that it showed before; \`policyledger audit\` remembers it`,
    ]);
  } else
    yes.push([
      "audit",
      `continues the ${counted(chain.seen.size, "entry", "entries")} that were audited from here at ${chain.seen.seen_at}`,
    ]);
  const line =
    (sign: string) =>
    ([name, what]: [string, string]) =>
      `${sign} ${name.padEnd(10)}${wrap(what, width, 12)}`;
  return [...yes.map(line(paint.green("✓"))), ...no.map(line(paint.yellow("!")))].join("\n");
}

function short(hash: string): string {
  return hash.slice(0, 16);
}

export interface Ran {
  readonly env: Environment;
  readonly kind: EnvironmentKind;
  /** Where it ran: "standard". */
  readonly preset: string;
  readonly first: number;
  readonly rewards: readonly number[];
  readonly figures: Figures;
  /** Exact, in billionths. */
  readonly expected: number;
  readonly optimum: number;
  /** Of the claimed reward; null where it was claimed in another configuration. */
  readonly standing: Standing | null;
}

export interface Claimed {
  readonly seed: number;
  readonly verified_reward: number;
}

/** `claimed` is null where nothing was, there or at all. */
export function ranText(ran: Ran, claimed: Claimed | null, terminal: Writing): string {
  const { kind, preset, first, rewards, figures, expected, optimum, standing } = ran;
  const { paint } = terminal;
  const unit = kind.rewardUnit;
  const { mean, deviation, min, quartiles, max, episodes } = figures;
  const seeds = episodes === 1 ? `seed ${first}` : `seeds ${first} to ${first + episodes - 1}`;
  const title = `${paint.bold(counted(episodes, "episode"))} in ${preset}, ${seeds}`;
  const one = episodes === 1;
  const spread = (deviation / unit).toFixed(3);
  const [low, ...middle] = [min, ...quartiles].map((reward) => points(reward, unit));
  const rows: [string, string][] = [
    one
      ? ["return", `${low} points`]
      : ["mean", `${(mean / unit).toFixed(3)} points, standard deviation ${spread}`],
    ["expected", `${worthText(expected, optimum, unit)} (exact)`],
  ];
  if (!one) rows.push(["spread", `${low} to ${points(max, unit)}, quartiles ${middle.join(", ")}`]);
  const parts = [title, fields(terminal, rows)];
  if (!one)
    parts.push("", histogram(rewards, unit, standing === null ? null : claimed!.verified_reward, terminal));
  if (standing !== null) parts.push("", standingText(standing, claimed!, unit, terminal));
  return parts.join("\n");
}

/** What a seed is worth to whoever may choose it. */
export function bestOfText(
  best: readonly (readonly [tries: number, reward: number])[],
  { kind, expected }: Ran,
  terminal: Writing,
): string {
  const unit = kind.rewardUnit;
  const rows = best.map(([tries, reward]): [string, string] => {
    const above = ((reward - expected / 1e9) / unit).toFixed(1);
    return [
      `best of ${count(tries)}`,
      `${(reward / unit).toFixed(3)} points on average, ${above} above the expected`,
    ];
  });
  return rows.length === 0 ? "" : fields(terminal, rows);
}

const LONGEST_BAR = 60;

function histogram(
  rewards: readonly number[],
  unit: number,
  claimed: number | null,
  { paint, width }: Writing,
): string {
  const bins = binsOf(rewards);
  const most = Math.max(...bins.map((bin) => bin.count));
  const labels = bins.map(({ from }) => points(from, unit));
  const widest = Math.max(...labels.map(({ length }) => length));
  const counts = String(count(most)).length;
  const mark = "◂ claimed";
  const room = Math.min(LONGEST_BAR, width - widest - counts - mark.length - 8);
  return bins
    .map((bin, i) => {
      const bar = "█".repeat(bin.count === 0 ? 0 : Math.max(1, Math.round((bin.count / most) * room)));
      const isClaimed = claimed !== null && claimed >= bin.from && claimed < bin.to;
      const line = `  ${labels[i]!.padStart(widest)} ${paint.dim("│")}${paint.green(bar)} ${bin.count === 0 ? "" : count(bin.count)}`;
      return isClaimed ? `${line.padEnd(columnsOf(line))}  ${paint.yellow(mark)}` : line.trimEnd();
    })
    .join("\n");
}

/** Whoever may choose the seed may choose a lucky one: this says how lucky it was. */
function standingText(
  { below, equal, above }: Standing,
  { seed, verified_reward }: Claimed,
  unit: number,
  terminal: Writing,
): string {
  const all = below + equal + above;
  const percent = (part: number) => `${((part / all) * 100).toFixed(1)}%`;
  const text =
    `The claimed seed ${seed} earned ${points(verified_reward, unit)}: more than ${percent(below)} of these episodes, ` +
    `as much as ${percent(equal)}, less than ${percent(above)}.`;
  return signed(terminal.paint.yellow("◂"), text, terminal);
}
