// Members of a space as a fast-check arbitrary: built from the space's own description, so that a counterexample
// shrinks part by part toward the smallest member. What is too large or not understood is sampled instead.
import fc, { type Arbitrary } from "fast-check";
import type { Json, JsonObject } from "../src/json.ts";
import type { Space } from "../src/spaces/space.ts";

/** More numbers than this a member, and building and shrinking each would take too long. */
const MAX_NUMBERS = 128;

const TRIED = 30;

/** Random members of the space. */
export function members<T>(space: Space<T>): Arbitrary<T> {
  const sampled = fc.nat().map((seed) => space.sample(seed));
  try {
    const built = written(space.describe() as JsonObject, { left: MAX_NUMBERS });
    if (built === null) return sampled;
    const read = built.map((json) => space.fromJson(json));
    // A description that means something else than it seems to is found out here, before anything is checked.
    const sound = fc.sample(read, { numRuns: TRIED, seed: 1 }).every((member) => space.contains(member));
    return sound ? read : sampled;
  } catch {
    return sampled;
  }
}

/** Members as the space writes them in JSON; null where the description is not understood. */
function written(description: JsonObject, budget: { left: number }): Arbitrary<Json> | null {
  switch (description.kind) {
    case "discrete":
      return spend(budget, integers(description.start, description.n));
    case "multi_discrete":
      return nested(description.nvec!, [description.start!], (n, [start]) =>
        spend(budget, integers(start, n)),
      );
    case "multi_binary":
      return filled(description.shape as readonly number[], () => spend(budget, fc.nat(1)));
    case "box":
      return boxed(description, budget);
    case "tuple": {
      const parts = (description.spaces as readonly JsonObject[]).map((part) => written(part, budget));
      return isWhole(parts) ? fc.tuple(...parts) : null;
    }
    case "dict": {
      const entries = Object.entries(description.spaces as Readonly<Record<string, JsonObject>>);
      const parts = entries.map(([, part]) => written(part, budget));
      if (!isWhole(parts)) return null;
      return fc
        .tuple(...parts)
        .map((values) => Object.fromEntries(entries.map(([key], i) => [key, values[i]!])));
    }
    default:
      return null;
  }
}

function spend(budget: { left: number }, arbitrary: Arbitrary<Json>): Arbitrary<Json> | null {
  budget.left -= 1;
  return budget.left < 0 ? null : arbitrary;
}

/** Shrinks toward the start. */
function integers(start: Json | undefined, n: Json | undefined): Arbitrary<Json> {
  return fc.nat((n as number) - 1).map((i) => (start as number) + i);
}

function boxed({ dtype, shape, low, high }: JsonObject, budget: { left: number }): Arbitrary<Json> | null {
  const number = (low: Json | undefined, high: Json | undefined): Arbitrary<Json> | null => {
    const [min, max] = [Number(low), Number(high)];
    if (/int/.test(String(dtype))) return spend(budget, fc.integer({ min, max }));
    const finite = { noNaN: true, noDefaultInfinity: true };
    const limits = { ...finite, ...(min > -Infinity && { min }), ...(max < Infinity && { max }) };
    return spend(budget, dtype === "float32" ? fc.float(limits) : fc.double(limits));
  };
  const numbers = (shape as readonly number[]).reduce((size, length) => size * length, 1);
  if (numbers > MAX_NUMBERS) return null;
  if (!Array.isArray(low) && !Array.isArray(high)) {
    return filled(shape as readonly number[], () => number(low, high));
  }
  // One side may stand for all elements while the other is given one by one.
  return nested(Array.isArray(low) ? low : high!, [low!, high!], (_, [low, high]) => number(low, high));
}

/** An array of the shape. */
function filled(shape: readonly number[], leaf: () => Arbitrary<Json> | null): Arbitrary<Json> | null {
  const [length, ...inner] = shape;
  if (length === undefined) return leaf();
  if (length > MAX_NUMBERS) return null;
  const parts = Array.from({ length }, () => filled(inner, leaf));
  return isWhole(parts) ? fc.tuple(...parts) : null;
}

/** An array nested as the first one, where each of the others is nested alike or stands for all its elements. */
function nested(
  first: Json,
  others: readonly Json[],
  leaf: (first: Json, others: readonly Json[]) => Arbitrary<Json> | null,
): Arbitrary<Json> | null {
  if (!Array.isArray(first)) return leaf(first, others);
  if (first.length > MAX_NUMBERS) return null;
  const parts = first.map((item: Json, i) =>
    nested(
      item,
      others.map((other) => (Array.isArray(other) ? other[i] : other)),
      leaf,
    ),
  );
  return isWhole(parts) ? fc.tuple(...parts) : null;
}

function isWhole(parts: readonly (Arbitrary<Json> | null)[]): parts is Arbitrary<Json>[] {
  return parts.every((part) => part !== null);
}
