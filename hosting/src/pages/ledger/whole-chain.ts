// The check of the whole chain, up to the root that the log has signed: it goes on while the reader pages along the ledger, and ends when that is left.
import { hashAt } from "@policyledger/core";
import { useEffect, useState } from "preact/hooks";
import { work } from "../../work/call.ts";
import type { Tasks } from "../../work/tasks.ts";
import type { Checked } from "./window-check.ts";

/** Two bundles of the log: checked without being asked. */
export const SMALL = 500;

type Result = Tasks["chain"]["done"];

/** The log's name, and what it signed; null where it has signed nothing. */
type Signed = ({ readonly origin: string } & NonNullable<Tasks["chain"]["input"]["signed"]>) | null;

type Checking =
  | { readonly state: "not yet" }
  | { readonly state: "running"; readonly checked: number; readonly total: number; stop(): void }
  | { readonly state: "done"; readonly result: Result; readonly signed: Signed }
  | { readonly state: "failed"; readonly error: Error };

export interface WholeChain {
  readonly checking: Checking;
  /** Of so many entries, as far as is known; in place of one that runs. */
  check(size: number): void;
}

export function useWholeChain(): WholeChain {
  const [checking, setChecking] = useState<Checking>({ state: "not yet" });
  const [last] = useState<{ stopped: AbortController | null }>({ stopped: null });
  useEffect(() => () => last.stopped?.abort(), [last]);
  const check = (size: number) => {
    last.stopped?.abort();
    const stopped = new AbortController();
    last.stopped = stopped;
    const { signal } = stopped;
    const stop = () => {
      stopped.abort();
      setChecking({ state: "not yet" });
    };
    const onTold = (told: Tasks["chain"]["told"]) =>
      signal.aborted || setChecking({ state: "running", ...told, stop });
    setChecking({ state: "running", checked: 0, total: size, stop });
    checkAll(size, signal, onTold).then(
      (found) => signal.aborted || setChecking({ state: "done", ...found }),
      (error: Error) => signal.aborted || setChecking({ state: "failed", error }),
    );
  };
  return { checking, check };
}

async function checkAll(
  size: number,
  signal: AbortSignal,
  onTold: (told: Tasks["chain"]["told"]) => void,
): Promise<{ readonly result: Result; readonly signed: Signed }> {
  const { checkpoint } = await import("../entry/prove.ts");
  const view = await checkpoint(signal);
  const signed = view && { origin: view.origin, size: view.size, root: view.root };
  const input = { origin: location.origin, signed };
  // A small one takes less time than a worker takes to load.
  const result =
    size <= SMALL
      ? (await import("../../work/chain.ts")).checkChain(input, onTold, signal)
      : work("chain", input, { signal, onTold });
  return { result: await result, signed };
}

/** The first entry that does not hold: of the chain, or of those shown one that is another than was checked. */
export function faultOf({ fault, hashes, size }: Result, rows: readonly Checked[]): Result["fault"] {
  if (fault !== null) return fault;
  for (const { entry, hash } of rows.toReversed()) {
    if (entry.index >= size) continue;
    const inLog = hashAt(hashes, 32 * entry.index);
    if (inLog === hash) continue;
    const message = `What is shown here hashes to ${hash}, and what the log holds to ${inLog}.`;
    return { index: entry.index, message };
  }
  return null;
}
