// What claims are about, and is kept beside them: a policy's artifact, a plan's document. Both are named by a hash that the claim
// has signed, come with a claim and are kept until it is decided, and are published in the commit that makes it VALID.
import {
  CLAIM_LIMITS,
  checkPlan,
  limits,
  type PlanSubmission,
  type PolicySubmission,
  parsePlanDocument,
  planDocumentText,
  type Submission,
} from "@policyledger/core";
import type { DocumentReference, Firestore, Transaction, WriteBatch } from "firebase-admin/firestore";
import { FieldValue } from "firebase-admin/firestore";
import {
  claimOf,
  type Job,
  plans,
  policies,
  type StoredPlan,
  type StoredPolicy,
  type StoredSubject,
} from "./documents.ts";
import { type Packed, pack, partRefs, readLongText } from "./long-texts.ts";
import { Problem } from "./problem.ts";
import type { Service } from "./service.ts";

/** As it is to be stored. */
export type Subject =
  | { readonly kind: "policy"; readonly policy_hash: string; readonly artifact: Buffer }
  | { readonly kind: "plan"; readonly plan_hash: string; readonly document: Packed };

/** The subject of a claim, which must be the one that the claim has signed: it must not be judged by what somebody else sent along. */
export function subjectOf(service: Pick<Service, "host">, submission: Submission): Subject {
  return "document" in submission ? planOf(service, submission) : policyOf(service, submission);
}

function policyOf({ host }: Pick<Service, "host">, { claim, artifact }: PolicySubmission): Subject {
  const hash = host.sha256(artifact);
  if (hash === claim.policy_hash)
    return { kind: "policy", policy_hash: hash, artifact: Buffer.from(artifact) };
  const message = `The artifact's canonical JSON hashes to ${hash}, the claim says ${claim.policy_hash}.`;
  const faults = [{ path: "/claim/policy_hash", message: `the artifact hashes to ${hash}` }];
  throw new Problem("hash_mismatch", message, { faults });
}

/** A plan that may not run is no claim: its faults are said at once, where they lie in what was sent. */
function planOf({ host }: Pick<Service, "host">, { claim, document }: PlanSubmission): Subject {
  const { planHash, initialStateHash, faults } = checkPlan(host, document, CLAIM_LIMITS);
  const wrong = [
    ...(planHash === claim.plan_hash
      ? []
      : [{ path: "/claim/plan_hash", message: `the plan hashes to ${planHash}` }]),
    ...(initialStateHash === claim.initial_state_hash
      ? []
      : [{ path: "/claim/initial_state_hash", message: `the plan begins with ${initialStateHash}` }]),
  ];
  if (wrong.length > 0) {
    const message = `The document's plan is not the one that is claimed: ${wrong[0]!.message}.`;
    throw new Problem("hash_mismatch", message, { faults: wrong });
  }
  if (faults.length > 0) {
    const [{ code, message }] = faults as [(typeof faults)[number]];
    throw new Problem("plan_refused", `The plan may not run: ${code}, ${message}.`, {
      faults: faults.map((fault) => ({
        code: fault.code,
        path: `/document${fault.path}`,
        message: fault.message,
      })),
    });
  }
  const packed = pack(planDocumentText(host, document));
  const most = limits.MAX_CLAIMED_PLAN_BYTES;
  if (packed.kept.bytes > most) {
    const message = `takes ${packed.kept.bytes} bytes of canonical JSON, at most ${most} are allowed`;
    throw new Problem("too_large", `The document ${message}.`, { faults: [{ path: "/document", message }] });
  }
  return { kind: "plan", plan_hash: planHash, document: packed };
}

/** What a job names it by. */
export function namedBy(subject: Subject): Pick<Job, "policy_hash" | "plan_hash"> {
  return subject.kind === "plan" ? { plan_hash: subject.plan_hash } : { policy_hash: subject.policy_hash };
}

export function subjectRef(
  db: Firestore,
  { policy_hash, plan_hash }: Pick<Job, "policy_hash" | "plan_hash">,
): DocumentReference {
  if (plan_hash !== undefined) return plans(db).doc(plan_hash);
  if (policy_hash !== undefined) return policies(db).doc(policy_hash);
  throw new Error("bug: a job is about nothing");
}

export function createSubject(
  transaction: Transaction,
  ref: DocumentReference,
  subject: Subject,
  keep_until: string,
): void {
  const stored = { published: false, keep_until };
  if (subject.kind === "policy") {
    const { policy_hash, artifact } = subject;
    transaction.create(ref, { policy_hash, artifact, ...stored } satisfies StoredPolicy);
    return;
  }
  const { plan_hash, document } = subject;
  transaction.create(ref, { plan_hash, document: document.kept, ...stored } satisfies StoredPlan);
  for (const [i, part] of partRefs(ref, "document", document.kept).entries()) {
    transaction.create(part, { bytes: document.parts[i]! });
  }
}

/** Deletes what was never published: its document's parts, too. */
export function deleteSubject(
  transaction: Transaction,
  ref: DocumentReference,
  stored: StoredSubject & Partial<StoredPlan>,
): void {
  if (stored.document !== undefined) {
    for (const part of partRefs(ref, "document", stored.document)) transaction.delete(part);
  }
  transaction.delete(ref);
}

/** What a job's claim was submitted with, read back; null where it is no longer kept. */
export async function readSubmission(
  db: Firestore,
  job: Job,
): Promise<{ readonly submission: Submission; readonly published: boolean } | null> {
  const ref = subjectRef(db, job);
  const stored = (await ref.get()).data() as StoredPolicy | StoredPlan | undefined;
  if (stored === undefined) return null;
  const { signature } = job;
  const claim = claimOf(job);
  if ("artifact" in stored) {
    const artifact = Buffer.from(stored.artifact).toString();
    return { submission: { claim, signature, artifact } as PolicySubmission, published: stored.published };
  }
  const text = await readLongText(ref, "document", stored.document);
  const document = parsePlanDocument(text, limits.MAX_CLAIMED_PLAN_BYTES);
  return { submission: { claim, signature, document } as PlanSubmission, published: stored.published };
}

/** In the commit of a verdict that it holds; of a plan with its receipts, which are the same whoever claimed it. */
export function publishSubject(batch: WriteBatch, ref: DocumentReference, receipts: Packed | null): void {
  const published = { published: true, keep_until: FieldValue.delete() };
  if (receipts === null) {
    batch.update(ref, published);
    return;
  }
  batch.update(ref, { ...published, receipts: { ...receipts.kept } });
  for (const [i, part] of partRefs(ref, "receipts", receipts.kept).entries()) {
    batch.set(part, { bytes: receipts.parts[i]! });
  }
}
