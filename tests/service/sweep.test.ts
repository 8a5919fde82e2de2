// What the sweep does by itself, on a clock of the test's: audits the ledger once a day, finds what was changed in it,
// and drops the artifacts of claims that did not hold, never one that somebody still needs.
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendWaiting } from "../../functions/src/append.ts";
import { type AuditWalk, auditRef, entryRef, policies } from "../../functions/src/documents.ts";
import { sweep } from "../../functions/src/sweep.ts";
import { verifyClaims } from "../../functions/src/verify.ts";
import { submissionOf } from "../../scripts/agents.ts";
import { agentNamed, bodyOf, CYBER, claims, idOf, policyOf } from "./agents.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let cloud: LocalCloud;
let clock = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  cloud = await startLocalCloud({ deliver: false, now: () => clock });
});
afterAll(() => cloud.close());

async function submit(submission: ReturnType<typeof submissionOf>): Promise<string> {
  const headers = { "content-type": "application/json" };
  const request = new Request("http://x/api/v1/claims", {
    method: "POST",
    body: bodyOf(submission),
    headers,
  });
  expect((await cloud.api.fetch(request)).status).toBe(202);
  return idOf(submission);
}

async function record(count: number, from: number): Promise<void> {
  const ids: string[] = [];
  for (const submission of claims(agentNamed("sweep/agent"), count, from)) ids.push(await submit(submission));
  await verifyClaims(cloud.service, ids);
  await appendWaiting(cloud.service);
}

const walk = async () => (await auditRef(cloud.service.db).get()).data() as AuditWalk;
const hashOf = async (path: string) => (await cloud.db.doc(path).get()).get("current_hash");
const isThere = async (hash: string) => (await policies(cloud.service.db).doc(hash).get()).exists;

async function integrity() {
  return (await cloud.api.fetch(new Request("http://x/api/v1/ledger/integrity"))).json();
}

test("the sweep reads the whole ledger again once a day, and says up to where it holds", async () => {
  await record(5, 0);
  await sweep(cloud.service);
  const head = await hashOf("ledger/head");
  expect((await walk()).completed).toMatchObject({ size: 5, head });
  await record(2, 5);
  clock += HOUR;
  await sweep(cloud.service);
  expect((await walk()).completed).toMatchObject({ size: 5 });
  clock += DAY;
  await sweep(cloud.service);
  expect((await walk()).completed).toMatchObject({ size: 7, head: await hashOf("ledger/head") });
  expect(await integrity()).toMatchObject({ ok: true, size: 7, audited_size: 7, fault: null });
});

test("an entry that was changed after it was ranked is found by the next walk, and no longer when it is mended", async () => {
  const ref = entryRef(cloud.service.db, 3);
  const before = (await ref.get()).data()!;
  await ref.update({ verified_reward: before.verified_reward + 1 });
  clock += DAY;
  await sweep(cloud.service);
  expect(await integrity()).toMatchObject({ ok: false, fault: { index: 3 } });
  await ref.set(before);
  await sweep(cloud.service);
  expect(await integrity()).toMatchObject({ ok: true, fault: null });
});

test("the artifact of a claim that did not hold is dropped after a fortnight, but not while an open claim needs it", async () => {
  const artifact = policyOf(77);
  const liar = agentNamed("sweep/liar");
  const [first, second] = [1, 2].map((seed) => submissionOf(liar, artifact, CYBER, seed, 999_999));
  const hash = first!.claim.policy_hash;
  await verifyClaims(cloud.service, [await submit(first!)]);
  await sweep(cloud.service);
  expect(await isThere(hash)).toBe(true);

  // Another claim with the same artifact, which nothing decides on: a fault of ours.
  clock += 13 * DAY;
  const waiting = await submit(second!);
  clock += 6 * DAY;
  await sweep(cloud.service);
  expect(await isThere(hash)).toBe(true);

  await verifyClaims(cloud.service, [waiting]);
  clock += 30 * DAY;
  await sweep(cloud.service);
  expect(await isThere(hash)).toBe(false);
  // Published ones stay, however old.
  expect(await isThere(claims(agentNamed("sweep/agent"), 1)[0]!.claim.policy_hash)).toBe(true);
});

test("a claim whose artifact was dropped can be submitted under another seed, and is judged as any other", async () => {
  const artifact = policyOf(77);
  const honest = submissionOf(agentNamed("sweep/liar"), artifact, CYBER, 3);
  const id = await submit(honest);
  await verifyClaims(cloud.service, [id]);
  await appendWaiting(cloud.service);
  expect((await cloud.db.doc(`verification_jobs/${id}`).get()).get("state")).toBe("RECORDED");
  expect(await isThere(honest.claim.policy_hash)).toBe(true);
});
