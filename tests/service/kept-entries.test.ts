// Entries that an instance keeps: asked for once, right after that, and forgotten with the ledger that they were of.
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendWaiting } from "../../functions/src/append.ts";
import { readPage } from "../../functions/src/read.ts";
import { verifyClaims } from "../../functions/src/verify.ts";
import { agentNamed, bodyOf, claims, idOf } from "./agents.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;

beforeAll(async () => {
  // Without delivery: calls are counted, and nobody else must make any.
  cloud = await startLocalCloud({ deliver: false });
});
afterAll(() => cloud.close());

async function fill(count: number, from: number): Promise<void> {
  const submissions = claims(agentNamed("kept/agent"), count, from);
  for (const submission of submissions) {
    const headers = { "content-type": "application/json" };
    const request = new Request("http://x/api/v1/claims", {
      method: "POST",
      body: bodyOf(submission),
      headers,
    });
    expect((await cloud.api.fetch(request)).status).toBe(202);
  }
  await verifyClaims(cloud.service, submissions.map(idOf));
  expect(await appendWaiting(cloud.service)).toBe(count);
}

test("a page is read once, and what was appended since is read with the next", async () => {
  await fill(3, 0);
  const db = cloud.service.db;
  const before = await readPage(db, { order: "newest", limit: 10 });
  // Calls are counted while there is a rule; this one strikes none of them.
  await cloud.faults("firestore", [{ kind: "BatchGetDocuments", action: "fail", nth: 1_000 }]);
  expect(await readPage(db, { order: "newest", limit: 10 })).toEqual(before);
  expect((await cloud.calls("firestore")).BatchGetDocuments).toBe(1);
  expect(before.entries.map(({ index }) => index)).toEqual([2, 1, 0]);
  const part = await readPage(db, { order: "oldest", from: 1, limit: 1 });
  expect(part).toMatchObject({ entries: [{ index: 1 }], next: 2 });
});

test("another ledger in the same database shows nothing of the one before", async () => {
  const db = cloud.service.db;
  const old = await readPage(db, { order: "oldest", limit: 10 });
  for (const name of ["ledger", "ledger_entries", "verification_jobs", "rankings", "policies"]) {
    await cloud.db.recursiveDelete(cloud.db.collection(name));
  }
  expect((await readPage(db, { order: "oldest", limit: 10 })).entries).toEqual([]);
  await fill(4, 100);
  const anew = await readPage(db, { order: "oldest", limit: 10 });
  expect(anew.entries).toHaveLength(4);
  expect(anew.entries[0]!.current_hash).not.toBe(old.entries[0]!.current_hash);
  expect(anew.entries.map((entry) => (entry as { seed?: number }).seed)).toEqual([100, 101, 102, 103]);
});
