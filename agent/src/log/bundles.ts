// The entries of a log as its bundles hold them, several on their way at once, handed on in order.
import { type Bundle, newBundles, TILE_WIDTH } from "@policyledger/core";
import type { Wire } from "./wire.ts";

export interface FetchedBundle {
  readonly bundle: Bundle;
  /** What was served, of a full one in its place as much as was asked for; null where there is neither. */
  readonly bytes: Uint8Array | null;
}

const AT_ONCE = 4;

/** Those that growing from one size to another writes: the first may begin with entries that were there before. */
export async function* fetchBundles(
  wire: Wire,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<FetchedBundle, void, undefined> {
  const bundles = newBundles(from, to);
  const coming: { readonly bundle: Bundle; readonly bytes: Promise<Uint8Array | null> }[] = [];
  const fill = () => {
    while (coming.length < AT_ONCE) {
      const next = bundles.next();
      if (next.done) return;
      const bytes = wire.bundle(next.value, { signal });
      // Its failure is met when its turn comes.
      bytes.catch(() => {});
      coming.push({ bundle: next.value, bytes });
    }
  };
  for (fill(); coming.length > 0; fill()) {
    const { bundle, bytes } = coming.shift()!;
    const served = await bytes;
    yield { bundle, bytes: served && cut(served, bundle.width) };
  }
}

/** A full bundle may stand in for a partial one, and begins with it (c2sp.org/tlog-tiles). */
function cut(bytes: Uint8Array, width: number): Uint8Array {
  let at = 0;
  for (let i = 0; i < width && at + 2 <= bytes.length; i++) at += 2 + bytes[at]! * 256 + bytes[at + 1]!;
  let more = 0;
  for (let end = at; end + 2 <= bytes.length; more++) end += 2 + bytes[end]! * 256 + bytes[end + 1]!;
  return width + more === TILE_WIDTH ? bytes.subarray(0, at) : bytes;
}
