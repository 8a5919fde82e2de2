// The entries of a log as its bundles hold them, several on their way at once, handed on in order.
import type { Bundle } from "@policyledger/core";
import { newBundles } from "@policyledger/core";
import type { Wire } from "../../log/index.ts";

export interface Fetched {
  readonly bundle: Bundle;
  /** Null where there is none. */
  readonly bytes: Uint8Array | null;
}

const AT_ONCE = 4;

/** Those that growing from one size to another writes: the first may begin with entries that were there before. */
export async function* fetchBundles(
  wire: Wire,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<Fetched, void, undefined> {
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
    yield { bundle, bytes: await bytes };
  }
}
