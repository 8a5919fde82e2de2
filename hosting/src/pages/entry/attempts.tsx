// The batches of a plan as they ran, those that failed among them.
import { Hash } from "../../ui/hash.tsx";
import { percent, whole } from "../../ui/numbers.ts";
import type { PlanAttempt } from "../../work/tasks.ts";
import { LongTable, Ops } from "./long-table.tsx";

export function Attempts({ of }: { of: readonly PlanAttempt[] }) {
  const failures = of.filter(({ failure }) => failure !== null).length;
  return (
    <section aria-labelledby="batches">
      <h2 id="batches">Batches as they ran</h2>
      <p>
        {whole(of.length)} attempts, of which {whole(failures)} failed.
      </p>
      <LongTable
        what="The table of batches"
        columns={["Attempt", "Ops", "ε of its bound", "What came of it"]}
        rows={of}
        row={(attempt, i) => <Row key={i} attempt={attempt} number={i + 1} />}
      />
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
      <Ops of={batch} />
      <td class="number">{epsilon === null ? "" : percent(epsilon)}</td>
      <td>
        {failure === null ? (
          <>
            <span class="good">committed</span>{" "}
            {commitHash && <Hash of={commitHash} what={`the commit of attempt ${number}`} />}
          </>
        ) : (
          <>
            <span class="bad">
              {failure.code}: {failure.next}
            </span>
            <span class="note why">{failure.message}</span>
          </>
        )}
      </td>
    </tr>
  );
}
