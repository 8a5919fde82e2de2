// Writes many claims that hold into the service at once, for append to make a long ledger of.
import {
  evaluate,
  loadPolicy,
  makeEnvironment,
  type PolicySubmission,
  parseArtifact,
  prepareEvaluation,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { jobs, policies } from "../../functions/src/documents.ts";
import { validJob } from "../service/valid-jobs.ts";
import { ENV_ID } from "./workloads.ts";

const BATCH = 500;

type Db = Parameters<typeof jobs>[0];

/** As verify leaves them, with their artifacts. */
export async function fill(db: Db, all: readonly PolicySubmission[]): Promise<void> {
  const env = makeEnvironment(ENV_ID);
  const prepared = prepareEvaluation(env);
  const artifacts = new Map(all.map(({ claim, artifact }) => [claim.policy_hash, artifact]));
  const evaluations = new Map(
    [...artifacts].map(([hash, text]) => {
      const { behaviour } = loadPolicy(parseArtifact(JSON.parse(text)));
      return [hash, evaluate(nodeHost, env, behaviour, prepared)];
    }),
  );
  await inBatches(db, [...artifacts], (batch, [hash, text]) => {
    batch.set(policies(db).doc(hash), { policy_hash: hash, artifact: Buffer.from(text), published: true });
  });
  await inBatches<PolicySubmission>(db, all, (batch, submission) => {
    const evaluation = evaluations.get(submission.claim.policy_hash)!;
    const job = validJob(submission, new Date().toISOString(), evaluation);
    batch.set(jobs(db).doc(job.claim_id), job);
  });
}

async function inBatches<T>(
  db: Db,
  all: readonly T[],
  set: (batch: ReturnType<Db["batch"]>, one: T) => void,
): Promise<void> {
  for (let i = 0; i < all.length; i += BATCH) {
    const batch = db.batch();
    for (const one of all.slice(i, i + BATCH)) set(batch, one);
    await batch.commit();
  }
}
