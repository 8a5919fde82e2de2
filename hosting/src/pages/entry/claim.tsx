// The claim that an entry records, decided on anew in this browser, what the service says of it, and all of it as files.
import type { Job } from "@policyledger/core/api";
import { useLoaded } from "../../load.ts";
import { client } from "../../service.ts";
import { CheckSteps } from "../../ui/check-steps.tsx";
import { presetIn } from "../../ui/environment.ts";
import { reward } from "../../ui/numbers.ts";
import { Show } from "../../ui/state.tsx";
import { Time } from "../../ui/time.tsx";
import { work } from "../../work/call.ts";
import type { PlanEntry, PolicyEntry, Tasks } from "../../work/tasks.ts";
import type { Entry } from "../ledger/window-check.ts";
import { Downloads } from "./downloads.tsx";

interface Props {
  readonly entry: Entry;
  readonly unit: number;
}

export function Claim({ entry, unit }: Props) {
  const decided = useLoaded(
    (signal) => work("verdict", { origin: location.origin, entry }, { signal }),
    [entry.current_hash],
  );
  return (
    <section class="claim-of" aria-labelledby="claim">
      <h2 id="claim">The claim, and its verdict</h2>
      <p>
        <strong>{entry.agent_id}</strong>{" "}
        {entry.kind === "plan" ? <OfPlan /> : <OfPolicy {...{ entry, unit }} />}
      </p>
      <Show of={decided} rows={5}>
        {(value) => <Decided of={value} entry={entry} />}
      </Show>
    </section>
  );
}

function OfPlan() {
  return <>claims: this plan, on this state, ends in this commit, and leaves this state.</>;
}

function OfPolicy({ entry, unit }: { entry: PolicyEntry; unit: number }) {
  const { env_id, env_config, seed, verified_reward } = entry;
  return (
    <>
      claims: this policy, in {env_id} ({presetIn(env_config)}), on seed {seed}, earned{" "}
      {reward(verified_reward, unit)}.
    </>
  );
}

function Decided({ of: { report, ...files }, entry }: { of: Tasks["verdict"]["done"]; entry: Entry }) {
  return (
    <>
      <p class={report.holds ? "good" : "bad"} role="status">
        {report.holds
          ? "This browser comes to the same verdict: valid, in every step."
          : "This browser comes to another verdict: not valid."}
      </p>
      <CheckSteps of={report.steps} />
      <Service entry={entry} />
      <Downloads entry={entry} {...files} />
    </>
  );
}

/** What the service keeps of the claim must be what its ledger says. */
function Service({ entry }: { entry: PolicyEntry | PlanEntry }) {
  const job = useLoaded((signal) => client.claim(entry.claim_id, { signal }), [entry.claim_id]);
  if (job.state !== "ready")
    return <p class="note">{job.state === "failed" ? job.error.message : "\u00a0"}</p>;
  const { submitted_at, decided_at, recorded_at } = job.value;
  if (!isRecordedAs(job.value, entry))
    return (
      <p class="bad" role="alert">
        The service says something else of this claim: {job.value.state.toLowerCase()}
        {job.value.state === "RECORDED" && `, as entry ${job.value.index}`}.
      </p>
    );
  return (
    <p class="note">
      The service: submitted <Time at={submitted_at} />
      {decided_at && (
        <>
          , found valid <Time at={decided_at} />
        </>
      )}
      {recorded_at && (
        <>
          , recorded <Time at={recorded_at} />
        </>
      )}
      .
    </p>
  );
}

function isRecordedAs(job: Job, { index, current_hash }: Entry): boolean {
  return job.state === "RECORDED" && job.index === index && job.current_hash === current_hash;
}
