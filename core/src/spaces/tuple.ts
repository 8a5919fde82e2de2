// Tuple(spaces): lists with one member of each space, in order.
import type { Fault } from "../error.ts";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { sampleStream } from "./draw.ts";
import { flatZeros, requireFlat } from "./flat.ts";
import { measure } from "./measure.ts";
import { full, note, refuseAll, refuseMember, show, within } from "./refuse.ts";
import { isSpace, type MemberOf, type Space } from "./space.ts";

type Members<S extends readonly Space[]> = { readonly [I in keyof S]: MemberOf<S[I]> };

export class TupleSpace<const S extends readonly Space[] = readonly Space[]> implements Space<Members<S>> {
  readonly kind = "tuple";
  readonly spaces: S;
  readonly size: number;
  readonly depth: number;
  readonly flatSize: number;

  constructor(spaces: S) {
    const faults: Fault[] = [];
    if (!Array.isArray(spaces)) note(faults, "/spaces", `${show(spaces)}, wanted a list of spaces`);
    const parts: Space[] = [];
    for (let i = 0; faults.length === 0 && i < spaces.length; i++) parts.push(spaces[i]!);
    parts.forEach((part, i) => {
      if (!isSpace(part)) note(faults, `/spaces/${i}`, `${show(part)} is not a space`);
    });
    const measured = measure(faults.length === 0 ? parts : [], faults);
    refuseAll("Cannot build Tuple", faults);
    // The copy has the same items, but TypeScript cannot know a copy's length.
    this.spaces = Object.freeze(parts) as readonly Space[] as S;
    this.size = measured.size;
    this.depth = measured.depth;
    this.flatSize = measured.flatSize;
    Object.freeze(this);
  }

  contains(value: unknown): value is Members<S> {
    try {
      if (!Array.isArray(value) || value.length !== this.spaces.length) return false;
      return this.spaces.every((space, i) => space.contains(value[i]));
    } catch {
      return false;
    }
  }

  draw(random: Random): Members<S> {
    return this.spaces.map((space) => space.draw(random)) as unknown[] as Members<S>;
  }

  sample(seed: number): Members<S> {
    return this.draw(sampleStream(this, seed));
  }

  equals(other: Space): boolean {
    return (
      other instanceof TupleSpace &&
      other.spaces.length === this.spaces.length &&
      this.spaces.every((space, i) => space.equals(other.spaces[i]!))
    );
  }

  same(a: Members<S>, b: Members<S>): boolean {
    return this.spaces.every((space, i) => space.same(a[i], b[i]));
  }

  toJson(member: Members<S>): Json {
    return this.#each("write", member, (space, part) => space.toJson(part));
  }

  fromJson(json: Json): Members<S> {
    return this.#each("read", json, (space, part) => space.fromJson(part as Json)) as unknown[] as Members<S>;
  }

  describe(): Json {
    return { kind: this.kind, spaces: this.spaces.map((space) => space.describe()) };
  }

  /** The flat vectors of the parts, one after the other. */
  flatten(member: Members<S>): Float64Array {
    const vector = flatZeros(this);
    let from = 0;
    for (const part of this.#each("flatten", member, (space, value) => space.flatten(value))) {
      vector.set(part, from);
      from += part.length;
    }
    return vector;
  }

  unflatten(vector: ArrayLike<number>): Members<S> {
    const flat = requireFlat(vector, this);
    let from = 0;
    const parts = this.spaces.map((space) => {
      const part = space.unflatten(flat.subarray(from, from + space.flatSize));
      from += space.flatSize;
      return part;
    });
    return parts as unknown[] as Members<S>;
  }

  toString(): string {
    const shown = this.spaces.slice(0, 4).map(String);
    return `Tuple(${shown.join(", ")}${this.spaces.length > 4 ? ", …" : ""})`;
  }

  /** Does something with each part, and reports what all of them refuse. */
  #each<R>(action: string, value: unknown, work: (space: Space, part: unknown) => R): R[] {
    if (!Array.isArray(value) || value.length !== this.spaces.length) refuseMember(action, value, this);
    const faults: Fault[] = [];
    const results: R[] = [];
    for (let i = 0; i < this.spaces.length && !full(faults); i++) {
      const result = within(`/${i}`, faults, () => work(this.spaces[i]!, value[i]));
      if (result !== null) results.push(result);
    }
    refuseAll(`Cannot ${action} a member of ${this}`, faults);
    return results;
  }
}
