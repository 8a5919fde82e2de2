// That this entry stands in the log: an inclusion proof under a checkpoint that the log has signed, and that continues what
// this browser has seen before.
import type { ProvenEntry } from "@policyledger/agent/log";
import { useLoaded } from "../../load.ts";
import { WholeHash } from "../../ui/hash.tsx";
import { whole } from "../../ui/numbers.ts";
import type { Entry } from "../ledger/window-check.ts";
import { save } from "./downloads.tsx";
import { Unproven } from "./unproven.tsx";

export function Proof({ entry }: { entry: Entry }) {
  const loaded = useLoaded(
    async (signal) => (await import("./prove.ts")).prove(entry, signal),
    [entry.current_hash],
  );
  return (
    <section class="proof" aria-labelledby="proof">
      <h2 id="proof">Proof</h2>
      {loaded.state === "loading" && <p role="status">Asking for a proof and checking it …</p>}
      {loaded.state === "failed" && <Unproven error={loaded.error} />}
      {loaded.state === "ready" && <Proven of={loaded.value} />}
    </section>
  );
}

function Proven({ of: { index, view, path, file } }: { of: ProvenEntry }) {
  const { origin, size, root, trust, since, signed } = view;
  const witnesses = signed.filter(({ key }) => key.type === "witness").length;
  return (
    <>
      <p class="good" role="status">
        {path.length} hashes lead from this entry to the root that <strong>{origin}</strong> signed over{" "}
        {whole(size)} entries.{" "}
        {since === null
          ? "This browser sees this log for the first time, and remembers its key and this checkpoint."
          : `It continues what this browser saw before, a log of ${whole(since)} entries.`}
        {witnesses > 0 && ` ${witnesses} witnesses have signed it too.`}
      </p>
      <dl class="fields">
        <dt>Root</dt>
        <dd>
          <WholeHash of={root} what="the root" />
        </dd>
        <dt>The log's key</dt>
        <dd>
          {trust === "first_seen"
            ? "taken on trust: seen for the first time"
            : "the one that was seen before"}
        </dd>
      </dl>
      <p>
        <button type="button" onClick={() => save(`entry-${index}.tlog-proof`, file, "text/plain")}>
          Save the proof
        </button>
      </p>
    </>
  );
}
