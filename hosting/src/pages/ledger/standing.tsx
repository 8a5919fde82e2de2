// How the ledger stands, as far as this browser has looked: the window at once; the whole chain by itself while it is
// small, and at a click when it is not.
import { useEffect } from "preact/hooks";
import { Hash } from "../../ui/hash.tsx";
import { whole } from "../../ui/numbers.ts";
import { type Contradiction, Unproven } from "../entry/unproven.tsx";
import type { LedgerWindow } from "./ledger-window.ts";
import { faultOf, SMALL, type WholeChain } from "./whole-chain.ts";

export function Standing({
  window,
  chain: { checking, check },
}: {
  window: LedgerWindow;
  chain: WholeChain;
}) {
  const { rows, size, head } = window;
  const isChecked =
    checking.state === "done" && checking.result.size === size && checking.result.head === head;
  useEffect(() => {
    if (size > SMALL || size === 0 || isChecked) return;
    // When the first view is there, and nothing else wants the processor.
    const idle = setTimeout(() => check(size), 800);
    return () => clearTimeout(idle);
  }, [size, head]);
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
            <Whole window={window} chain={{ checking, check }} />
          </dd>
        </div>
      </dl>
    </section>
  );
}

function Whole({ window: { rows, size }, chain: { checking, check } }: Parameters<typeof Standing>[0]) {
  const checkAll = (name: string) => (
    <button type="button" onClick={() => check(size)}>
      {name}
    </button>
  );
  switch (checking.state) {
    case "not yet":
      return checkAll(`Check all ${whole(size)} here`);
    case "running":
      return (
        <span class="running">
          <progress value={checking.checked} max={checking.total} aria-label="Entries checked" />
          {whole(checking.checked)} of {whole(checking.total)}
          <button type="button" onClick={checking.stop}>
            Stop
          </button>
        </span>
      );
    case "failed":
      if ((checking.error as Contradiction).code === "contradiction")
        return <Unproven error={checking.error} />;
      return (
        <span class="warn" role="alert">
          {checking.error.message} {checkAll("Again")}
        </span>
      );
    case "done": {
      const { size: checked, milliseconds, unsigned } = checking.result;
      const { signed } = checking;
      const fault = faultOf(checking.result, rows);
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
      if (unsigned !== null) {
        return (
          <span class="bad" role="alert">
            <strong>This is not what the log signed.</strong> {unsigned}
          </span>
        );
      }
      return (
        <>
          <span class="good" role="status">
            This browser checked all {whole(checked)} entries in {(milliseconds / 1_000).toFixed(2)} s: every
            link holds
            {signed !== null && `, and the root over ${whole(signed.size)} is what ${signed.origin} signed`}
          </span>{" "}
          {checked < size && size > SMALL && checkAll("Check again")}
        </>
      );
    }
  }
}
