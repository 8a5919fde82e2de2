// A table of as many rows as a run, or a policy, has: its first ones are drawn at once, the others when they are asked for.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { whole } from "../../ui/numbers.ts";
import { Scroll } from "../../ui/scroll.tsx";

const FIRST = 60;

interface Props<T> {
  readonly what: string;
  readonly class?: string;
  readonly caption?: string;
  readonly columns: readonly string[];
  /** Of the columns, those whose cells are numbers. */
  readonly numbers?: readonly string[];
  /** How many come first, and what they are. */
  readonly first?: number;
  readonly firstAre?: string;
  readonly rows: readonly T[];
  readonly row: (value: T, place: number) => ComponentChildren;
}

export function LongTable<T>({
  what,
  class: kind = "run",
  caption,
  columns,
  numbers = [],
  first = FIRST,
  firstAre = "first",
  rows,
  row,
}: Props<T>) {
  const [all, setAll] = useState(false);
  return (
    <>
      <Scroll what={what}>
        <table class={kind}>
          {caption !== undefined && <caption>{caption}</caption>}
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col" class={numbers.includes(column) ? "number" : undefined}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{(all ? rows : rows.slice(0, first)).map(row)}</tbody>
        </table>
      </Scroll>
      {rows.length > first && (
        <button type="button" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? `Show the ${firstAre} only` : `Show all ${whole(rows.length)}`}
        </button>
      )}
    </>
  );
}

/** Ids break between one and the next, not inside of one. */
export function Ops({ of }: { of: readonly string[] }) {
  return (
    <td class="ops">
      {of.map((op, i) => (
        <span key={op}>{i < of.length - 1 ? `${op}, ` : op}</span>
      ))}
    </td>
  );
}
