// Reads foreign values field by field and notes every fault with its path, so that one reading reports them all. A
// value that is at fault is read as an empty one: nobody sees it, because `refuse` throws when something was noted.
// By hand and not with a schema: a plan has a hundred thousand ops, expressions nest, and a fault must name its place.
import { type ErrorCode, type Fault, quote, refuseFaults } from "../error.ts";
import { type Rational, rational } from "../evaluation/rational.ts";
import { pointer } from "../json.ts";
import { MAX_COMPUTED_DIGITS, MAX_FAULTS, MAX_IDENTIFIER_LENGTH, MAX_INTEGER_DIGITS } from "../limits.ts";

/** Printable ASCII without the space. */
const IDENTIFIER = /^[!-~]+$/;
const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;
const HASH = /^[0-9a-f]{64}$/;

export type Fields = { readonly [name: string]: unknown };

/** What is read of a value that is no object. */
export const NO_OBJECT: Fields = {};

export class Reader {
  readonly faults: Fault[] = [];

  note(path: string, key: PropertyKey | null, message: string): void {
    if (this.faults.length >= MAX_FAULTS) return;
    this.faults.push({ path: key === null ? path : path + pointer([key]), message });
  }

  refuse(code: ErrorCode, what: string): void {
    refuseFaults(code, what, this.faults);
  }

  /** An object that has exactly these fields. What is missing, itself undefined, was noted where it is missing. */
  fields(value: unknown, path: string, names: readonly string[]): Fields {
    const object = this.object(value, path);
    if (object === NO_OBJECT) return object;
    for (const name of names) {
      if (!Object.hasOwn(object, name) || object[name] === undefined) this.note(path, name, "is missing");
    }
    for (const name of Object.keys(object)) {
      if (!names.includes(name)) this.note(path, name, "there is no such field");
    }
    return object;
  }

  object(value: unknown, path: string): Fields {
    if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as Fields;
    if (value !== undefined) this.note(path, null, `wanted an object, got ${quote(value)}`);
    return NO_OBJECT;
  }

  /** A list, item by item. */
  list<T>(value: unknown, path: string, item: (value: unknown, path: string, i: number) => T): T[] {
    if (Array.isArray(value)) return Array.from(value, (one, i) => item(one ?? null, `${path}/${i}`, i));
    if (value !== undefined) this.note(path, null, `wanted a list, got ${quote(value)}`);
    return [];
  }

  /** A list that stands for a set: sorted, each member once. */
  identifiers(value: unknown, path: string): readonly string[] {
    return sortedSet(this.list(value, path, (one, at) => this.identifier(one, at)));
  }

  identifier(value: unknown, path: string, key: PropertyKey | null = null): string {
    if (typeof value === "string" && isIdentifier(value)) return value;
    const wanted = `wanted 1 to ${MAX_IDENTIFIER_LENGTH} printable ASCII characters without spaces`;
    if (value !== undefined) this.note(path, key, `${wanted}, got ${quote(value)}`);
    return "";
  }

  hash(value: unknown, path: string, key: PropertyKey | null = null): string {
    if (typeof value === "string" && HASH.test(value)) return value;
    if (value !== undefined) this.note(path, key, `wanted a hash of 64 hex digits, got ${quote(value)}`);
    return "";
  }

  hashes(value: unknown, path: string): readonly string[] {
    return sortedSet(this.list(value, path, (one, at) => this.hash(one, at)));
  }

  /** An exact integer: a decimal text. */
  integer(value: unknown, path: string, key: PropertyKey | null = null): bigint {
    if (typeof value === "string" && value.length <= MAX_INTEGER_DIGITS + 1 && INTEGER.test(value)) {
      if (value.length <= MAX_INTEGER_DIGITS || value.startsWith("-")) return BigInt(value);
    }
    const wanted = `wanted an integer as a decimal text of at most ${MAX_INTEGER_DIGITS} digits`;
    if (value !== undefined) this.note(path, key, `${wanted}, got ${quote(value)}`);
    return 0n;
  }

  /** The same of an integer that was computed, and may be longer. */
  longInteger(value: unknown, path: string, key: PropertyKey): bigint {
    if (typeof value === "string" && value.length <= MAX_COMPUTED_DIGITS && INTEGER.test(value))
      return BigInt(value);
    if (value !== undefined) this.note(path, key, `wanted an integer as a decimal text, got ${quote(value)}`);
    return 0n;
  }

  /** A JSON number that counts something. */
  count(value: unknown, path: string, key: PropertyKey, least: number): number {
    if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
    if (value !== undefined) this.note(path, key, `wanted an integer from ${least} on, got ${quote(value)}`);
    return least;
  }

  flag(value: unknown, path: string, key: PropertyKey): boolean {
    if (value !== undefined && typeof value !== "boolean") {
      this.note(path, key, `wanted true or false, got ${quote(value)}`);
    }
    return value === true;
  }

  oneOf<T extends string>(value: unknown, path: string, key: PropertyKey, members: readonly T[]): T {
    if (members.includes(value as T)) return value as T;
    if (value !== undefined) this.note(path, key, `wanted one of ${members.join(", ")}, got ${quote(value)}`);
    return members[0]!;
  }

  /** A fraction in lowest terms. */
  fraction(value: unknown, path: string): Rational {
    const { num, den } = this.fields(value, path, ["num", "den"]);
    const [above, below] = [this.integer(num, path, "num"), this.integer(den, path, "den")];
    if (below <= 0n) {
      if (typeof den === "string") this.note(path, "den", "wanted a denominator above 0");
      return { num: above, den: 1n };
    }
    const reduced = rational(above, below);
    if (reduced.den !== below) this.note(path, null, `wanted lowest terms: ${reduced.num}/${reduced.den}`);
    return reduced;
  }
}

function isIdentifier(value: string): boolean {
  // Strict JSON has no such key, so a state that held the field could not be written.
  return value.length <= MAX_IDENTIFIER_LENGTH && IDENTIFIER.test(value) && value !== "__proto__";
}

/** By bytes: identifiers and hashes are ASCII, so UTF-16 units are in the same order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sortedSet(members: readonly string[]): readonly string[] {
  return [...new Set(members)].sort(compare);
}
