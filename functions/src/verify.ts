// Station 2, verify: replays a claim with the core and stores the verdict. The same message twice changes nothing: a
// verdict follows from the claim alone, and is stored only where none is.
//
// A crash before the verdict is stored leaves the job PENDING: the queue delivers again, and so does the sweep. A
// crash after it leaves a VALID job whose wake-up may be lost: redelivery repeats the wake-up, and the sweep too.
import {
  type Evaluation,
  environmentKind,
  evaluate,
  type Host,
  type Invalid,
  keepPrepared,
  loadPolicy,
  makeEnvironment,
  type PlanSubmission,
  type PolicySubmission,
  presetOf,
  readArtifact,
  receiptsText,
  type Submission,
  type ValidPlan,
  type ValidPolicy,
  verifyClaim,
} from "@policyledger/core";
import { isChangedSince, isoTime, type Job, jobs } from "./documents.ts";
import { pack } from "./long-texts.ts";
import { messageOf, publishOrLeave, type Service } from "./service.ts";
import { publishSubject, readSubmission, subjectRef } from "./subjects.ts";

/** Faults that a verdict names of an artifact that was refused. */
export const KEPT_FAULTS = 20;

export type PolicyDecision = (ValidPolicy & { readonly evaluation?: Evaluation }) | Invalid;
export type PlanDecision = ValidPlan | Invalid;
type Decision = PolicyDecision | PlanDecision;

/** Decides on claims by their ids; throws when one of them could not be decided, after trying all. */
export async function verifyClaims(service: Service, claimIds: readonly string[]): Promise<void> {
  if (claimIds.length === 0) return;
  const known = await service.db.getAll(...claimIds.map((id) => jobs(service.db).doc(id)));
  const failures: unknown[] = [];
  let valid = 0;
  await Promise.all(
    known.map(async (snapshot) => {
      const job = snapshot.data() as Job | undefined;
      // A message about a claim that is not there, or was decided before it came.
      if (job === undefined) return;
      try {
        const state = job.state === "PENDING" ? await settle(service, job, snapshot.updateTime!) : job.state;
        if (state === "VALID") valid += 1;
      } catch (error) {
        failures.push(error);
        service.log({
          station: "verify",
          event: "verify_failed",
          severity: "ERROR",
          claim_id: job.claim_id,
          request_id: job.request_id,
          error: messageOf(error),
          counted: { verify_failures: 1 },
        });
      }
    }),
  );
  if (valid > 0) await publishOrLeave(service, "verdicts", [{ valid }], { station: "verify" });
  if (failures.length > 0) throw failures[0];
}

/** Decides on one PENDING job and stores the verdict, unless somebody was faster. */
async function settle(
  service: Service,
  job: Job,
  readAt: FirebaseFirestore.Timestamp,
): Promise<Job["state"]> {
  const { db } = service;
  const read = await readSubmission(db, job);
  if (read === null) throw new Error(`bug: what claim ${job.claim_id} is about is gone before its verdict`);
  const started = performance.now();
  const decision = decide(service.host, read.submission);
  const milliseconds = Math.round(performance.now() - started);
  const batch = db.batch();
  batch.update(jobs(db).doc(job.claim_id), verdictFields(decision, service.now()), {
    lastUpdateTime: readAt,
  });
  // Whoever finds a VALID job finds its artifact, or its document and receipts, published: all are in one commit.
  if (decision.verdict === "VALID" && !read.published) {
    const receipts = "receipts" in decision ? pack(receiptsText(decision.receipts)) : null;
    publishSubject(batch, subjectRef(db, job), receipts);
  }
  try {
    await batch.commit();
  } catch (error) {
    if (!isChangedSince(error)) throw error;
    // Another delivery, or this very commit, whose answer was lost and which the client then repeated.
    return ((await jobs(db).doc(job.claim_id).get()).data() as Job).state;
  }
  service.log({
    station: "verify",
    event: "claim_decided",
    claim_id: job.claim_id,
    request_id: job.request_id,
    verdict: decision.verdict,
    ...(decision.verdict === "INVALID" && { reason: decision.reason }),
    milliseconds,
    counted: decision.verdict === "VALID" ? { verdicts_valid: 1 } : { verdicts_invalid: 1 },
  });
  return decision.verdict;
}

function verdictFields(decision: Decision, now: number): Partial<Job> & { [field: string]: unknown } {
  const decided_at = isoTime(now);
  if (decision.verdict === "VALID") {
    const valid = { state: "VALID", decided_at } as const;
    if ("commits" in decision) return { ...valid, commits: decision.commits, ops: decision.ops };
    const { verified_reward, steps, evaluation } = decision;
    return { ...valid, verified_reward, steps, ...(evaluation && { evaluation }) };
  }
  const { verdict: _, claim_id: __, faults, ...why } = decision;
  return {
    state: "INVALID",
    decided_at,
    ...why,
    faults: faults.slice(0, KEPT_FAULTS).map((one) => ({ ...one })),
  };
}

/**
 * The verdict, and for a claim that holds the exact expected return and the optimum. To lay out an environment for that
 * takes a hundred times as long as the rest: whoever answers to anyone does it for registered presets only.
 */
export function decide(host: Host, submission: PlanSubmission): PlanDecision;
export function decide(
  host: Host,
  submission: PolicySubmission,
  evaluated?: "all" | "presets",
): PolicyDecision;
export function decide(host: Host, submission: Submission, evaluated?: "all" | "presets"): Decision;
export function decide(host: Host, submission: Submission, evaluated: "all" | "presets" = "all"): Decision {
  if ("document" in submission) return verifyClaim(host, submission);
  const verdict = verifyClaim(host, submission);
  if (verdict.verdict === "INVALID") return withWholePaths(verdict);
  const { claim, artifact } = submission;
  const env = makeEnvironment(claim.env_id, claim.env_config);
  if (evaluated === "presets" && presetOf(environmentKind(env.id), env.config) === null) return verdict;
  const { behaviour } = loadPolicy(readArtifact(artifact));
  return { ...verdict, evaluation: evaluate(host, env, behaviour, preparedFor(env)) };
}

/** The core's paths lead into the part that it refuses; ours into the submission, which is what was sent. */
function withWholePaths(verdict: Invalid): Invalid {
  const part =
    verdict.reason === "artifact_refused"
      ? "/artifact"
      : verdict.reason === "bad_config"
        ? "/claim/env_config"
        : "";
  return { ...verdict, faults: verdict.faults.map(({ path, message }) => ({ path: part + path, message })) };
}

/** Laying out an environment for exact evaluation takes longer than a claim: the last few are kept. */
const preparedFor = keepPrepared(32);
