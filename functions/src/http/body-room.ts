// How much memory the bodies of one instance take together. A batch may have 8 MB and eighty requests come at once, which
// is more than an instance has; so large bodies share what room there is, and small ones always have theirs.
import { Problem } from "../problem.ts";

/** A body up to this size always has room: what one submission takes, for each request that comes at once. */
const FREE_BYTES = 524_288;
/** What all larger bodies of one instance may take beyond that, together: eight of the largest batches. */
const MAX_HELD_BYTES = 67_108_864;

let held = 0;
const heldBy = new WeakMap<Request, number>();

/** So many bytes of the body are in memory by now. */
export function hold(request: Request, size: number): void {
  const more = Math.max(0, size - FREE_BYTES) - (heldBy.get(request) ?? 0);
  if (more <= 0) return;
  if (held + more > MAX_HELD_BYTES) {
    throw new Problem("unavailable", "Too many large bodies come in at once; send it again in a moment.", {
      headers: { "retry-after": "2" },
    });
  }
  held += more;
  heldBy.set(request, (heldBy.get(request) ?? 0) + more);
}

export function releaseBody(request: Request): void {
  held -= heldBy.get(request) ?? 0;
  heldBy.delete(request);
}
