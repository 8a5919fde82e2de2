// Nested lists, as JSON and people write n-d arrays: [[1, 2], [3, 4]] has shape [2, 2]. Row-major, like NumPy's tolist.
import type { Fault } from "../error.ts";
import type { Json } from "../json.ts";
import { MAX_DIMENSIONS } from "./limits.ts";
import { full, note, show } from "./refuse.ts";

export type Nested = number | readonly Nested[];

/** Flat numbers as nested lists, each number written by `numberToJson`. */
export function nest(data: ArrayLike<number>, shape: readonly number[]): Json {
  let next = 0;
  const level = (axis: number): Json => {
    if (axis === shape.length) return numberToJson(data[next++]!);
    const list: Json[] = [];
    for (let i = 0; i < shape[axis]!; i++) list.push(level(axis + 1));
    return list;
  };
  return level(0);
}

/** JSON has no infinities, so that they are strings, and no -0, so that it is 0. */
export function numberToJson(value: number): number | string {
  return Number.isFinite(value) ? value + 0 : String(value);
}

/** A number, or the text of an infinity as the number. */
export function numberFromJson(value: unknown): unknown {
  if (value === "Infinity") return Number.POSITIVE_INFINITY;
  return value === "-Infinity" ? Number.NEGATIVE_INFINITY : value;
}

/** The shape that nested lists seem to have, by the first item of each; `unnest` checks it. */
export function shapeOfNested(value: unknown): number[] {
  const shape: number[] = [];
  // One axis too many is enough to be refused, and a list within itself has no end.
  for (let list = value; Array.isArray(list) && shape.length <= MAX_DIMENSIONS; list = list[0]) {
    shape.push(list.length);
  }
  return shape;
}

/** Nested lists of exactly this shape as flat numbers; `read` gives an item's number, or what is wrong with it. With
 * faults, the result is not complete. */
export function unnest(
  value: unknown,
  shape: readonly number[],
  read: (item: unknown, index: number) => number | string,
  path: string,
  faults: Fault[],
): Float64Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  // Grows with what is there: a wrong list may be far shorter than its shape.
  const out: number[] = [];
  const at: number[] = [];
  const level = (item: unknown, axis: number, index: number): void => {
    if (axis === shape.length) {
      const number = read(item, index);
      if (typeof number === "number") out.push(number);
      else note(faults, `${path}${at.map((i) => `/${i}`).join("")}`, number);
    } else if (!Array.isArray(item) || item.length !== shape[axis]) {
      note(
        faults,
        `${path}${at.map((i) => `/${i}`).join("")}`,
        `${show(item)}, wanted a list of ${shape[axis]}`,
      );
    } else {
      for (let i = 0; i < item.length && !full(faults); i++) {
        at.push(i);
        level(item[i], axis + 1, index + i * strides[axis]!);
        at.pop();
      }
    }
  };
  level(value, 0, 0);
  return Float64Array.from(out);
}

/** The JSON Pointer of the element with this flat index. */
export function elementPath(index: number, shape: readonly number[]): string {
  let path = "";
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    path = `/${rest % shape[axis]!}${path}`;
    rest = Math.floor(rest / shape[axis]!);
  }
  return path;
}
