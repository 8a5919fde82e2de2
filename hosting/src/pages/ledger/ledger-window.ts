// The part of the ledger that is shown: a window of entries, newest first, which follows new ones while it is at the end.
import type { LedgerPage } from "@policyledger/core/api";
import { useEffect, useState } from "preact/hooks";
import { client } from "../../service.ts";
import { type Checked, checkWindow } from "./window-check.ts";

export const WINDOW = 25;
const LOOKS_EVERY_MS = 2_000;

export interface LedgerWindow {
  /** Newest first. */
  readonly rows: readonly Checked[];
  readonly size: number;
  readonly head: string | null;
  /** Entries that came while the page was open: the first index of the last arrival. */
  readonly arrivedFrom: number | null;
}

/** `from`: the newest index to be shown; null for the end of the ledger, wherever that is. */
export async function loadWindow(from: number | null, signal: AbortSignal): Promise<LedgerWindow> {
  // One more than is shown, so that the last one's link can be checked too.
  const query = { order: "newest", limit: WINDOW + 1, ...(from !== null && { from }) } as const;
  return windowOf(await client.listed(query, { signal }), null);
}

function windowOf({ entries, size, head }: LedgerPage, arrivedFrom: number | null): LedgerWindow {
  const rows = checkWindow(entries.toReversed()).slice(-WINDOW).toReversed();
  return { rows, size, head, arrivedFrom };
}

/** The window, with what has arrived since; `onArrival` is told how many. */
export function useArrivals(loaded: LedgerWindow | null, follows: boolean): LedgerWindow | null {
  const [latest, setLatest] = useState<LedgerWindow | null>(null);
  useEffect(() => {
    setLatest(null);
    if (loaded === null || !follows) return;
    const stopped = new AbortController();
    const { signal } = stopped;
    let known = loaded.size;
    let timer = 0;
    const look = async () => {
      if (document.visibilityState === "visible") {
        try {
          const { size } = await client.head({ signal });
          if (size !== known) {
            const page = await client.listed({ order: "newest", limit: WINDOW + 1 }, { signal });
            setLatest(windowOf(page, Math.min(known, page.size)));
            known = page.size;
          }
        } catch {
          // The next look may succeed; what is shown stays true of when it was read.
        }
      }
      if (!signal.aborted) timer = setTimeout(look, LOOKS_EVERY_MS) as unknown as number;
    };
    timer = setTimeout(look, LOOKS_EVERY_MS) as unknown as number;
    return () => {
      stopped.abort();
      clearTimeout(timer);
    };
  }, [loaded, follows]);
  return latest ?? loaded;
}
