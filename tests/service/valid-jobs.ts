// Jobs as verify leaves them, for tests of what comes after it: their signatures are not real, which append does not
// look at.
import type { Firestore } from "@google-cloud/firestore";
import { claimText } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { type Job, jobs } from "../../functions/src/documents.ts";
import { agentNamed, claims } from "./agents.ts";

/** So many that wait for append. */
export async function storeValidJobs(db: Firestore, from: number, count: number): Promise<void> {
  const batch = db.batch();
  for (let i = from; i < from + count; i++) {
    const [{ claim, signature }] = claims(agentNamed("valid"), 1, i) as [ReturnType<typeof claims>[0]];
    const text = claimText(claim);
    const time = new Date(Date.parse("2026-03-01T12:00:00Z") + i).toISOString();
    const job: Job = {
      claim_id: nodeHost.sha256(text),
      claim: text,
      signature,
      agent_id: claim.agent_id,
      policy_hash: claim.policy_hash,
      state: "VALID",
      submitted_at: time,
      request_id: "a-request",
      opened_by: "a-call",
      attempts: 0,
      resend_at: time,
      decided_at: time,
      verified_reward: claim.claimed_reward,
      steps: 24,
    };
    batch.create(jobs(db as never).doc(job.claim_id) as never, job);
  }
  await batch.commit();
}
