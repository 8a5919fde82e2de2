// How the walkthrough looks: colours where a terminal shows them, tables, sparklines.

const coloured =
  process.env.FORCE_COLOR === "1" ||
  (process.stdout.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== "dumb");

const paint = (code: number) => (text: string) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
const cyan = paint(36);

/** A numbered station with one line on what happens there. */
export function heading(number: number, name: string, what: string): void {
  console.log(`\n${bold(cyan(`${number} ${name.padEnd(8)}`))} ${what}`);
}

/** Rows under one another; numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => visible(row[i]!))));
  const right = header.map((_, i) => rows.every((row) => /^([^a-z]*\d[^a-z]*|-)$/.test(plain(row[i]!))));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => padded(cell, widths[i]!, right[i]!))
      .join("  ")
      .trimEnd();
  console.log(`    ${dim(line(header))}`);
  for (const row of rows) console.log(`    ${line(row)}`);
}

/** A row of bars from the lowest to the highest of the numbers. */
export function sparkline(values: readonly number[]): string {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return values.map((value) => "▁▂▃▄▅▆▇█"[Math.min(7, Math.floor(((value - low) / span) * 8))]).join("");
}

/** Breaks a text at spaces where it can, and lines the pieces up under one another. */
export function wrap(text: string, width: number, indent = 4): string {
  const pieces = text.match(new RegExp(`.{1,${width}}(?: |$)|.{1,${width}}`, "g")) ?? [];
  return pieces.map((piece) => piece.trimEnd()).join(`\n${" ".repeat(indent)}`);
}

export function short(hash: string): string {
  return hash.length > 12 ? `${hash.slice(0, 12)}…` : hash;
}

function padded(cell: string, width: number, right: boolean): string {
  const space = " ".repeat(width - visible(cell));
  return right ? space + cell : cell + space;
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours that `paint` puts in
  return text.replace(/\u001b\[\d+m/g, "");
}

function visible(text: string): number {
  return plain(text).length;
}
