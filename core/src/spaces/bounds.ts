// The two sides of a Box: read from numbers, nested lists or arrays, checked against the dtype and each other. A side
// that is the same everywhere is kept as one number, so that a description never costs more memory than its text.
import type { Fault } from "../error.ts";
import {
  asArray,
  castTo,
  DTYPES,
  type Dtype,
  type NdArray,
  readShape,
  sameShape,
  type TypedArray,
} from "./nd-array.ts";
import { elementPath, type Nested, numberFromJson, shapeOfNested, unnest } from "./nested.ts";
import { full, note } from "./refuse.ts";

/** One number for all elements, or one for each; infinite where the side is open (as text, too: JSON has no other). */
export type Bound = Nested | "Infinity" | "-Infinity" | NdArray | TypedArray;

export interface Bounds {
  readonly shape: readonly number[];
  /** One number, or one for each element. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The shape is the given one, or that of a bound that has one, or [1], as in Gymnasium. */
export function readBounds(
  low: unknown,
  high: unknown,
  shape: unknown,
  dtype: Dtype,
  faults: Fault[],
): Bounds | null {
  const axes = shape === undefined ? inferShape(low, high, faults) : readShape(shape, "/shape", faults);
  if (axes === null) return null;
  const before = faults.length;
  const lows = readSide(low, axes, dtype, "/low", Number.NEGATIVE_INFINITY, faults);
  const highs = readSide(high, axes, dtype, "/high", Number.POSITIVE_INFINITY, faults);
  if (lows === null || highs === null || faults.length > before) return null;
  checkOrder(lows, highs, axes, faults);
  return { shape: axes, low: lows, high: highs };
}

/** The bound of element i. */
export function at(side: Float64Array, i: number): number {
  return side[side.length === 1 ? 0 : i]!;
}

function inferShape(low: unknown, high: unknown, faults: Fault[]): readonly number[] | null {
  for (const [side, path] of [
    [low, "/low"],
    [high, "/high"],
  ] as const) {
    const shape = asArray(side)?.shape ?? (Array.isArray(side) ? shapeOfNested(side) : null);
    if (shape !== null) return readShape(shape, path, faults);
  }
  return Object.freeze([1]);
}

function readSide(
  side: unknown,
  shape: readonly number[],
  dtype: Dtype,
  path: string,
  open: number,
  faults: Fault[],
): Float64Array | null {
  const read = (item: unknown): number | string => readBound(numberFromJson(item), dtype, open);
  const array = asArray(side);
  if (array !== null) {
    if (!sameShape(array.shape, shape)) {
      note(faults, path, `the shape is [${array.shape}], wanted [${shape}]`);
      return null;
    }
    const numbers = new Float64Array(array.data.length);
    for (let i = 0; i < numbers.length && !full(faults); i++) {
      const number = read(array.data[i]);
      if (typeof number === "number") numbers[i] = number;
      else note(faults, path + elementPath(i, shape), number);
    }
    return collapse(numbers);
  }
  if (Array.isArray(side)) return collapse(unnest(side, shape, read, path, faults));
  const number = read(side);
  if (typeof number === "number") return Float64Array.of(number);
  note(faults, path, number);
  return null;
}

function readBound(value: unknown, dtype: Dtype, open: number): number | string {
  if (typeof value === "number" && Number.isNaN(value)) return "NaN bounds nothing";
  if (value === -open) return `${value} leaves no value: wanted a finite number or ${open}`;
  const { range } = DTYPES[dtype];
  if (value === open && range !== null) {
    // Gymnasium's rule: an unsigned dtype has no open side.
    return range[0] === 0 ? `${value} is no bound of ${dtype}: wanted ${range[0]} to ${range[1]}` : open;
  }
  const number = castTo(dtype, value);
  return typeof number === "number" ? number + 0 : number;
}

function checkOrder(low: Float64Array, high: Float64Array, shape: readonly number[], faults: Fault[]): void {
  const count = Math.max(low.length, high.length);
  for (let i = 0; i < count && !full(faults); i++) {
    if (at(low, i) > at(high, i)) {
      const path = count === 1 ? "/low" : `/low${elementPath(i, shape)}`;
      note(faults, path, `${at(low, i)} is above the high bound ${at(high, i)}`);
    }
  }
}

function collapse(numbers: Float64Array): Float64Array {
  return numbers.every((number) => number === numbers[0]) ? numbers.slice(0, 1) : numbers;
}
