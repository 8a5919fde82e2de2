// A recorded plan: run again in this browser, with its graph, its batches as they ran, and its receipts.
import { useState } from "preact/hooks";
import { useLoaded } from "../../load.ts";
import { Hash } from "../../ui/hash.tsx";
import { percent, whole } from "../../ui/numbers.ts";
import { Scroll } from "../../ui/scroll.tsx";
import { Show } from "../../ui/state.tsx";
import { work } from "../../work/call.ts";
import type { PlanAttempt, PlanEntry, PlanStudy } from "../../work/tasks.ts";
import { Graph } from "./graph.tsx";

export function Plan({ entry }: { entry: PlanEntry }) {
  const [runs, setRuns] = useState(1);
  const study = useLoaded((signal) => work("plan", { origin: location.origin, entry }, { signal }), [runs]);
  return (
    <div class="studied plan">
      <Show of={study} rows={8}>
        {(value) => (
          <>
            <Outcome of={value} again={() => setRuns(runs + 1)} />
            <Graph ops={value.ops} edges={value.edges} attempts={value.attempts} />
            <Attempts of={value.attempts} />
          </>
        )}
      </Show>
    </div>
  );
}

function Outcome({ of, again }: { of: PlanStudy; again: () => void }) {
  const { holds, message, receipts, milliseconds } = of;
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
      </p>
    </section>
  );
}

/** More than this are not drawn at once. */
const FIRST = 60;

function Attempts({ of }: { of: readonly PlanAttempt[] }) {
  const [all, setAll] = useState(false);
  const failures = of.filter(({ failure }) => failure !== null).length;
  const shown = all ? of : of.slice(0, FIRST);
  return (
    <section aria-labelledby="batches">
      <h2 id="batches">Batches as they ran</h2>
      <p>
        {whole(of.length)} attempts, of which {whole(failures)} failed.
      </p>
      <Scroll what="The table of batches">
        <table class="attempts">
          <thead>
            <tr>
              <th scope="col">Attempt</th>
              <th scope="col">Ops</th>
              <th scope="col">ε of its bound</th>
              <th scope="col">What came of it</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((attempt, i) => (
              <Row key={i} attempt={attempt} number={i + 1} />
            ))}
          </tbody>
        </table>
      </Scroll>
      {of.length > FIRST && (
        <button type="button" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? "Show the first only" : `Show all ${whole(of.length)}`}
        </button>
      )}
    </section>
  );
}

function Row({ attempt, number }: { attempt: PlanAttempt; number: number }) {
  const { batch, forced, failure, commitHash, epsilon } = attempt;
  return (
    <tr>
      <td>
        {number}
        {forced && <span class="note"> forced</span>}
      </td>
      <td class="ops">{batch.join(", ")}</td>
      <td class="number">{epsilon === null ? "" : percent(epsilon)}</td>
      <td>
        {failure === null ? (
          <>
            <span class="good">committed</span>{" "}
            {commitHash && <Hash of={commitHash} what={`commit ${number}`} />}
          </>
        ) : (
          <span class="bad" title={failure.message}>
            {failure.code}: {failure.next}
          </span>
        )}
      </td>
    </tr>
  );
}
