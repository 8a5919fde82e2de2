// Dict({key: space}): plain objects with exactly these keys. The order of keys is by code unit, whatever the order
// they were given in: draws and flat vectors follow it. (Gymnasium sorts by code point; they differ beyond U+FFFF.)
import type { Fault } from "../error.ts";
import { type Json, pointer } from "../json.ts";
import type { Random } from "../random.ts";
import { sampleStream } from "./draw.ts";
import { flatZeros, requireFlat } from "./flat.ts";
import { measure } from "./measure.ts";
import { full, note, refuseAll, refuseMember, show, within } from "./refuse.ts";
import { isSpace, type MemberOf, type Space } from "./space.ts";

type Spaces = { readonly [key: string]: Space };
type Members<S extends Spaces> = { readonly [K in keyof S]: MemberOf<S[K]> };

export class DictSpace<const S extends Spaces = Spaces> implements Space<Members<S>> {
  readonly kind = "dict";
  /** Sorted by code unit. */
  readonly keys: readonly string[];
  readonly spaces: S;
  readonly size: number;
  readonly depth: number;
  readonly flatSize: number;
  readonly #parts: ReadonlyMap<string, Space>;

  constructor(spaces: S) {
    const faults: Fault[] = [];
    const parts = readParts(spaces, faults);
    const measured = measure(faults.length === 0 ? [...parts.values()] : [], faults);
    refuseAll("Cannot build Dict", faults);
    this.#parts = parts;
    this.keys = Object.freeze([...parts.keys()]);
    // Without a prototype, so that spaces["constructor"] is a space or nothing.
    this.spaces = Object.freeze(Object.assign(Object.create(null), Object.fromEntries(parts)));
    this.size = measured.size;
    this.depth = measured.depth;
    this.flatSize = measured.flatSize;
    Object.freeze(this);
  }

  contains(value: unknown): value is Members<S> {
    try {
      if (!isPlain(value)) return false;
      // As many keys as there are parts, each the key of a part: then they are the same keys.
      const keys = Object.keys(value);
      if (keys.length !== this.#parts.size) return false;
      for (const key of keys) {
        const part = this.#parts.get(key);
        if (part === undefined || !part.contains(value[key])) return false;
      }
      return true;
    } catch {
      return false;
    }
  }

  draw(random: Random): Members<S> {
    return this.#build((space) => space.draw(random));
  }

  sample(seed: number): Members<S> {
    return this.draw(sampleStream(this, seed));
  }

  equals(other: Space): boolean {
    if (!(other instanceof DictSpace) || other.#parts.size !== this.#parts.size) return false;
    for (const [key, space] of this.#parts) {
      const part = other.#parts.get(key);
      if (part === undefined || !space.equals(part)) return false;
    }
    return true;
  }

  same(a: Members<S>, b: Members<S>): boolean {
    return this.keys.every((key) => this.#parts.get(key)!.same(a[key], b[key]));
  }

  toJson(member: Members<S>): Json {
    return Object.fromEntries(this.#each("write", member, (space, part) => space.toJson(part)));
  }

  fromJson(json: Json): Members<S> {
    const parts = this.#each("read", json, (space, part) => space.fromJson(part as Json));
    return Object.fromEntries(parts) as Members<S>;
  }

  describe(): Json {
    return { kind: this.kind, spaces: this.#build((space) => space.describe()) as { [key: string]: Json } };
  }

  /** The flat vectors of the parts, in the order of the keys. */
  flatten(member: Members<S>): Float64Array {
    const vector = flatZeros(this);
    let from = 0;
    for (const [, part] of this.#each("flatten", member, (space, value) => space.flatten(value))) {
      vector.set(part, from);
      from += part.length;
    }
    return vector;
  }

  unflatten(vector: ArrayLike<number>): Members<S> {
    const flat = requireFlat(vector, this);
    let from = 0;
    return this.#build((space) => {
      const part = space.unflatten(flat.subarray(from, from + space.flatSize));
      from += space.flatSize;
      return part;
    });
  }

  toString(): string {
    const shown = this.keys.slice(0, 4).map((key) => `${show(key)}: ${this.#parts.get(key)}`);
    return `Dict(${shown.join(", ")}${this.keys.length > 4 ? ", …" : ""})`;
  }

  #build(work: (space: Space) => unknown): Members<S> {
    const member: Record<string, unknown> = {};
    for (const [key, space] of this.#parts) member[key] = work(space);
    return member as Members<S>;
  }

  /** Does something with each part, in order, and reports what all of them refuse and which keys are wrong. */
  #each<R>(action: string, value: unknown, work: (space: Space, part: unknown) => R): [string, R][] {
    if (!isPlain(value)) refuseMember(action, value, this);
    const faults: Fault[] = [];
    const results: [string, R][] = [];
    for (const [key, space] of this.#parts) {
      if (full(faults)) break;
      if (!Object.hasOwn(value, key)) {
        note(faults, pointer([key]), "is missing");
        continue;
      }
      const result = within(pointer([key]), faults, () => work(space, value[key]));
      if (result !== null) results.push([key, result]);
    }
    for (const key of Object.keys(value)) {
      if (!this.#parts.has(key)) note(faults, pointer([key]), "is not a key of the space");
    }
    refuseAll(`Cannot ${action} a member of ${this}`, faults);
    return results;
  }
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function readParts(spaces: unknown, faults: Fault[]): Map<string, Space> {
  const parts = new Map<string, Space>();
  if (!isPlain(spaces)) {
    note(faults, "/spaces", `${show(spaces)}, wanted a plain object of spaces`);
    return parts;
  }
  for (const key of Object.keys(spaces).sort()) {
    const space = spaces[key];
    const path = `/spaces${pointer([key])}`;
    if (key === "__proto__") note(faults, path, 'the key "__proto__" is not allowed');
    else if (LONE_SURROGATE.test(key)) note(faults, "/spaces", "a key holds half of a surrogate pair");
    else if (isSpace(space)) parts.set(key, space);
    else note(faults, path, `${show(space)} is not a space`);
  }
  return parts;
}

/** An object literal or its like, from any realm: nothing above its prototype. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}
