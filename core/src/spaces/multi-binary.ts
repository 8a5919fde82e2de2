// MultiBinary(n or shape): arrays of zeros and ones. Drawn and read as int8; a member may have any dtype, as in
// Gymnasium, or be a plain nested list, as long as every element is 0 or 1.
import type { Fault } from "../error.ts";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { below, sampleStream } from "./draw.ts";
import { requireFlat } from "./flat.ts";
import { type IntegerMember, readIntegers, sameIntegers } from "./integers.ts";
import { makeArray, type NdArray, readShape, sameShape, sizeOf } from "./nd-array.ts";
import { nest } from "./nested.ts";
import { note, refuse, refuseAll, refuseMember, show } from "./refuse.ts";
import type { Space } from "./space.ts";

export class MultiBinarySpace implements Space<IntegerMember> {
  readonly kind = "multi_binary";
  readonly depth = 0;
  readonly dtype = "int8";
  readonly shape: readonly number[];
  readonly size: number;

  constructor(n: number | readonly number[]) {
    const faults: Fault[] = [];
    const shape = readShape(typeof n === "number" ? [n] : n, "/shape", faults);
    if (shape !== null && shape.length === 0) note(faults, "/shape", "no axes, wanted at least one");
    refuseAll("Cannot build MultiBinary", faults);
    if (shape === null) throw new Error("bug: a MultiBinary was neither built nor refused");
    this.shape = shape;
    this.size = sizeOf(shape);
    Object.freeze(this);
  }

  get flatSize(): number {
    return this.size;
  }

  contains(value: unknown): value is IntegerMember {
    try {
      return this.#read(value, []) !== null;
    } catch {
      return false;
    }
  }

  draw(random: Random): NdArray {
    const values = new Int8Array(this.size);
    for (let i = 0; i < this.size; i++) values[i] = below(2, random);
    return makeArray(this.dtype, this.shape, values);
  }

  sample(seed: number): NdArray {
    return this.draw(sampleStream(this, seed));
  }

  equals(other: Space): boolean {
    return other instanceof MultiBinarySpace && sameShape(other.shape, this.shape);
  }

  same(a: IntegerMember, b: IntegerMember): boolean {
    return sameIntegers(a, b, this.shape);
  }

  toJson(member: IntegerMember): Json {
    return nest(this.#member("write", member), this.shape);
  }

  fromJson(json: Json): NdArray {
    const faults: Fault[] = [];
    const values = this.#read(json, faults);
    refuseAll(`Cannot read a member of ${this}`, faults);
    return makeArray(this.dtype, this.shape, values!);
  }

  describe(): Json {
    return { kind: this.kind, shape: this.shape };
  }

  flatten(member: IntegerMember): Float64Array {
    return Float64Array.from(this.#member("flatten", member));
  }

  unflatten(vector: ArrayLike<number>): NdArray {
    const flat = requireFlat(vector, this);
    for (const value of flat) {
      if (value !== 0 && value !== 1) {
        refuse(`Cannot unflatten into ${this}: ${show(value)} is neither 0 nor 1`);
      }
    }
    return makeArray(this.dtype, this.shape, flat);
  }

  toString(): string {
    return `MultiBinary(${this.shape.length === 1 ? this.shape[0] : `[${this.shape.join(", ")}]`})`;
  }

  #member(action: string, value: unknown): ArrayLike<number> {
    return this.contains(value) ? this.#read(value, [])! : refuseMember(action, value, this);
  }

  #read(value: unknown, faults: Fault[]): ArrayLike<number> | null {
    const check = (item: number): string | null =>
      item === 0 || item === 1 ? null : `${item} is neither 0 nor 1`;
    return readIntegers(value, this.shape, null, check, faults);
  }
}
