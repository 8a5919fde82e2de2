// Tables of observations: fields have long names and short values, so that titles stand in several lines.
import type { Field } from "@policyledger/core";
import { columnsOf, type Terminal } from "./terminal.ts";

export interface StackedColumn {
  /** Its words may stand under one another. */
  readonly title: string;
  readonly right?: boolean;
  /** The widest cell that there can be; rows may come later than the titles. */
  readonly width: number;
}

export interface Stacked {
  readonly titles: readonly string[];
  row(cells: readonly string[]): string;
}

export function stacked(
  { width, paint }: Pick<Terminal, "width" | "paint">,
  columns: readonly StackedColumn[],
): Stacked {
  const titles = columns.map((column) => stack(column.title, column.width));
  const widths = columns.map((column, i) => Math.max(column.width, ...titles[i]!.map((word) => word.length)));
  const taken = widths.reduce((sum, each) => sum + each, 0);
  const gap = " ".repeat(taken + 2 * (columns.length - 1) <= width ? 2 : 1);
  const row = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const space = " ".repeat(Math.max(0, widths[i]! - columnsOf(cell)));
        return columns[i]!.right === true ? space + cell : cell + space;
      })
      .join(gap)
      .trimEnd();
  const height = Math.max(...titles.map(({ length }) => length));
  const lines = Array.from({ length: height }, (_, line) =>
    paint.dim(row(titles.map((words) => words[line - (height - words.length)] ?? ""))),
  );
  return { titles: lines, row };
}

/** As few lines as are as wide as the cells, or as the longest word. */
function stack(title: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of title.split(/[_ ]/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

export function fieldColumn({ name, size, labels }: Field): StackedColumn {
  const right = labels === undefined;
  const longest = labels?.reduce((most, { length }) => Math.max(most, length), 0);
  return { title: name, right, width: longest ?? String(size - 1).length };
}

export function valueText({ labels }: Field, value: number): string {
  return labels?.[value] ?? String(value);
}
