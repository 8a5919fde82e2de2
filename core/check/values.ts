// Values of any kind, compared, copied and shown: typed arrays included, and nothing assumed about who made them.
import type { Json } from "../src/json.ts";

/** Data nests no deeper than this; beyond it (a cycle, say) nothing is followed. */
const MAX_DEPTH = 16;
const MAX_SHOWN_ITEMS = 24;
const MAX_SHOWN = 240;

type Items = ArrayLike<number | bigint> & { slice(): Items };

/** A typed array, or null. */
export function asTypedArray(value: unknown): Items | null {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) ? (value as unknown as Items) : null;
}

/** A deep copy of data; functions and other exotic things stay what they are. */
export function copy<T>(value: T, depth = 0): T {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return value;
  const typed = asTypedArray(value);
  if (typed !== null) return typed.slice() as T;
  if (Array.isArray(value)) return value.map((item) => copy(item, depth + 1)) as T;
  if (!isData(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, copy(item, depth + 1)] as const);
  return Object.setPrototypeOf(Object.fromEntries(entries), Object.getPrototypeOf(value)) as T;
}

/** Whether two values hold the same data; 0 and −0 differ, NaN is itself, and of promises nothing is known. */
export function alike(a: unknown, b: unknown, depth = 0): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || depth > MAX_DEPTH) {
    return false;
  }
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) && !(isRecord(a) && isRecord(b))) return false;
  if (isThenable(a) && isThenable(b)) return true;
  const [typedA, typedB] = [asTypedArray(a), asTypedArray(b)];
  if (typedA !== null && typedB !== null) return alikeItems(typedA, typedB, depth);
  if (Array.isArray(a) && Array.isArray(b)) return alikeItems(a, b, depth);
  if (!isData(a) || !isData(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && alike(a[key], b[key], depth + 1))
  );
}

function alikeItems(a: ArrayLike<unknown>, b: ArrayLike<unknown>, depth: number): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!alike(a[i], b[i], depth + 1)) return false;
  return true;
}

/** A plain object: made by a literal, or without a prototype. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** An object whose own fields are what it holds: a plain one, or of a class without hidden insides. */
function isData(value: object): value is Record<string, unknown> {
  return Object.prototype.toString.call(value) === "[object Object]" && !isThenable(value);
}

/** The value as one short line for a message; nothing in it can steer a terminal. */
export function show(value: unknown, limit = MAX_SHOWN): string {
  const plain = render(value, 0).replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, "\ufffd");
  return plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain;
}

function render(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (isThenable(value)) return "a promise";
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth > 4) return "…";
  const typed = asTypedArray(value);
  if (typed !== null) return `${value.constructor.name} ${renderItems(typed, depth)}`;
  if (Array.isArray(value)) return renderItems(value, depth);
  const name = isRecord(value) ? "" : `${value.constructor?.name ?? "object"} `;
  const entries = Object.entries(value).slice(0, MAX_SHOWN_ITEMS);
  const items = entries.map(([key, item]) => `${JSON.stringify(key)}: ${render(item, depth + 1)}`);
  return `${name}{${items.join(", ")}}`;
}

function renderItems(items: ArrayLike<unknown>, depth: number): string {
  const shown = Array.from({ length: Math.min(items.length, MAX_SHOWN_ITEMS) }, (_, i) =>
    render(items[i], depth + 1),
  );
  return `[${shown.join(", ")}${items.length > MAX_SHOWN_ITEMS ? ", …" : ""}]`;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function";
}

/** The value as JSON for a report: what JSON cannot say stands as text. */
export function asJson(value: unknown, depth = 0): Json {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value !== "object" || depth > MAX_DEPTH) return show(value);
  const typed = asTypedArray(value);
  if (typed !== null) return Array.from(typed, (item) => asJson(item, depth + 1));
  if (Array.isArray(value)) return value.map((item) => asJson(item, depth + 1));
  if (!isRecord(value)) return show(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asJson(item, depth + 1)]));
}
