// The claim of what a training has made: signed with a key that stays here, submitted, and followed to its proven entry.
import { signClaim } from "@policyledger/agent";
import type { Job } from "@policyledger/core/api";
import { useId, useState } from "preact/hooks";
import { ownSigner } from "../../keys.ts";
import { useLoaded } from "../../load.ts";
import { client } from "../../service.ts";
import { Hash } from "../../ui/hash.tsx";
import { Failed } from "../../ui/state.tsx";
import type { Outcome } from "../../work/tasks.ts";
import type { Choice } from "./setup.tsx";
import { isRefused, Stations } from "./stations.tsx";

const LOOKS_EVERY_MS = 400;

/** How far a claim has come. */
interface Way {
  readonly job: Job | null;
  readonly isProven: boolean;
  readonly error: Error | null;
}

const SENT: Way = { job: null, isProven: false, error: null };

export function Submit({ outcome, choice, seed }: { outcome: Outcome; choice: Choice; seed: number }) {
  const [way, setWay] = useState<Way | null>(null);
  const key = useLoaded(ownSigner, []);
  const id = useId();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const label = String(new FormData(event.currentTarget as HTMLFormElement).get("agent"));
    let come = SENT;
    setWay(come);
    try {
      for await (const step of claimed(outcome, choice, seed, label)) {
        come = { ...come, ...step };
        setWay(come);
      }
    } catch (error) {
      setWay({ ...come, error: error as Error });
    }
  };
  const isBusy = way !== null && way.error === null && !way.isProven && !isRefused(way.job);
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
            title="Up to 64 letters, digits and . _ / -"
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
        claim on.
      </p>
      {key.state === "ready" && <Key of={key.value} />}
      {way !== null && (
        <>
          <Stations job={way.job} isProven={way.isProven} />
          {way.error !== null && <Failed error={way.error} />}
        </>
      )}
    </>
  );
}

function Key({ of: { signer, isKept } }: { of: Awaited<ReturnType<typeof ownSigner>> }) {
  return (
    <p class="note">
      Key <Hash of={signer.publicKey} what="the public key" /> was made in this browser, and cannot be read by
      anyone, this page included.{" "}
      {isKept
        ? "It is kept here."
        : "This browser keeps nothing: the key, and with it the name, is gone when the page is closed."}
    </p>
  );
}

/**
 * Each state that the claim comes to, up to its proof. Asked for, since the page's policy lets no stream of another address
 * in.
 */
async function* claimed(
  outcome: Outcome,
  choice: Choice,
  seed: number,
  label: string,
): AsyncGenerator<Partial<Way>> {
  const { signer } = await ownSigner();
  const { artifact, policy_hash, reward: claimed_reward } = outcome;
  const env_config = { preset: choice.preset };
  const assertion = { env_id: choice.env_id, env_config, seed, policy_hash, claimed_reward };
  const { claim_id } = await client.submit(await signClaim(signer, label, assertion, artifact));
  for (;;) {
    const job = await client.claim(claim_id);
    yield { job };
    if (isRefused(job)) return;
    if (job.state === "RECORDED") return yield* proven(job.index!, claim_id);
    await new Promise((resolve) => setTimeout(resolve, LOOKS_EVERY_MS));
  }
}

/** Under a signed checkpoint that continues what this browser has seen. */
async function* proven(index: number, claim_id: string): AsyncGenerator<Partial<Way>> {
  const { entries } = await client.listed({ order: "oldest", from: index, limit: 1 });
  const entry = entries[0];
  if (entry?.claim_id !== claim_id)
    throw Object.assign(new Error(`Entry ${index} does not record this claim.`), { code: "false_answer" });
  const { prove } = await import("../entry/prove.ts");
  await prove(entry, new AbortController().signal);
  yield { isProven: true };
}
