// Box(low, high, {shape, dtype}): n-d arrays between two bounds, each side of each element closed or open (infinite).
// Members are arrays, whose dtype counts: plain lists have none and come in through fromJson. -0 is 0, NaN is nowhere.
import { type Fault, requireObject } from "../error.ts";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { at, type Bound, readBounds } from "./bounds.ts";
import { below, exponential, fraction, normal, sampleStream } from "./draw.ts";
import { requireFlat } from "./flat.ts";
import {
  asArray,
  canCast,
  castTo,
  DTYPES,
  type Dtype,
  makeArray,
  type NdArray,
  readDtype,
  sameShape,
  sizeOf,
  type TypedArray,
} from "./nd-array.ts";
import { nest, numberFromJson, numberToJson, unnest } from "./nested.ts";
import { refuse, refuseAll, refuseMember } from "./refuse.ts";
import type { Space } from "./space.ts";

export interface BoxOptions {
  readonly shape?: readonly number[];
  /** float32 when nothing is said, as in Gymnasium; bounds are rounded to it. */
  readonly dtype?: Dtype;
}

export class BoxSpace implements Space<NdArray | TypedArray> {
  readonly kind = "box";
  readonly depth = 0;
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly size: number;
  readonly #low: Float64Array;
  readonly #high: Float64Array;

  constructor(low: Bound, high: Bound, options: BoxOptions = {}) {
    requireObject(options, "invalid_space", "Cannot build Box: its options");
    const faults: Fault[] = [];
    const dtype = readDtype(options.dtype === undefined ? "float32" : options.dtype, faults);
    const bounds = dtype === null ? null : readBounds(low, high, options.shape, dtype, faults);
    refuseAll("Cannot build Box", faults);
    if (dtype === null || bounds === null) throw new Error("bug: a Box was neither built nor refused");
    this.dtype = dtype;
    this.shape = bounds.shape;
    this.size = sizeOf(bounds.shape);
    this.#low = bounds.low;
    this.#high = bounds.high;
    Object.freeze(this);
  }

  get flatSize(): number {
    return this.size;
  }

  /** The lower bounds, row-major; a copy. Open sides are -Infinity, in integer boxes too. */
  get low(): Float64Array {
    return this.#spread(this.#low);
  }

  /** The upper bounds, row-major; a copy. */
  get high(): Float64Array {
    return this.#spread(this.#high);
  }

  contains(value: unknown): value is NdArray | TypedArray {
    try {
      const array = asArray(value);
      if (array === null || !canCast(array.dtype, this.dtype) || !sameShape(array.shape, this.shape)) {
        return false;
      }
      for (let i = 0; i < this.size; i++) {
        if (!this.#within(array.data[i]!, i)) return false;
      }
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Element by element, row-major, as Gymnasium distributes them: uniform between two bounds, exponential (mean 1)
   * from one, normal without any. Integers are uniform with both bounds; with an open side they are rounded down.
   */
  draw(random: Random): NdArray {
    const { range } = DTYPES[this.dtype];
    const values = new Float64Array(this.size);
    for (let i = 0; i < this.size; i++) {
      const low = at(this.#low, i);
      const high = at(this.#high, i);
      const value =
        range === null ? drawFloat(low, high, this.dtype, random) : drawInteger(low, high, range, random);
      values[i] = value;
    }
    return makeArray(this.dtype, this.shape, values);
  }

  sample(seed: number): NdArray {
    return this.draw(sampleStream(this, seed));
  }

  equals(other: Space): boolean {
    return (
      other instanceof BoxSpace &&
      other.dtype === this.dtype &&
      sameShape(other.shape, this.shape) &&
      sameNumbers(other.#low, this.#low) &&
      sameNumbers(other.#high, this.#high)
    );
  }

  same(a: NdArray | TypedArray, b: NdArray | TypedArray): boolean {
    const [left, right] = [asArray(a), asArray(b)];
    return (
      left !== null &&
      right !== null &&
      sameShape(left.shape, right.shape) &&
      sameNumbers(left.data, right.data)
    );
  }

  toJson(member: NdArray | TypedArray): Json {
    if (!this.contains(member)) refuseMember("write", member, this);
    return nest(asArray(member)!.data, this.shape);
  }

  /** Numbers are rounded to float32 where the box is; an integer box takes integers only. */
  fromJson(json: Json): NdArray {
    const faults: Fault[] = [];
    const values = unnest(json, this.shape, (item, i) => this.#read(numberFromJson(item), i), "", faults);
    refuseAll(`Cannot read a member of ${this}`, faults);
    return makeArray(this.dtype, this.shape, values);
  }

  describe(): Json {
    const { kind, dtype, shape } = this;
    return { kind, dtype, shape, low: this.#write(this.#low), high: this.#write(this.#high) };
  }

  flatten(member: NdArray | TypedArray): Float64Array {
    if (!this.contains(member)) refuseMember("flatten", member, this);
    return Float64Array.from(asArray(member)!.data);
  }

  unflatten(vector: ArrayLike<number>): NdArray {
    const values = requireFlat(vector, this).map((value, i) => {
      const number = this.#read(value, i);
      return typeof number === "number" ? number : refuse(`Cannot unflatten into ${this}: ${number}`);
    });
    return makeArray(this.dtype, this.shape, values);
  }

  toString(): string {
    return `Box(${brief(this.#low)}, ${brief(this.#high)}, [${this.shape}], ${this.dtype})`;
  }

  #within(value: number, i: number): boolean {
    return value >= at(this.#low, i) && value <= at(this.#high, i);
  }

  #read(value: unknown, i: number): number | string {
    const number = castTo(this.dtype, value);
    if (typeof number === "string" || this.#within(number, i)) return number;
    return `${number} is not between ${at(this.#low, i)} and ${at(this.#high, i)}`;
  }

  #write(side: Float64Array): Json {
    return side.length === 1 ? numberToJson(side[0]!) : nest(side, this.shape);
  }

  #spread(side: Float64Array): Float64Array {
    return side.length === 1 ? new Float64Array(this.size).fill(side[0]!) : side.slice();
  }
}

function drawFloat(low: number, high: number, dtype: Dtype, random: Random): number {
  let value: number;
  if (Number.isFinite(low) && Number.isFinite(high)) {
    // Not low + (high − low) × u: the difference of two finite bounds can be infinite.
    const u = fraction(random);
    value = low * (1 - u) + high * u;
  } else if (Number.isFinite(low)) value = low + exponential(random);
  else if (Number.isFinite(high)) value = high - exponential(random);
  else value = normal(random);
  if (dtype === "float32") value = Math.fround(value);
  return Math.min(Math.max(value, low), high);
}

function drawInteger(low: number, high: number, range: readonly [number, number], random: Random): number {
  let value: number;
  if (Number.isFinite(low) && Number.isFinite(high)) value = low + below(high - low + 1, random);
  else if (Number.isFinite(low)) value = Math.floor(low + exponential(random));
  else if (Number.isFinite(high)) value = Math.floor(high + 1 - exponential(random));
  else value = Math.floor(normal(random));
  return Math.min(Math.max(value, low, range[0]), high, range[1]);
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function brief(side: Float64Array): string {
  if (side.length === 1) return String(side[0]);
  return `[${side.slice(0, 4).join(", ")}${side.length > 4 ? ", …" : ""}]`;
}
