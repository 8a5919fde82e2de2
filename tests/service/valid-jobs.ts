// Jobs as verify leaves them, for tests of what comes after it: their signatures are not real, which append does not
// look at.
import type { Firestore } from "@google-cloud/firestore";
import { claimText, type Evaluation, type PolicySubmission } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { type Job, jobs } from "../../functions/src/documents.ts";
import { agentNamed, claims } from "./agents.ts";

export function validJob({ claim, signature }: PolicySubmission, time: string, evaluation?: Evaluation): Job {
  const text = claimText(claim);
  return {
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
    ...(evaluation && { evaluation }),
  };
}

/** So many that wait for append, in an order of their own. */
export async function storeValidJobs(db: Firestore, from: number, count: number): Promise<void> {
  const batch = db.batch();
  const agent = agentNamed("valid");
  for (const [i, submission] of claims(agent, count, from).entries()) {
    const job = validJob(submission, new Date(START + from + i).toISOString());
    batch.create(jobs(db as never).doc(job.claim_id) as never, job);
  }
  await batch.commit();
}

const START = Date.parse("2026-03-01T12:00:00Z");
