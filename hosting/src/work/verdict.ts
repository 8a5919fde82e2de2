// An entry's claim, put together again from the entry and what was submitted with it, and decided on anew: the verifier's
// own steps, one after the other.
import { createClient, submissionText } from "@policyledger/agent";
import { openPlans } from "@policyledger/agent/plans";
import { claimOfEntry } from "@policyledger/core";
import { takenApart } from "../entry-text.ts";
import { PATIENCE } from "../patience.ts";
import { checkSubmission } from "./files/submission.ts";
import type { Tasks } from "./tasks.ts";

type VerdictTask = Tasks["verdict"];

export async function decideAgain(
  { origin, entry }: VerdictTask["input"],
  _: unknown,
  signal: AbortSignal,
): Promise<VerdictTask["done"]> {
  const { signature } = entry;
  const claim = claimOfEntry(takenApart(entry).entry);
  const subject =
    entry.kind === "plan"
      ? (await openPlans(origin, PATIENCE).plan(entry.plan_hash, { signal })).text
      : await createClient(origin, PATIENCE).policy(entry.policy_hash, { signal });
  const submission = submissionText(
    claim.kind === "plan" ? { claim, signature, document: subject } : { claim, signature, artifact: subject },
  );
  return { subject, submission, report: checkSubmission(`Claim ${entry.claim_id}`, submission) };
}
