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
  /** How it does not continue what this page has shown before; a ledger only grows. */
  readonly rewritten: string | null;
}

/** `from`: the newest index to be shown; null for the end of the ledger, wherever that is. */
export async function loadWindow(from: number | null, signal: AbortSignal): Promise<LedgerWindow> {
  // One more than is shown, so that the last one's link can be checked too.
  const query = { order: "newest", limit: WINDOW + 1, ...(from !== null && { from }) } as const;
  return windowOf(await client.listed(query, { signal }), null);
}

function windowOf({ entries, size, head }: LedgerPage, before: LedgerWindow | null): LedgerWindow {
  const rows = checkWindow(entries.toReversed()).slice(-WINDOW).toReversed();
  if (before === null) return { rows, size, head, arrivedFrom: null, rewritten: null };
  const rewritten = before.rewritten ?? contradiction(before, rows, size);
  return { rows, size, head, arrivedFrom: Math.min(before.size, size), rewritten };
}

function contradiction(before: LedgerWindow, rows: readonly Checked[], size: number): string | null {
  if (size < before.size) return `It had ${before.size} entries a moment ago, and has ${size} now.`;
  const shown = new Map(before.rows.map(({ entry }) => [entry.index, entry.current_hash]));
  const other = rows.find(
    ({ entry }) => (shown.get(entry.index) ?? entry.current_hash) !== entry.current_hash,
  );
  return other === undefined ? null : `Entry ${other.entry.index} is another than it was a moment ago.`;
}

/** The window, with what has arrived since. */
export function useArrivals(loaded: LedgerWindow | null, follows: boolean): LedgerWindow | null {
  const [latest, setLatest] = useState<LedgerWindow | null>(null);
  useEffect(() => {
    setLatest(null);
    if (loaded === null || !follows) return;
    const stopped = new AbortController();
    const { signal } = stopped;
    let known = loaded;
    let timer = 0;
    const look = async () => {
      if (document.visibilityState === "visible") {
        try {
          const { size, current_hash } = await client.head({ signal });
          if (size !== known.size || current_hash !== known.head) {
            const page = await client.listed({ order: "newest", limit: WINDOW + 1 }, { signal });
            known = windowOf(page, known);
            setLatest(known);
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
