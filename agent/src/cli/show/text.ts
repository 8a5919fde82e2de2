// A policy as people read it: what it is and is worth, what it does in words, then in numbers, then everywhere.
import type { EnvironmentKind, Explanation } from "@policyledger/core";
import { placeOf, rewardIn } from "../claims/texts.ts";
import { fieldColumn, stacked, valueText } from "../stacked.ts";
import { billionths, count, fields, foreign, type Terminal, wrap } from "../terminal.ts";
import { worthText } from "../worth.ts";
import { gridText } from "./grid.ts";
import type { Meant } from "./meant.ts";

export interface Shown extends Meant {
  readonly kind: EnvironmentKind;
  /** "standard", or null where the configuration is no preset. */
  readonly preset: string | null;
  readonly explanation: Explanation;
  readonly expected: number;
  readonly optimum: number;
}

const LONGEST_BAR = 40;
const WIDEST_TEXT = 120;

export function showText(shown: Shown, terminal: Terminal, all: boolean): string {
  const { kind, explanation } = shown;
  const { paint } = terminal;
  const grid = gridText(kind, explanation, terminal);
  const section = (title: string, text: string) => `${paint.bold(title)}\n${text}`;
  return [
    headText(shown, terminal),
    section("In words", summaryText(explanation, terminal)),
    ...(explanation.rules === null
      ? []
      : [section(rulesTitle(explanation.rules), rulesText(explanation, terminal))]),
    section("What it does", actionsText(explanation, terminal)),
    ...(explanation.rules === null ? [] : [section("What decides", featuresText(explanation, terminal))]),
    ...(all ? [section("In each situation", situationsText(kind, explanation, terminal))] : []),
    ...(all || grid === null ? [] : [section("In each situation", grid)]),
  ].join("\n\n");
}

function headText(
  { artifact, bytes, policy_hash, kind, preset, entry, file, ...worth }: Shown,
  terminal: Terminal,
): string {
  const rows: [string, string][] = [
    ["policy", policy_hash],
    ["kind", `${sizeOf(artifact)}, ${count(bytes)} bytes`],
    ["in", `${kind.id} ${preset ?? "in a configuration of its own"}`],
    ["expected", worthText(worth.expected, worth.optimum, kind.rewardUnit)],
  ];
  if (file !== null) rows.push(["file", foreign(file)]);
  if (entry !== null) {
    const { index, agent_id, verified_reward } = entry.entry;
    rows.push(
      ["entry", `${index}, by ${foreign(agent_id)}`],
      ["claimed", `${rewardIn(verified_reward, kind.rewardUnit)} in ${placeOf(entry.entry)}`],
    );
  }
  return fields(terminal, rows);
}

function sizeOf(artifact: Shown["artifact"]): string {
  switch (artifact.kind) {
    case "q-table":
      return `q-table of ${count(artifact.q.length)} rows`;
    case "rules":
      return `rules, ${artifact.rules.length} and a default`;
    default:
      return artifact.kind;
  }
}

function summaryText({ summary }: Explanation, { width }: Terminal): string {
  return summary
    .map((sentence) => `  ${wrap(foreign(sentence, 2_000), Math.min(width, WIDEST_TEXT), 4)}`)
    .join("\n");
}

function rulesTitle({ covers, situations }: NonNullable<Explanation["rules"]>): string {
  return covers === situations ? "As rules, exactly" : "As rules, roughly";
}

function rulesText({ rules }: Explanation, { width }: Terminal): string {
  return rules!.text
    .map((line, i) => `${String(i + 1).padStart(3)}  ${wrap(line, Math.min(width, WIDEST_TEXT), 5)}`)
    .join("\n");
}

function actionsText({ actions, situations }: Explanation, { paint, width }: Terminal): string {
  const widest = Math.max(...actions.map(({ name }) => name.length));
  const room = Math.min(LONGEST_BAR, width - widest - 40);
  return actions
    .map(({ name, share, situations: taken }) => {
      const bar = "█".repeat(share === 0 ? 0 : Math.max(1, Math.round((share / 1e9) * room)));
      const percent = `${(share / 1e7).toFixed(1)}%`.padStart(6);
      const where = `${String(taken).padStart(String(situations.length).length)} of ${situations.length} situations`;
      const line = `  ${name.padEnd(widest)}  ${paint.green(bar)}${paint.dim("░".repeat(room - bar.length))}  ${percent}  ${where}`;
      return line;
    })
    .join("\n");
}

function featuresText({ features }: Explanation, { paint, width }: Terminal): string {
  const widest = Math.max(...features.map(({ field }) => field.length));
  const room = Math.min(LONGEST_BAR, width - widest - 40);
  const of = String(Math.max(...features.map(({ pairs }) => pairs))).length;
  return features
    .map(({ field, pairs, changed }) => {
      const part = pairs === 0 ? 0 : changed / pairs;
      const bar = "█".repeat(part === 0 ? 0 : Math.max(1, Math.round(part * room)));
      const percent = `${(part * 100).toFixed(1)}%`.padStart(6);
      const what =
        pairs === 0
          ? "no two differ in it alone"
          : `${String(changed).padStart(of)} of ${String(pairs).padStart(of)} pairs`;
      return `  ${field.padEnd(widest)}  ${paint.cyan(bar)}${paint.dim("░".repeat(room - bar.length))}  ${percent}  ${what}`;
    })
    .join("\n");
}

/** A row a situation; the values of the actions, where the policy has some and there is room. */
function situationsText(kind: EnvironmentKind, { situations }: Explanation, terminal: Terminal): string {
  const { paint, width } = terminal;
  const actionWidth = Math.max(...kind.actions.map(({ length }) => length));
  const base = [
    ...kind.fields.map(fieldColumn),
    { title: "action", width: actionWidth },
    { title: "per episode", right: true, width: 7 },
    { title: "decided by", width: 9 },
  ];
  const valued = situations.some(({ decision }) => decision.by === "values");
  const wide = [...base, ...kind.actions.map((name) => ({ title: name, right: true, width: VALUE }))];
  const room = wide.reduce((sum, column) => sum + column.width + 2, 0);
  const isWide = valued && room + kind.fields.length * 2 <= width;
  const { titles, row } = stacked(terminal, isWide ? wide : base);
  const lines = situations.map(({ values, action, visits, decision }) =>
    row([
      ...kind.fields.map((field, i) => valueText(field, values[i]!)),
      action === null ? "any" : paint.cyan(kind.actions[action]!),
      billionths(visits, 1),
      decisionText(decision),
      ...(isWide ? valuesOf(decision, action, kind.actions.length, paint) : []),
    ]),
  );
  return [...titles, ...lines].join("\n");
}

const VALUE = 9;

function decisionText(decision: Explanation["situations"][number]["decision"]): string {
  switch (decision.by) {
    case "values":
      return decision.margin === 0 ? "tie" : `+${significant(decision.margin)}`;
    case "rule":
      return `rule ${decision.rule + 1}`;
    default:
      return decision.by;
  }
}

function valuesOf(
  decision: Explanation["situations"][number]["decision"],
  action: number | null,
  actions: number,
  { bold }: Terminal["paint"],
): string[] {
  if (decision.by !== "values") return Array.from({ length: actions }, () => "");
  return decision.values.map((value, i) => (i === action ? bold(significant(value)) : significant(value)));
}

/** Values of an artifact are integers, in its own unit. */
function significant(value: number): string {
  const text = count(value);
  return text.length <= VALUE ? text : value.toExponential(1);
}
