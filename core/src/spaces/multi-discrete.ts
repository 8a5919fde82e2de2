// MultiDiscrete(nvec, {start, dtype}): arrays of integers, element i from start[i] to start[i] + nvec[i] − 1. nvec may
// have several axes. Members are integer arrays that cast safely to the dtype (int32 when nothing is said, where
// Gymnasium has int64), or plain nested lists of integers, as Gymnasium takes lists too.
import { type Fault, requireObject } from "../error.ts";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { below, sampleStream } from "./draw.ts";
import { flatZeros, hotIndex, requireFlat } from "./flat.ts";
import { type IntegerMember, readIntegers, sameIntegers } from "./integers.ts";
import {
  asArray,
  DTYPES,
  type Dtype,
  makeArray,
  type NdArray,
  readDtype,
  readShape,
  sameShape,
  type TypedArray,
} from "./nd-array.ts";
import { type Nested, nest, shapeOfNested, unnest } from "./nested.ts";
import { note, refuseAll, refuseMember, show } from "./refuse.ts";
import type { Space } from "./space.ts";

export interface MultiDiscreteOptions {
  /** The least value of each element: 0 when nothing is said. */
  readonly start?: Nested | NdArray | TypedArray;
  readonly dtype?: Dtype;
}

export class MultiDiscreteSpace implements Space<IntegerMember> {
  readonly kind = "multi_discrete";
  readonly depth = 0;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly size: number;
  readonly flatSize: number;
  /** Row-major. */
  readonly nvec: readonly number[];
  readonly start: readonly number[];

  constructor(nvec: Nested | NdArray | TypedArray, options: MultiDiscreteOptions = {}) {
    requireObject(options, "invalid_space", "Cannot build MultiDiscrete: its options");
    const faults: Fault[] = [];
    const dtype = readIntegerDtype(options.dtype === undefined ? "int32" : options.dtype, faults);
    const shape = readNvecShape(nvec, faults);
    let counts: readonly number[] = [];
    let start: readonly number[] = [];
    if (shape !== null) {
      counts = readElements(nvec, shape, "/nvec", positive, faults);
      start =
        options.start === undefined
          ? counts.map(() => 0)
          : readElements(options.start, shape, "/start", integer, faults);
      if (dtype !== null && faults.length === 0) checkRange(counts, start, dtype, faults);
    }
    refuseAll("Cannot build MultiDiscrete", faults);
    if (dtype === null || shape === null)
      throw new Error("bug: a MultiDiscrete was neither built nor refused");
    this.dtype = dtype;
    this.shape = shape;
    this.size = counts.length;
    this.flatSize = counts.reduce((sum, n) => sum + n, 0);
    this.nvec = Object.freeze(counts);
    this.start = Object.freeze(start);
    Object.freeze(this);
  }

  contains(value: unknown): value is IntegerMember {
    try {
      return this.#read(value, []) !== null;
    } catch {
      return false;
    }
  }

  draw(random: Random): NdArray {
    const values = this.nvec.map((n, i) => this.start[i]! + below(n, random));
    return makeArray(this.dtype, this.shape, values);
  }

  sample(seed: number): NdArray {
    return this.draw(sampleStream(this, seed));
  }

  equals(other: Space): boolean {
    return (
      other instanceof MultiDiscreteSpace &&
      other.dtype === this.dtype &&
      sameShape(other.shape, this.shape) &&
      sameShape(other.nvec, this.nvec) &&
      sameShape(other.start, this.start)
    );
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
    const { kind, dtype } = this;
    return { kind, dtype, nvec: nest(this.nvec, this.shape), start: nest(this.start, this.shape) };
  }

  /** The one-hot vectors of the elements, one after the other. */
  flatten(member: IntegerMember): Float64Array {
    const values = this.#member("flatten", member);
    const vector = flatZeros(this);
    let from = 0;
    for (let i = 0; i < this.size; i++) {
      vector[from + values[i]! - this.start[i]!] = 1;
      from += this.nvec[i]!;
    }
    return vector;
  }

  unflatten(vector: ArrayLike<number>): NdArray {
    const flat = requireFlat(vector, this);
    let from = 0;
    const values = this.nvec.map((n, i) => {
      const value = this.start[i]! + hotIndex(flat, from, n, this);
      from += n;
      return value;
    });
    return makeArray(this.dtype, this.shape, values);
  }

  toString(): string {
    const start = this.start.some((value) => value !== 0) ? `, start=${brief(this.start, this.shape)}` : "";
    return `MultiDiscrete(${brief(this.nvec, this.shape)}${start})`;
  }

  #member(action: string, value: unknown): ArrayLike<number> {
    return this.contains(value) ? this.#read(value, [])! : refuseMember(action, value, this);
  }

  #read(value: unknown, faults: Fault[]): ArrayLike<number> | null {
    const check = (item: number, i: number): string | null => {
      const [least, greatest] = [this.start[i]!, this.start[i]! + this.nvec[i]! - 1];
      return item >= least && item <= greatest ? null : `${item} is not between ${least} and ${greatest}`;
    };
    return readIntegers(value, this.shape, this.dtype, check, faults);
  }
}

function readIntegerDtype(value: unknown, faults: Fault[]): Dtype | null {
  const dtype = readDtype(value, faults);
  if (dtype === null || DTYPES[dtype].range !== null) return dtype;
  note(faults, "/dtype", `${dtype} holds no integers only: wanted an integer dtype`);
  return null;
}

function readNvecShape(nvec: unknown, faults: Fault[]): readonly number[] | null {
  const shape = asArray(nvec)?.shape ?? (Array.isArray(nvec) ? shapeOfNested(nvec) : null);
  if (shape !== null && shape.length > 0) return readShape(shape, "/nvec", faults);
  note(faults, "/nvec", `${show(nvec)}, wanted a list of positive integers`);
  return null;
}

function readElements(
  value: unknown,
  shape: readonly number[],
  path: string,
  read: (item: unknown) => number | string,
  faults: Fault[],
): readonly number[] {
  const array = asArray(value);
  if (array === null) return Array.from(unnest(value, shape, read, path, faults));
  if (!sameShape(array.shape, shape)) {
    note(faults, path, `the shape is [${array.shape}], wanted [${shape}]`);
    return [];
  }
  return Array.from(array.data, (item, i) => {
    const number = read(item);
    if (typeof number === "number") return number;
    note(faults, `${path}/${i}`, number);
    return 0;
  });
}

function positive(item: unknown): number | string {
  return Number.isSafeInteger(item) && (item as number) > 0
    ? (item as number)
    : `${show(item)} is not a positive integer`;
}

function integer(item: unknown): number | string {
  return Number.isSafeInteger(item) ? (item as number) + 0 : `${show(item)} is not an integer`;
}

function checkRange(nvec: readonly number[], start: readonly number[], dtype: Dtype, faults: Fault[]): void {
  const [least, greatest] = DTYPES[dtype].range!;
  for (let i = 0; i < nvec.length; i++) {
    const last = start[i]! + nvec[i]! - 1;
    if (start[i]! >= least && last <= greatest) continue;
    note(faults, "/nvec", `element ${i} runs from ${start[i]} to ${last}, outside of ${dtype}`);
  }
}

function brief(values: readonly number[], shape: readonly number[]): string {
  return values.length > 16 ? `[${values.slice(0, 4).join(", ")}, …]` : JSON.stringify(nest(values, shape));
}
