// Reads docs/environments.md, so that tests can hold its tables and numbers against the code.
import { readFileSync } from "node:fs";

const TEXT = readFileSync(new URL("../../../docs/environments.md", import.meta.url), "utf8");

export type Row = Readonly<Record<string, string>>;

/** The section under a heading of level 2. */
export function section(heading: string): string {
  const found = TEXT.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`Cannot find section ${heading} in docs/environments.md`);
  return found;
}

/** The first table of a section whose first columns are named so; cells without backticks, minus signs as "-". */
export function table(heading: string, ...columns: readonly string[]): readonly Row[] {
  const blocks = section(heading).split(/\n(?!\|)/);
  const tables = blocks.map((block) =>
    block
      .split("\n")
      .filter((line) => line.startsWith("|"))
      .map(cells),
  );
  const found = tables.find(([head]) => head !== undefined && columns.every((name, i) => head[i] === name));
  if (found === undefined) throw new Error(`Cannot find a table with ${columns} under ${heading}`);
  const [head, , ...rows] = found;
  return rows.map((row) => Object.fromEntries(head!.map((name, i) => [name, row[i]!])));
}

function cells(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim().replaceAll("`", "").replaceAll("−", "-"));
}

/** "50, 30, 20" as numbers. */
export function numbers(cell: string): readonly number[] {
  return cell.split(", ").map(Number);
}
