// A table of as many rows as a run has: its first ones are drawn at once, the others when they are asked for.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { whole } from "../../ui/numbers.ts";
import { Scroll } from "../../ui/scroll.tsx";

const FIRST = 60;

interface Props<T> {
  readonly what: string;
  readonly columns: readonly string[];
  readonly rows: readonly T[];
  readonly row: (value: T, place: number) => ComponentChildren;
}

export function LongTable<T>({ what, columns, rows, row }: Props<T>) {
  const [all, setAll] = useState(false);
  return (
    <>
      <Scroll what={what}>
        <table class="run">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{(all ? rows : rows.slice(0, FIRST)).map(row)}</tbody>
        </table>
      </Scroll>
      {rows.length > FIRST && (
        <button type="button" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Show the first only" : `Show all ${whole(rows.length)}`}
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
