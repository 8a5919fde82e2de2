// What stands behind a board's places, as far as this browser has looked: behind the first ones at once, behind any other
// when it is used.
import type { Marketplace } from "@policyledger/core/api";
import { useEffect, useState } from "preact/hooks";
import { work } from "../../work/call.ts";
import type { Behind, Place, PolicyEntry } from "../../work/tasks.ts";

const AT_ONCE = 10;

export interface Backing {
  /** By index. */
  readonly found: ReadonlyMap<number, Behind>;
  /** Why not even the first could be looked at. */
  readonly error: Error | null;
  find(place: Place): Promise<PolicyEntry>;
}

export function useBacking(board: Marketplace): Backing {
  const [found, setFound] = useState<ReadonlyMap<number, Behind>>(new Map());
  const [error, setError] = useState<Error | null>(null);
  const look = (places: readonly Place[], onTold: (one: Behind) => void, signal?: AbortSignal) =>
    work("places", { origin: location.origin, board, places }, { signal, onTold });
  const add = (one: Behind) => setFound((before) => new Map(before).set(one.index, one));
  useEffect(() => {
    const stopped = new AbortController();
    const { signal } = stopped;
    setFound(new Map());
    setError(null);
    look(board.entries.slice(0, AT_ONCE), add, signal).catch(
      (error: Error) => signal.aborted || setError(error),
    );
    return () => stopped.abort();
  }, [board]);
  const find = async (place: Place): Promise<PolicyEntry> => {
    const known: Behind[] = [];
    try {
      await look([place], (one) => known.push(one));
    } catch (error) {
      setError(error as Error);
      throw error;
    }
    for (const one of known) add(one);
    const [{ entry, fault }] = known as [Behind];
    if (entry === null) throw Object.assign(new Error(fault), { code: "false_answer" });
    return entry;
  };
  return { found, error, find };
}
