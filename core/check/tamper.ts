// Tries to change what was handed out, the way a careless caller would: writes over every field and item that can
// be reached, and can put it all back.
import { asTypedArray } from "./values.ts";

export interface Tampering {
  /** Where it writes, as `low[0]` or `contains`. */
  readonly path: string;
  /** Writes; whether the write took. */
  readonly write: () => boolean;
  readonly undo: () => void;
}

const MAX_DEPTH = 6;
const MAX_WRITES = 500;

/** Every write that could be tried on what is reachable from the object through fields, items and getters. */
export function tamperings(target: unknown): Tampering[] {
  const found: Tampering[] = [];
  const met = new Set<unknown>();
  const visit = (value: unknown, path: string, depth: number): void => {
    if (typeof value !== "object" || value === null || met.has(value) || depth > MAX_DEPTH) return;
    met.add(value);
    for (const key of reachable(value)) {
      if (found.length >= MAX_WRITES) return;
      const at = path + (/^\d+$/.test(key) ? `[${key}]` : `${path === "" ? "" : "."}${key}`);
      const inner = read(value, key);
      found.push(overwrite(value, key, inner, at));
      visit(inner, at, depth + 1);
    }
  };
  visit(target, "", 0);
  return found;
}

/** Tries every write at once; gives the way back. */
export function tamper(target: unknown): () => void {
  const took = tamperings(target).filter((tampering) => tampering.write());
  return () => {
    for (const tampering of took.reverse()) tampering.undo();
  };
}

/** Own fields and items, and what the classes above offer, methods included: they can be shadowed. */
function reachable(value: object): string[] {
  if (asTypedArray(value) !== null) return Object.keys(value).slice(0, 8);
  const names = new Set(Object.keys(value));
  for (let above = Object.getPrototypeOf(value); !isBuiltIn(above); above = Object.getPrototypeOf(above)) {
    for (const name of Object.getOwnPropertyNames(above)) if (name !== "constructor") names.add(name);
  }
  return [...names];
}

function isBuiltIn(prototype: unknown): boolean {
  return prototype === null || prototype === Object.prototype || prototype === Array.prototype;
}

function read(target: object, key: string): unknown {
  try {
    return Reflect.get(target, key);
  } catch {
    return undefined;
  }
}

function overwrite(target: object, key: string, old: unknown, path: string): Tampering {
  const before = Object.getOwnPropertyDescriptor(target, key);
  const other = otherThan(old);
  return {
    path,
    write: () => {
      try {
        return Reflect.set(target, key, other) && Object.is(read(target, key), other);
      } catch {
        return false;
      }
    },
    undo: () => {
      if (before === undefined) Reflect.deleteProperty(target, key);
      else Reflect.set(target, key, old);
    },
  };
}

function otherThan(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "bigint") return value + 1n;
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") return `${value}!`;
  if (typeof value === "function") return () => undefined;
  return 1;
}
