// Trains a policy in this browser, and claims what it earns.
import { useEffect, useState } from "preact/hooks";
import { useLoaded } from "../../load.ts";
import { environments } from "../../service.ts";
import { type Kinds, unitOf } from "../../ui/environment.ts";
import { Show } from "../../ui/state.tsx";
import { prepare } from "../../work/call.ts";
import { Claim } from "./claim.tsx";
import { Live } from "./live.tsx";
import { type Choice, Setup } from "./setup.tsx";
import { type Run, useRun } from "./use-run.ts";

export function TrainPage() {
  const kinds = useLoaded(environments, []);
  useEffect(() => {
    document.title = "Train · PolicyLedger";
    // A worker that cannot be loaded is met when it is used.
    prepare("train").catch(() => {});
  }, []);
  return (
    <div class="train">
      <h1>Train a policy here</h1>
      <p class="note intro">
        In this browser, in the same loop in which claims are verified. The same choices give the same policy,
        byte for byte, on any machine. What it earns you can sign with a key that never leaves this browser,
        and claim.
      </p>
      <Show of={kinds} rows={4}>
        {(value) => <Training kinds={value} />}
      </Show>
    </div>
  );
}

function Training({ kinds }: { kinds: Kinds }) {
  const [choice, setChoice] = useState<Choice | null>(null);
  const run = useRun(choice);
  return (
    <>
      <Setup kinds={kinds} isBusy={run?.state === "running"} start={setChoice} />
      {choice !== null && run !== null && <Trained choice={choice} run={run} kinds={kinds} />}
    </>
  );
}

function Trained({ choice, run, kinds }: { choice: Choice; run: Run; kinds: Kinds }) {
  const kind = kinds.get(choice.env_id)!;
  const unit = unitOf(kinds, choice.env_id);
  return (
    <>
      <Live run={run} actions={kind.actions} unit={unit} />
      {run.state === "done" && <Claim key={run.saved} choice={choice} saved={run.saved!} unit={unit} />}
    </>
  );
}
