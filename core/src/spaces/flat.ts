// Flat vectors: the checks that flatten and unflatten of all spaces share, and one-hot blocks.
import { MAX_SPACE_SIZE } from "./limits.ts";
import { refuse } from "./refuse.ts";
import type { Space } from "./space.ts";

/** Zeros for a flat vector. A Discrete may have more values than any vector could hold; then flatten refuses. */
export function flatZeros(space: Space): Float64Array {
  if (space.flatSize > MAX_SPACE_SIZE) {
    refuse(
      `Cannot flatten a member of ${space}: it takes ${space.flatSize} numbers, at most ${MAX_SPACE_SIZE} are allowed`,
    );
  }
  return new Float64Array(space.flatSize);
}

/** The vector as it came, or copied, when it has the right length. */
export function requireFlat(vector: ArrayLike<number>, space: Space): Float64Array {
  if (vector.length !== space.flatSize) {
    refuse(`Cannot unflatten ${vector.length} numbers into ${space}: wanted ${space.flatSize}`);
  }
  return vector instanceof Float64Array ? vector : Float64Array.from(vector);
}

/** Where the 1 of a one-hot block stands. Gymnasium takes the first non-zero; anything but a single 1 is refused here. */
export function hotIndex(vector: Float64Array, from: number, length: number, space: Space): number {
  let hot = -1;
  for (let i = 0; i < length; i++) {
    const value = vector[from + i]!;
    if (value === 0) continue;
    if (value !== 1 || hot !== -1) hot = length;
    else hot = i;
  }
  if (hot >= 0 && hot < length) return hot;
  refuse(
    `Cannot unflatten into ${space}: positions ${from} to ${from + length - 1} are not one-hot, wanted a single 1 among zeros`,
  );
}
