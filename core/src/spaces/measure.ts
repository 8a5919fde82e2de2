// What Tuple and Dict sum up over their parts, and the bounds on it.
import type { Fault } from "../error.ts";
import { MAX_SPACE_DEPTH, MAX_SPACE_SIZE } from "./limits.ts";
import { note } from "./refuse.ts";
import type { Space } from "./space.ts";

export function measure(
  parts: readonly Space[],
  faults: Fault[],
): { readonly size: number; readonly depth: number; readonly flatSize: number } {
  // One for the composite itself: else empty ones within each other would cost time and count nothing.
  let size = 1;
  let depth = 0;
  let flatSize = 0;
  for (const part of parts) {
    size += part.size;
    depth = Math.max(depth, part.depth);
    flatSize += part.flatSize;
  }
  if (size > MAX_SPACE_SIZE) {
    note(faults, "/spaces", `a member is made of ${size} values, at most ${MAX_SPACE_SIZE} are allowed`);
  }
  if (depth + 1 > MAX_SPACE_DEPTH) {
    note(faults, "/spaces", `nested ${depth + 1} deep, at most ${MAX_SPACE_DEPTH} are allowed`);
  }
  return { size, depth: depth + 1, flatSize };
}
