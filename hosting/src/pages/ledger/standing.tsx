// How the ledger stands, as far as this browser has looked: the window at once; the whole chain by itself while it is
// small, and at a click when it is not.
import { useEffect, useState } from "preact/hooks";
import { Hash } from "../../ui/hash.tsx";
import { whole } from "../../ui/numbers.ts";
import { work } from "../../work/call.ts";
import type { Tasks } from "../../work/tasks.ts";
import type { LedgerWindow } from "./ledger-window.ts";

/** Two bundles of the log: checked without being asked. */
const SMALL = 500;

type Checking =
  | { readonly state: "not yet" }
  | { readonly state: "running"; readonly checked: number; readonly total: number; stop(): void }
  | { readonly state: "done"; readonly result: Tasks["chain"]["done"] }
  | { readonly state: "failed"; readonly error: Error };

export function Standing({ window: { rows, size, head } }: { window: LedgerWindow }) {
  const [whole_, setWhole] = useState<Checking>({ state: "not yet" });
  const check = () => {
    const stopped = new AbortController();
    const stop = () => {
      stopped.abort();
      setWhole({ state: "not yet" });
    };
    setWhole({ state: "running", checked: 0, total: size, stop });
    const shown = rows.map(({ entry: { index }, hash }) => ({ index, hash }));
    const input = { origin: location.origin, shown };
    const { signal } = stopped;
    const onTold = ({ checked, total }: Tasks["chain"]["told"]) =>
      setWhole({ state: "running", checked, total, stop });
    // A small one takes less time than a worker takes to load.
    const result =
      size <= SMALL
        ? import("../../work/chain.ts").then(({ checkChain }) => checkChain(input, onTold, signal))
        : work("chain", input, { signal, onTold });
    result.then(
      (result) => setWhole({ state: "done", result }),
      (error: Error) => signal.aborted || setWhole({ state: "failed", error }),
    );
  };
  useEffect(() => {
    if (size > SMALL || size === 0) return;
    // When the first view is there, and nothing else wants the processor.
    const idle = setTimeout(check, 800);
    return () => clearTimeout(idle);
  }, [size]);
  const torn = rows.filter(({ fault, link }) => fault !== null || link?.holds === false).length;
  return (
    <section class="standing" aria-label="How it stands">
      <dl>
        <div>
          <dt>Entries</dt>
          <dd>{whole(size)}</dd>
        </div>
        <div>
          <dt>Head</dt>
          <dd>{head !== null && <Hash of={head} what="the head" digits={12} />}</dd>
        </div>
        <div>
          <dt>Shown here</dt>
          <dd class={torn === 0 ? "good" : "bad"}>
            {torn === 0
              ? `${rows.length} entries and their links hold`
              : `${torn} of ${rows.length} entries do not hold`}
          </dd>
        </div>
        <div class="all">
          <dt>The whole chain</dt>
          <dd>
            <Whole of={whole_} check={check} size={size} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Whole({ of, check, size }: { of: Checking; check: () => void; size: number }) {
  switch (of.state) {
    case "not yet":
      return (
        <button type="button" onClick={check}>
          Check all {whole(size)} here
        </button>
      );
    case "running":
      return (
        <span class="running">
          <progress value={of.checked} max={of.total} aria-label="Entries checked" />
          {whole(of.checked)} of {whole(of.total)}
          <button type="button" onClick={of.stop}>
            Stop
          </button>
        </span>
      );
    case "failed":
      return (
        <span class="warn" role="alert">
          {of.error.message}{" "}
          <button type="button" onClick={check}>
            Again
          </button>
        </span>
      );
    case "done": {
      const { size: checked, fault, milliseconds } = of.result;
      if (fault !== null) {
        return (
          <span class="bad" role="alert">
            <strong>
              It breaks at entry <a href={`/?from=${fault.index}`}>{fault.index}</a>.
            </strong>{" "}
            {fault.message}
          </span>
        );
      }
      return (
        <span class="good" role="status">
          This browser checked all {whole(checked)} entries in {(milliseconds / 1_000).toFixed(2)} s: every
          link holds
        </span>
      );
    }
  }
}
