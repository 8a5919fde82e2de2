// A naive database: what reads find in a state, and what writes make of it.
import type { Contents, Read, Seen, State, Write } from "./history.ts";

const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;

export function find(state: State, read: Read): Seen["found"] {
  const all = Object.entries(state).sort(([one], [other]) => (one < other ? -1 : 1));
  switch (read.kind) {
    case "get":
      return all.filter(([id]) => read.ids.includes(id));
    case "where":
      return all.filter(([, { g }]) => g === read.g);
    case "count":
      return all.length;
    case "last": {
      const numbered = all.filter(([, { v }]) => v !== undefined);
      return numbered.sort(([, one], [, other]) => other.v! - one.v!).slice(0, 1);
    }
  }
}

/** The state after all the writes, or the code with which the first that cannot be done is refused. */
export function apply(state: State, writes: readonly Write[]): State | number {
  const after: Record<string, Contents> = { ...state };
  for (const write of writes) {
    const exists = after[write.id] !== undefined;
    if (write.kind === "create" && exists) return ALREADY_EXISTS;
    if (write.kind === "update" && !exists) return NOT_FOUND;
    if (write.kind === "delete") delete after[write.id];
    else after[write.id] = written(after[write.id] ?? {}, write);
  }
  return after;
}

function written(before: Contents, write: Exclude<Write, { kind: "delete" }>): Contents {
  switch (write.kind) {
    case "set":
    case "create":
      return { v: write.v, g: write.g };
    case "update":
      return { ...before, v: write.v };
    case "increment":
      return { ...before, n: (before.n ?? 0) + 1 };
  }
}

/** Whether two finds or states are the same, whatever the order of fields. */
export function same(one: unknown, other: unknown): boolean {
  return textOf(one) === textOf(other);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
