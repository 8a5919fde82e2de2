// A recorded plan: run again in this browser, with its graph, its batches as they ran, and its receipts.
import { useState } from "preact/hooks";
import { useLoaded } from "../../load.ts";
import { Show } from "../../ui/state.tsx";
import { work } from "../../work/call.ts";
import type { PlanEntry, PlanStudy } from "../../work/tasks.ts";
import { Attempts } from "./attempts.tsx";
import { save } from "./downloads.tsx";
import { Graph } from "./graph.tsx";
import { Receipts } from "./receipts.tsx";

export function Plan({ entry }: { entry: PlanEntry }) {
  const [runs, setRuns] = useState(1);
  const study = useLoaded((signal) => work("plan", { origin: location.origin, entry }, { signal }), [runs]);
  return (
    <div class="studied plan">
      <Show of={study} rows={8}>
        {(value) => (
          <>
            <Outcome of={value} entry={entry} again={() => setRuns(runs + 1)} />
            <Graph ops={value.ops} edges={value.edges} attempts={value.attempts} />
            <Attempts of={value.attempts} />
            <Receipts genesis={value.genesis} commits={value.commits} />
          </>
        )}
      </Show>
    </div>
  );
}

function Outcome({ of, entry, again }: { of: PlanStudy; entry: PlanEntry; again: () => void }) {
  const { holds, message, receipts, milliseconds, receiptsText } = of;
  return (
    <section aria-labelledby="run">
      <h2 id="run">The run</h2>
      <p class={holds ? "good" : "bad"} role="status">
        {holds
          ? `This browser ran the plan again, in ${milliseconds.toFixed(0)} ms: it came to the state and the commit that the entry says.`
          : `It does not come to what the entry says. ${message}`}
      </p>
      <p>Receipts, checked without running a kernel: {receipts}</p>
      <p class="buttons">
        <button type="button" onClick={again}>
          Run it again
        </button>
        <button
          type="button"
          onClick={() => save(`receipts-${entry.index}.json`, receiptsText, "application/json")}
        >
          Receipts
        </button>
      </p>
    </section>
  );
}
