// All situations of a policy at once: a letter each, with some fields down the side and the others across.
import type { EnvironmentKind, Explanation, Field } from "@policyledger/core";
import { valueText } from "../stacked.ts";
import { columnsOf, type Paint, type Terminal } from "../terminal.ts";

type Writing = Pick<Terminal, "paint" | "width">;

/** A field, where it stands among the fields, and the values that it takes. */
interface Axis {
  readonly field: Field;
  readonly at: number;
  readonly seen: readonly number[];
}

/** Actions differ in colour too; the colours begin anew behind the last. */
const SHADES: readonly (keyof Paint)[] = ["green", "cyan", "yellow", "red", "bold", "dim"];
const NEVER = "·";
/** A number with more values than this has no room for its values one by one. */
const DENSE = 8;
const TICKS = 5;

/** Null for a policy that draws: there is nothing to tell apart. */
export function gridText(
  kind: EnvironmentKind,
  { situations }: Explanation,
  terminal: Writing,
): string | null {
  if (situations.some(({ action }) => action === null)) return null;
  const axes = kind.fields.map((field, at): Axis => ({ field, at, seen: seenIn(situations, at) }));
  const across = acrossOf(axes, terminal.width);
  const down = axes.filter((axis) => !across.includes(axis));
  const actions = new Map(situations.map(({ values, action }) => [values.join(), action!]));
  const letters = lettersOf(kind.actions);
  const paintOf = (action: number) => terminal.paint[SHADES[action % SHADES.length]!];
  const cellAt = (rows: readonly number[], columns: readonly number[]): string => {
    const values = kind.fields.map(() => 0);
    for (const [i, { at }] of down.entries()) values[at] = rows[i]!;
    for (const [i, { at }] of across.entries()) values[at] = columns[i]!;
    const action = actions.get(values.join());
    return action === undefined ? terminal.paint.dim(NEVER) : paintOf(action)(letters[action]!);
  };
  const legend = kind.actions.map((name, action) => `${paintOf(action)(letters[action]!)} ${name}`);
  return [
    ...drawn(down, across, cellAt, terminal.paint),
    "",
    ...packed([...legend, `${terminal.paint.dim(NEVER)} never gets there`], terminal.width),
  ].join("\n");
}

/** As many on a line as there is room for. */
function packed(texts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const text of texts) {
    const longer = `${lines.at(-1) ?? ""}  ${text}`;
    if (lines.length > 0 && columnsOf(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(text);
  }
  return lines;
}

function seenIn(situations: Explanation["situations"], at: number): number[] {
  return [...new Set(situations.map(({ values }) => values[at]!))].sort((a, b) => a - b);
}

/** A number of many values lies innermost, a column each; otherwise the last fields, as many as have room. */
function acrossOf(axes: readonly Axis[], width: number): readonly Axis[] {
  const dense = axes.filter(isDense).sort((a, b) => b.seen.length - a.seen.length)[0];
  const others = axes.filter((axis) => axis !== dense && !isDense(axis)).reverse();
  let across: Axis[] = dense === undefined ? [] : [dense];
  for (const axis of others) {
    const wider = [axis, ...across];
    const down = axes.filter((other) => !wider.includes(other));
    if (down.length === 0 || sideWidth(down, wider) + columnsWidth(wider) > width) break;
    across = wider;
  }
  return across;
}

function isDense({ field, seen }: Axis): boolean {
  return field.labels === undefined && seen.length > DENSE;
}

/** From inside out: a block of one field holds blocks of the next. */
function columnsWidth(across: readonly Axis[]): number {
  return across.reduceRight(
    (inner, axis, i) => blockWidth(axis, inner, i === across.length - 1) * axis.seen.length,
    1,
  );
}

function blockWidth(axis: Axis, inner: number, innermost: boolean): number {
  if (innermost && isDense(axis)) return 1;
  const longest = Math.max(...axis.seen.map((value) => valueText(axis.field, value).length));
  return Math.max(longest, inner) + 2;
}

function sideWidth(down: readonly Axis[], across: readonly Axis[]): number {
  const sides = down.reduce((sum, axis) => sum + downWidth(axis) + 2, 0);
  return Math.max(sides, ...across.map(({ field }) => field.name.length + 2));
}

function downWidth({ field, seen }: Axis): number {
  return Math.max(field.name.length, ...seen.map((value) => valueText(field, value).length));
}

function drawn(
  down: readonly Axis[],
  across: readonly Axis[],
  cellAt: (rows: readonly number[], columns: readonly number[]) => string,
  { dim }: Paint,
): string[] {
  const side = sideWidth(down, across);
  // By level the width of one of its blocks.
  const widths: number[] = [];
  across.reduceRight((inner, axis, i) => {
    widths[i] = blockWidth(axis, inner, i === across.length - 1);
    return widths[i]! * axis.seen.length;
  }, 1);
  const titles = across.map((axis, level) =>
    dim((axis.field.name.padEnd(side) + headsOf(across, widths, level)).trimEnd()),
  );
  const names = dim(down.map((axis) => axis.field.name.padEnd(downWidth(axis))).join("  "));
  const rows = combinations(down).map((values, i, all) => {
    const labels = values.map((value, j) => {
      // What is the same as in the line above need not be said again.
      const same = i > 0 && values.slice(0, j + 1).every((each, k) => each === all[i - 1]![k]);
      const text = same && j < values.length - 1 ? "" : valueText(down[j]!.field, value);
      const width = downWidth(down[j]!);
      return down[j]!.field.labels === undefined ? text.padStart(width) : text.padEnd(width);
    });
    return (
      labels.join("  ").padEnd(side) + cellsOf(across, widths, 0, [], (columns) => cellAt(values, columns))
    );
  });
  return [...titles, names, ...rows.map((row) => row.trimEnd())];
}

function cellsOf(
  across: readonly Axis[],
  widths: readonly number[],
  level: number,
  values: readonly number[],
  cell: (values: readonly number[]) => string,
): string {
  if (level === across.length) return cell(values);
  return across[level]!.seen.map((value) => {
    const inner = cellsOf(across, widths, level + 1, [...values, value], cell);
    return inner + " ".repeat(Math.max(0, widths[level]! - columnsOf(inner)));
  }).join("");
}

/** The values of one level, once in each block of the levels around it. */
function headsOf(across: readonly Axis[], widths: readonly number[], level: number, at = 0): string {
  if (at === level) return headOf(across[level]!, widths[level]!);
  const inner = headsOf(across, widths, level, at + 1).padEnd(widths[at]!);
  return inner.repeat(across[at]!.seen.length);
}

function headOf(axis: Axis, width: number): string {
  if (width > 1) return axis.seen.map((value) => valueText(axis.field, value).padEnd(width)).join("");
  // A tick where a multiple of five stands.
  let line = "";
  for (const [i, value] of axis.seen.entries()) {
    if (line.length > i) continue;
    line += value % TICKS === 0 ? String(value) : " ";
  }
  return line.slice(0, axis.seen.length).padEnd(axis.seen.length);
}

function combinations(axes: readonly Axis[]): number[][] {
  return axes.reduce<number[][]>(
    (all, { seen }) => all.flatMap((values) => seen.map((value) => [...values, value])),
    [[]],
  );
}

/** The first letter of each name that no other has taken. */
function lettersOf(names: readonly string[]): readonly string[] {
  const taken: string[] = [];
  for (const name of names) {
    const letters = [...name.replace(/[^A-Za-z]/g, "").toUpperCase()];
    taken.push(letters.find((letter) => !taken.includes(letter)) ?? String(taken.length));
  }
  return taken;
}
