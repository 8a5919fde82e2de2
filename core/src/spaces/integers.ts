// Members of MultiDiscrete and MultiBinary: integer arrays, or plain nested lists of integers.
import type { Fault } from "../error.ts";
import { asArray, canCast, type Dtype, type NdArray, sameShape, type TypedArray } from "./nd-array.ts";
import { elementPath, type Nested, unnest } from "./nested.ts";
import { full, note, show } from "./refuse.ts";

export type IntegerMember = NdArray | TypedArray | readonly Nested[];

/** What is wrong with an element, or null. */
type Check = (item: number, index: number) => string | null;

/**
 * The elements of a member, row-major; null when it is none, and then there is a fault. With `dtype`, an array has to
 * cast safely to it. May throw what a foreign getter throws.
 */
export function readIntegers(
  value: unknown,
  shape: readonly number[],
  dtype: Dtype | null,
  check: Check,
  faults: Fault[],
): ArrayLike<number> | null {
  const array = asArray(value);
  if (array === null) return readList(value, shape, check, faults);
  if (dtype !== null && !canCast(array.dtype, dtype)) {
    note(faults, "", `the dtype is ${array.dtype}, wanted one that casts safely to ${dtype}`);
  } else if (!sameShape(array.shape, shape)) {
    note(faults, "", `the shape is [${array.shape}], wanted [${shape}]`);
  } else {
    for (let i = 0; i < array.data.length && !full(faults); i++) {
      const wrong = check(array.data[i]!, i);
      if (wrong !== null) note(faults, elementPath(i, shape), wrong);
    }
  }
  return faults.length === 0 ? array.data : null;
}

export function sameIntegers(a: IntegerMember, b: IntegerMember, shape: readonly number[]): boolean {
  const left = readIntegers(a, shape, null, () => null, []);
  const right = readIntegers(b, shape, null, () => null, []);
  if (left === null || right === null) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function readList(value: unknown, shape: readonly number[], check: Check, faults: Fault[]) {
  const read = (item: unknown, i: number): number | string => {
    if (!Number.isSafeInteger(item)) return `${show(item)} is not an integer`;
    return check(item as number, i) ?? (item as number) + 0;
  };
  const values = unnest(value, shape, read, "", faults);
  return faults.length === 0 ? values : null;
}
