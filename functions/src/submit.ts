// Station 1, submit: a claim comes in, and from then on it cannot be lost. Identity is checked and bound, job and
// artifact are stored in one transaction, and only then the queue is told.
//
// A crash before the transaction leaves nothing, and the agent, who got no answer, submits again: the same claim is
// one claim. A crash after it leaves a PENDING job that nobody was told of: the sweep tells.
import { randomUUID } from "node:crypto";
import { type Claim, claimText, type Submission } from "@policyledger/core";
import type { DocumentSnapshot, Transaction } from "firebase-admin/firestore";
import { type AgentBinding, agentRef, isoTime, type Job, jobs, type StoredSubject } from "./documents.ts";
import { requireSigned } from "./identity.ts";
import { Problem } from "./problem.ts";
import { publishOrLeave, type Service } from "./service.ts";
import { createSubject, namedBy, type Subject, subjectOf, subjectRef } from "./subjects.ts";

/** Labels that only the service's own key may claim under. */
const RESERVED = "service/";
/** For how long, at least, the artifact or document of a claim that is not VALID is kept. */
export const KEEP_ARTIFACT_MS = 7 * 24 * 3_600_000;
/** A claim should have its verdict by then; the sweep sends it on its way again when it has not. */
export const RESEND_AFTER_MS = 30_000;
/** Ids in one message: as many as one call of the next station takes on. A plan may take seconds, and has a message to itself. */
const IDS_A_MESSAGE = 25;

export interface Accepted {
  readonly job: Pick<Job, "claim_id" | "policy_hash" | "plan_hash" | "state">;
  /** Whether it was new, or had been given up and is opened again. */
  readonly opened: boolean;
}

/** The request that brings a claim. */
export interface Origin {
  readonly requestId: string;
  /** Throws where the key, whose signature holds, has used up what it may submit. */
  readonly chargeKey?: (publicKey: string) => void;
}

/** Accepts one claim and sends it on its way. */
export async function submitClaim(
  service: Service,
  submission: Submission,
  origin: Origin,
): Promise<Accepted> {
  const accepted = await acceptClaim(service, submission, origin);
  if (accepted.opened) await sendToVerify(service, [accepted.job]);
  return accepted;
}

/** Accepts a claim without telling the queue: for whoever accepts many, and tells it once. */
export async function acceptClaim(
  service: Service,
  submission: Submission,
  { requestId, chargeKey }: Origin,
): Promise<Accepted> {
  const claimId = checkSignature(service, submission);
  const subject = subjectOf(service, submission);
  chargeKey?.(submission.claim.public_key);
  // The client tries a commit again whose answer was lost, and finds the job: which this call has opened all the same.
  const openedBy = randomUUID();
  const accepted = await service.db.runTransaction((transaction) =>
    store(service, transaction, submission, { claimId, subject, requestId, openedBy }),
  );
  const { opened } = accepted;
  service.log({
    station: "submit",
    event: opened ? "claim_accepted" : "claim_known",
    request_id: requestId,
    claim_id: claimId,
    agent_id: submission.claim.agent_id,
    counted: opened ? { claims_accepted: 1 } : { claims_known: 1 },
  });
  return accepted;
}

export async function sendToVerify(
  service: Service,
  opened: readonly Pick<Job, "claim_id" | "plan_hash">[],
): Promise<void> {
  const idsOf = (some: typeof opened) => ({ claim_ids: some.map(({ claim_id }) => claim_id) });
  const aboutPolicies = opened.filter(({ plan_hash }) => plan_hash === undefined);
  const messages: object[] = opened.filter((one) => one.plan_hash !== undefined).map((one) => idsOf([one]));
  for (let i = 0; i < aboutPolicies.length; i += IDS_A_MESSAGE) {
    messages.push(idsOf(aboutPolicies.slice(i, i + IDS_A_MESSAGE)));
  }
  if (messages.length > 0) await publishOrLeave(service, "claims", messages, { station: "submit" });
}

/** What can be said of a submission without asking anyone; gives the claim's id. */
function checkSignature({ host, trainer }: Service, { claim, signature }: Submission): string {
  const text = claimText(claim);
  if (claim.agent_id.startsWith(RESERVED) && claim.public_key !== trainer?.publicKey) {
    throw new Problem("reserved_label", `Labels under ${RESERVED} are the service's own.`, {
      faults: [{ path: "/claim/agent_id", message: `labels under ${RESERVED} are reserved` }],
    });
  }
  requireSigned({ host }, "claim", { text, publicKey: claim.public_key, signature });
  return host.sha256(text);
}

async function store(
  service: Service,
  transaction: Transaction,
  submission: Submission,
  {
    claimId,
    subject,
    requestId,
    openedBy,
  }: { claimId: string; subject: Subject; requestId: string; openedBy: string },
): Promise<Accepted> {
  const { db } = service;
  const { claim } = submission;
  const now = service.now();
  const jobRef = jobs(db).doc(claimId);
  const labelRef = agentRef(db, claim.agent_id);
  const about = namedBy(subject);
  const ofSubject = subjectRef(db, about);
  // In one read: of a job its state, of a policy all but the artifact.
  const fieldMask = ["state", "opened_by", "public_key", "published", "keep_until"];
  const [known, label, stored] = (await transaction.getAll(jobRef, labelRef, ofSubject, {
    fieldMask,
  })) as [DocumentSnapshot, DocumentSnapshot, DocumentSnapshot];
  // Before anything is told of the claim: only its own key has come this far, but the label may be another's.
  requireOwnLabel(label.data() as AgentBinding | undefined, claim);
  const before = known.data() as Pick<Job, "state" | "opened_by"> | undefined;
  if (before !== undefined && before.state !== "FAILED") {
    const { state, opened_by } = before;
    return {
      job: { claim_id: claimId, ...about, state },
      opened: opened_by === openedBy,
    };
  }
  const job: Job = {
    claim_id: claimId,
    claim: claimText(claim),
    signature: submission.signature,
    agent_id: claim.agent_id,
    ...about,
    state: "PENDING",
    submitted_at: isoTime(now),
    request_id: requestId,
    opened_by: openedBy,
    attempts: 0,
    resend_at: isoTime(now + RESEND_AFTER_MS),
  };
  transaction.set(jobRef, job);
  if (!label.exists) {
    transaction.create(labelRef, {
      agent_id: claim.agent_id,
      public_key: claim.public_key,
      claim_id: claimId,
      bound_at: job.submitted_at,
    } satisfies AgentBinding);
  }
  const kept = stored.data() as StoredSubject | undefined;
  const keepUntil = isoTime(now + 2 * KEEP_ARTIFACT_MS);
  if (kept === undefined) createSubject(transaction, ofSubject, subject, keepUntil);
  else if (!kept.published && kept.keep_until! < isoTime(now + KEEP_ARTIFACT_MS)) {
    transaction.update(ofSubject, { keep_until: keepUntil });
  }
  return { job, opened: true };
}

function requireOwnLabel(bound: AgentBinding | undefined, claim: Claim): void {
  if (bound === undefined || bound.public_key === claim.public_key) return;
  throw new Problem(
    "key_mismatch",
    `The label ${claim.agent_id} belongs to another key since its first claim; use that key, or a label of your own.`,
    { faults: [{ path: "/claim/public_key", message: "is not the key that this label is bound to" }] },
  );
}
