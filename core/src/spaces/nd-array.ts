// N-dimensional arrays: a dtype, a shape, and flat row-major data in the typed array of that dtype. A bare typed
// array stands for the array of shape [length]. There is no int64: a JavaScript number is exact up to 2^53 only.
import { type Fault, requireObject } from "../error.ts";
import { MAX_DIMENSIONS, MAX_SPACE_SIZE } from "./limits.ts";
import { note, refuseAll, show } from "./refuse.ts";

export type Dtype = "float32" | "float64" | "int8" | "int16" | "int32" | "uint8" | "uint16" | "uint32";

export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

export interface NdArray {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

interface DtypeFacts {
  readonly array: new (length: number) => TypedArray;
  /** The least and the greatest value; null for floats. */
  readonly range: readonly [number, number] | null;
  /** What numpy.can_cast(this, that, "safe") allows. */
  readonly castsTo: readonly Dtype[];
}

export const DTYPES: { readonly [D in Dtype]: DtypeFacts } = {
  float32: { array: Float32Array, range: null, castsTo: ["float32", "float64"] },
  float64: { array: Float64Array, range: null, castsTo: ["float64"] },
  int8: { array: Int8Array, range: [-128, 127], castsTo: ["int8", "int16", "int32", "float32", "float64"] },
  int16: { array: Int16Array, range: [-32768, 32767], castsTo: ["int16", "int32", "float32", "float64"] },
  int32: { array: Int32Array, range: [-2147483648, 2147483647], castsTo: ["int32", "float64"] },
  uint8: {
    array: Uint8Array,
    range: [0, 255],
    castsTo: ["uint8", "uint16", "uint32", "int16", "int32", "float32", "float64"],
  },
  uint16: {
    array: Uint16Array,
    range: [0, 65535],
    castsTo: ["uint16", "uint32", "int32", "float32", "float64"],
  },
  uint32: { array: Uint32Array, range: [0, 4294967295], castsTo: ["uint32", "float64"] },
};

/** An array of a copy of the values; a value that the dtype cannot hold is refused, a float32 is rounded. */
export function ndArray(dtype: Dtype, shape: readonly number[], values: ArrayLike<number>): NdArray {
  requireObject(values, "invalid_space", "Cannot build an array: its values");
  const faults: Fault[] = [];
  const type = readDtype(dtype, faults);
  const axes = readShape(shape, "/shape", faults);
  if (type !== null && axes !== null) {
    const size = sizeOf(axes);
    if (values.length !== size) note(faults, "/data", `${values.length} values, wanted ${size}`);
    const cast: number[] = [];
    for (let i = 0; i < values.length && i < size; i++) {
      const value = castTo(type, values[i]);
      if (typeof value === "number") cast.push(value);
      else note(faults, `/data/${i}`, value);
    }
    if (faults.length === 0) return makeArray(type, axes, cast);
  }
  refuseAll("Cannot build an array", faults);
  throw new Error("bug: an array was neither built nor refused");
}

/** For values that are known to fit. */
export function makeArray(dtype: Dtype, shape: readonly number[], values: ArrayLike<number>): NdArray {
  const data = new DTYPES[dtype].array(values.length);
  data.set(values);
  return Object.freeze({ dtype, shape: Object.freeze([...shape]), data });
}

/** The array that a value is, or null. Reads foreign properties, so that it may throw what a getter throws. */
export function asArray(value: unknown): NdArray | null {
  const bare = dtypeOf(value);
  if (bare !== null) {
    const data = value as TypedArray;
    return { dtype: bare, shape: [data.length], data };
  }
  if (typeof value !== "object" || value === null) return null;
  const { dtype, shape, data } = value as NdArray;
  const held = dtypeOf(data);
  if (held === null || held !== dtype || !Array.isArray(shape) || shape.length > MAX_DIMENSIONS) return null;
  const axes: number[] = [];
  for (let axis = 0; axis < shape.length; axis++) axes.push(shape[axis]);
  return sizeOf(axes) === data.length ? { dtype: held, shape: axes, data } : null;
}

/** numpy.can_cast(from, to, "safe"): every value of `from` is a value of `to`. */
export function canCast(from: Dtype, to: Dtype): boolean {
  const faults: Fault[] = [];
  const type = readDtype(from, faults);
  refuseAll("Cannot tell what a dtype casts to", faults);
  return type !== null && DTYPES[type].castsTo.includes(to);
}

/** The value as the dtype holds it, or why the dtype cannot. */
export function castTo(dtype: Dtype, value: unknown): number | string {
  if (typeof value !== "number") return `${show(value)} is not a number`;
  const { range } = DTYPES[dtype];
  if (range === null) {
    const held = dtype === "float32" ? Math.fround(value) : value;
    return Number.isFinite(value) && !Number.isFinite(held) ? `${value} is beyond float32` : held;
  }
  if (!Number.isInteger(value)) return `${value} is not an integer, and the dtype is ${dtype}`;
  if (value >= range[0] && value <= range[1]) return value;
  return `${value} is outside of ${dtype}: wanted ${range[0]} to ${range[1]}`;
}

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((length, axis) => length === b[axis]);
}

export function readDtype(value: unknown, faults: Fault[]): Dtype | null {
  if (typeof value === "string" && Object.hasOwn(DTYPES, value)) return value as Dtype;
  const wanted = `wanted one of ${Object.keys(DTYPES).join(", ")}`;
  const wide = value === "int64" || value === "uint64";
  note(
    faults,
    "/dtype",
    wide
      ? `${value} is not supported, as numbers are exact up to 2^53 only: ${wanted}`
      : `${show(value)} is not a dtype: ${wanted}`,
  );
  return null;
}

/** A shape within bounds, frozen; every axis holds at least one element. */
export function readShape(value: unknown, path: string, faults: Fault[]): readonly number[] | null {
  if (!Array.isArray(value)) {
    note(faults, path, `${show(value)} is not a shape: wanted a list of positive integers`);
    return null;
  }
  if (value.length > MAX_DIMENSIONS) {
    note(faults, path, `${value.length} axes, at most ${MAX_DIMENSIONS} are allowed`);
    return null;
  }
  const before = faults.length;
  const shape = Array.from(value as unknown[], (length, axis) => {
    if (Number.isSafeInteger(length) && (length as number) > 0) return length as number;
    note(faults, `${path}/${axis}`, `${show(length)} is not a positive integer`);
    return 1;
  });
  const size = sizeOf(shape);
  if (size > MAX_SPACE_SIZE) note(faults, path, `${size} elements, at most ${MAX_SPACE_SIZE} are allowed`);
  return faults.length === before ? Object.freeze(shape) : null;
}

// The getter reads an internal slot: no object but a typed array can answer it, and none can lie to it.
const TAG = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)!
  .get!;
const DTYPE_OF_TAG = new Map(
  (Object.keys(DTYPES) as Dtype[]).map((dtype) => [DTYPES[dtype].array.name, dtype] as const),
);

function dtypeOf(value: unknown): Dtype | null {
  return DTYPE_OF_TAG.get(TAG.call(value) as string) ?? null;
}
