// How the command speaks: results to standard output, everything else to standard error; colours only on a terminal;
// foreign text without what a terminal would obey.
import { printable } from "@policyledger/core";

export interface Terminal {
  /** Columns to write in; others when its window is resized. */
  readonly width: number;
  /** Whether standard error is a terminal, so that a line can be written over. */
  readonly isLive: boolean;
  readonly paint: Paint;
  /** A line, or several, of the result. */
  print(text?: string): void;
  /** A line of what happens meanwhile. */
  note(text: string): void;
  /** To standard error as it is; for what is written over. */
  draw(text: string): void;
}

type Style = (text: string) => string;
export type Paint = Readonly<Record<"bold" | "dim" | "red" | "green" | "yellow" | "cyan", Style>>;

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const;

export function paintOf(coloured: boolean): Paint {
  const styles = Object.entries(CODES).map(([name, [on, off]]) => {
    const style: Style = (text) => (coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text);
    return [name, style] as const;
  });
  return Object.fromEntries(styles) as unknown as Paint;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const MIN_WIDTH = 40;
const USUAL_WIDTH = 80;

export function terminalOn(
  {
    stdout,
    stderr,
    env,
  }: { stdout: Stream; stderr: Stream; env: Readonly<Record<string, string | undefined>> },
  coloured?: boolean,
): Terminal {
  const live = stderr.isTTY === true && env.TERM !== "dumb";
  const allowed = env.NO_COLOR === undefined || env.NO_COLOR === "";
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "";
  const usual = forced || (stdout.isTTY === true && env.TERM !== "dumb" && allowed);
  return {
    get width() {
      // Where results go to a pipe, what happens meanwhile is still seen in a window.
      return Math.max(MIN_WIDTH, stdout.columns ?? stderr.columns ?? (Number(env.COLUMNS) || USUAL_WIDTH));
    },
    isLive: live,
    paint: paintOf(coloured ?? usual),
    print: (text = "") => void stdout.write(`${text}\n`),
    note: (text) => void stderr.write(`${text}\n`),
    draw: (text) => void stderr.write(text),
  };
}

/** JSON on one line, of which a terminal obeys nothing either. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, "0")}`,
    ).join(""),
  );
}

/** How many columns a text takes; what we print is of characters one column wide, but for the colours. */
export function columnsOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours that `paint` puts in
  return [...text.replace(/\u001b\[\d+m/g, "")].length;
}

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** It may be cut, down to so many columns, where the line is too narrow; of several the first one gives first. */
  readonly least?: number;
}

/** Rows under one another, as wide as the terminal at most. */
export function table(
  { width, paint }: Pick<Terminal, "width" | "paint">,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map(({ title }, i) =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[i]!))),
  );
  let over = widths.reduce((sum, each) => sum + each, 0) + 2 * (columns.length - 1) - width;
  for (const [i, { least }] of columns.entries()) {
    if (least === undefined || over <= 0) continue;
    const given = Math.min(over, Math.max(0, widths[i]! - least));
    widths[i]! -= given;
    over -= given;
  }
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => fitted(cell, widths[i]!, columns[i]!.right === true))
      .join("  ")
      .trimEnd();
  return [paint.dim(line(columns.map(({ title }) => title))), ...rows.map(line)].join("\n");
}

function fitted(cell: string, width: number, right: boolean): string {
  const taken = columnsOf(cell);
  if (taken > width) return `${[...cell].slice(0, width - 1).join("")}…`;
  const space = " ".repeat(width - taken);
  return right ? space + cell : cell + space;
}

/** Names and values under one another. */
export function fields(
  { paint }: Pick<Terminal, "paint">,
  pairs: readonly (readonly [string, string])[],
): string {
  const widest = Math.max(...pairs.map(([name]) => name.length));
  return pairs.map(([name, value]) => `${paint.dim(name.padEnd(widest))}  ${value}`).join("\n");
}

const BARS = "▁▂▃▄▅▆▇█";

/** A row of bars from the lowest to the highest of the numbers. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return values.map((value) => BARS[Math.min(7, Math.floor(((value - low) / span) * 8))]).join("");
}

/** Breaks a text at spaces where it can, and lines the pieces up under one another. */
export function wrap(text: string, width: number, indent = 0): string {
  const room = Math.max(20, width - indent);
  const pieces = text.match(new RegExp(`.{1,${room}}(?: |$)|.{1,${room}}`, "gu")) ?? [];
  return pieces.map((piece) => piece.trimEnd()).join(`\n${" ".repeat(indent)}`);
}

export function short(hash: string): string {
  return hash.length > 12 ? `${hash.slice(0, 12)}…` : hash;
}

/** Foreign text on one line. */
export function foreign(text: string, most = 200): string {
  const safe = printable(text);
  return safe.length > most ? `${safe.slice(0, most - 1)}…` : safe;
}

export function count(number: number): string {
  return Math.round(number).toLocaleString("en-US");
}

/** "1 entry", "2 entries". */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** A reward in points; the ledger holds it in units of which so many are a point. */
export function points(reward: number, unit: number): string {
  const digits = Math.max(0, Math.round(Math.log10(unit)));
  return (reward / unit).toFixed(digits);
}

/** A return in billionths of the unit, such as an exact expected one, in points. */
export function billionths(value: number, unit: number): string {
  return (value / 1e9 / unit).toFixed(3);
}
