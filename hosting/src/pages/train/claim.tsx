// What a training has made, and its claim: signed with a key that stays here, submitted, and followed to its entry.
import { signClaim } from "@policyledger/agent";
import type { Job } from "@policyledger/core/api";
import { useId, useState } from "preact/hooks";
import { ownSigner } from "../../keys.ts";
import { useLoaded } from "../../load.ts";
import { client } from "../../service.ts";
import { exact, percent, reward } from "../../ui/numbers.ts";
import { Failed, Show } from "../../ui/state.tsx";
import { work } from "../../work/call.ts";
import type { Outcome } from "../../work/tasks.ts";
import type { Choice } from "./setup.tsx";
import { Stations } from "./stations.tsx";

const FIRST_SEED = 42;
const LOOKS_EVERY_MS = 400;
const FINAL = new Set(["RECORDED", "INVALID", "FAILED"]);

interface Props {
  readonly choice: Choice;
  readonly saved: string;
  readonly unit: number;
}

export function Claim({ choice, saved, unit }: Props) {
  const [seed, setSeed] = useState(FIRST_SEED);
  const outcome = useLoaded((signal) => work("outcome", { saved, seed }, { signal }), [saved, seed]);
  const id = useId();
  return (
    <section class="claim" aria-labelledby="claim">
      <h2 id="claim">What it is worth</h2>
      <p>
        <label for={id}>Seed to claim on</label>
        <input
          id={id}
          type="number"
          min="0"
          max="4294967295"
          value={seed}
          onChange={(event) => setSeed(Number(event.currentTarget.value))}
        />
      </p>
      <Show of={outcome} rows={2}>
        {(value) => <Worth outcome={value} choice={choice} seed={seed} unit={unit} />}
      </Show>
    </section>
  );
}

function Worth({
  outcome,
  choice,
  seed,
  unit,
}: {
  outcome: Outcome;
  choice: Choice;
  seed: number;
  unit: number;
}) {
  const { expected, optimum, reward: earned } = outcome;
  return (
    <>
      <dl class="result">
        <div>
          <dt>Exact expected return</dt>
          <dd class="large">{exact(expected, unit)}</dd>
          <dd class="note">
            {percent(expected / optimum)} of the optimum, {exact(optimum, unit)}
          </dd>
        </div>
        <div>
          <dt>Reward on seed {seed}</dt>
          <dd class="large">{reward(earned, unit)}</dd>
          <dd class="note">what the claim says, and the verifier will find</dd>
        </div>
      </dl>
      <Submit outcome={outcome} choice={choice} seed={seed} />
    </>
  );
}

type Sent = { readonly job: Job | null } | { readonly error: Error } | null;

function Submit({ outcome, choice, seed }: { outcome: Outcome; choice: Choice; seed: number }) {
  const [sent, setSent] = useState<Sent>(null);
  const id = useId();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const label = String(new FormData(event.currentTarget as HTMLFormElement).get("agent"));
    setSent({ job: null });
    try {
      for await (const job of claimed(outcome, choice, seed, label)) setSent({ job });
    } catch (error) {
      setSent({ error: error as Error });
    }
  };
  const isBusy = sent !== null && "job" in sent && !FINAL.has(sent.job?.state ?? "");
  return (
    <>
      <form class="setup" onSubmit={submit}>
        <p>
          <label for={id}>Your agent's name</label>
          <input
            id={id}
            name="agent"
            required
            pattern="[A-Za-z0-9._\/\-]{1,64}"
            maxLength={64}
            placeholder="me/first"
            autoComplete="off"
          />
        </p>
        <button type="submit" class="main" disabled={isBusy}>
          Sign and submit
        </button>
      </form>
      <p class="note">
        Letters, digits and . _ / - of your choice. The name belongs to this browser's key from its first
        claim on. The key was made here, is kept here, and cannot be read by anyone, this page included.
      </p>
      {sent !== null && ("error" in sent ? <Failed error={sent.error} /> : <Stations job={sent.job} />)}
    </>
  );
}

/** Each state that the claim comes to. Asked for, since the page's policy lets no stream of another address in. */
async function* claimed(outcome: Outcome, choice: Choice, seed: number, label: string): AsyncGenerator<Job> {
  const { signer } = await ownSigner();
  const { artifact, policy_hash, reward: claimed_reward } = outcome;
  const env_config = { preset: choice.preset };
  const assertion = { env_id: choice.env_id, env_config, seed, policy_hash, claimed_reward };
  const { claim_id } = await client.submit(await signClaim(signer, label, assertion, artifact));
  for (;;) {
    const job = await client.claim(claim_id);
    yield job;
    if (FINAL.has(job.state)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
  }
}
