// The chain of receipts that the service keeps of a plan's run: each commit names the one before it, the first the genesis.
import { Hash, WholeHash } from "../../ui/hash.tsx";
import type { PlanCommit } from "../../work/tasks.ts";
import { LongTable, Ops } from "./long-table.tsx";

export function Receipts({ genesis, commits }: { genesis: string; commits: readonly PlanCommit[] }) {
  return (
    <section aria-labelledby="receipts">
      <h2 id="receipts">Receipt chain</h2>
      <p>
        It begins with the genesis <WholeHash of={genesis} what="the genesis" />, made of the plan and its
        initial state, and ends in the entry's final commit hash.
      </p>
      <LongTable
        what="The table of receipts"
        columns={["Commit", "Names before it", "Its hash", "State after it", "Root of its ops", "Ops"]}
        rows={commits}
        row={({ hash, before, statePost, localsRoot, ops }, i) => (
          <tr key={hash}>
            <td>{i}</td>
            <td>
              <Hash of={before} what={`what commit ${i} names before it`} />
            </td>
            <td>
              <Hash of={hash} what={`the hash of commit ${i}`} />
            </td>
            <td>
              <Hash of={statePost} what={`the state after commit ${i}`} />
            </td>
            <td>
              <Hash of={localsRoot} what={`the root of commit ${i}`} />
            </td>
            <Ops of={ops} />
          </tr>
        )}
      />
    </section>
  );
}
