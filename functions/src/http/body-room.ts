// How much memory the bodies of one instance take together. A batch may have 8 MB and eighty requests come at once, which
// is more than an instance has; so large bodies share what room there is, and small ones always have theirs.
import { HeldShares } from "../limits/held-shares.ts";
import { Problem } from "../problem.ts";

/** A body up to this size always has room: what one submission takes, for each request that comes at once. */
const FREE_BYTES = 524_288;
/** What all larger bodies of one instance may take beyond that, together: eight of the largest batches. */
const MAX_HELD_BYTES = 67_108_864;
/** What those of one caller may take: two of the largest batches. */
const MAX_HELD_BYTES_OF_ONE = 16_777_216;

interface Held {
  readonly caller: string;
  bytes: number;
}

const room = new HeldShares();
const heldBy = new WeakMap<Request, Held>();

/** Whose body it is; without this it is nobody's in particular. */
export function nameSender(request: Request, caller: string): void {
  heldBy.set(request, { caller, bytes: 0 });
}

/** So many bytes of the body are in memory by now. */
export function hold(request: Request, size: number): void {
  const held = heldBy.get(request) ?? { caller: "", bytes: 0 };
  const more = Math.max(0, size - FREE_BYTES) - held.bytes;
  if (more <= 0) return;
  const bounds = { most: MAX_HELD_BYTES, mostOfOne: MAX_HELD_BYTES_OF_ONE };
  const taken = room.take(held.caller, more, bounds);
  const headers = { "retry-after": "2" };
  if (taken === "caller") {
    throw new Problem("rate_limited", "Too many large bodies come from this address at once.", { headers });
  }
  if (taken === "overall") {
    throw new Problem("unavailable", "Too many large bodies come in at once; send it again in a moment.", {
      headers,
    });
  }
  held.bytes += more;
  heldBy.set(request, held);
}

export function releaseBody(request: Request): void {
  const held = heldBy.get(request);
  if (held === undefined) return;
  room.giveBack(held.caller, held.bytes);
  heldBy.delete(request);
}
