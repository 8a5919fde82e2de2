// What a stranger found: copies of a claim that share a request, a ledger that is mended, a training that another took.
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendWaiting } from "../../../functions/src/append.ts";
import { entryRef, trainings } from "../../../functions/src/documents.ts";
import { rankNew } from "../../../functions/src/rank.ts";
import { takeLease } from "../../../functions/src/training-lease.ts";
import { verifyClaims } from "../../../functions/src/verify.ts";
import { until } from "../../../scripts/until.ts";
import { agentNamed, bodyOf, CYBER, claims, idOf, trainingBody } from "../agents.ts";
import { type LocalCloud, startLocalCloud } from "../local-cloud.ts";

let cloud: LocalCloud;
let clock = Date.UTC(2026, 0, 1);

beforeAll(async () => {
  cloud = await startLocalCloud({ deliver: false, now: () => clock });
});
afterAll(() => cloud.close());

function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  const type = path === "/claims" && body.includes("\n") ? "application/x-ndjson" : "application/json";
  return cloud.api.fetch(
    new Request(`http://x/api/v1${path}`, {
      method: "POST",
      body,
      headers: { "content-type": type, ...headers },
    }),
  );
}

test("of ten copies of a new claim in one batch one is new", async () => {
  const [first, copied] = claims(agentNamed("stranger/batch"), 2);
  const lines = [first!, ...Array.from({ length: 10 }, () => copied!)].map(bodyOf).join("\n");
  const answers = (await (await post("/claims", lines)).text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 202, 202]);
  expect(answers.filter(({ accepted }) => !accepted.known)).toHaveLength(2);
});

test("of twenty copies at once that share a request id one is new", async () => {
  const [claim] = claims(agentNamed("stranger/shared"), 1);
  const headers = { "x-request-id": "one-id-for-all" };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => post("/claims", bodyOf(claim!), headers)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 202]);
  const accepted = cloud.lines.filter(
    ({ claim_id, event }) => claim_id === idOf(claim!) && event === "claim_accepted",
  );
  expect(accepted).toHaveLength(1);
});

test("ranking stops before an entry that does not hold, and goes on when it is mended", async () => {
  const all = claims(agentNamed("stranger/ranked"), 6);
  await post("/claims", all.map(bodyOf).join("\n"));
  await verifyClaims(cloud.service, all.map(idOf));
  await appendWaiting(cloud.service);
  const ref = entryRef(cloud.service.db, 3);
  const entry = (await ref.get()).data()!;
  await ref.update({ seed: 12_345 });
  expect(await rankNew(cloud.service)).toBe(3);
  const health = async () => (await cloud.api.fetch(new Request("http://x/api/v1/health"))).json();
  expect(await health()).toMatchObject({ status: "ledger_broken" });
  // Asked again, it writes nothing.
  const mark = await cloud.db.doc("rankings/watermark").get();
  expect(await rankNew(cloud.service)).toBe(0);
  expect((await cloud.db.doc("rankings/watermark").get()).updateTime).toEqual(mark.updateTime);
  await ref.set(entry);
  expect(await rankNew(cloud.service)).toBe(3);
  expect(await health()).toMatchObject({ status: "ok", entries: 6 });
});

test("a fold that is held up keeps no append waiting", async () => {
  const [ranked, appended] = [
    claims(agentNamed("stranger/fold"), 2),
    claims(agentNamed("stranger/fold"), 2, 50),
  ];
  const verified = async (some: typeof ranked) => {
    await post("/claims", some.map(bodyOf).join("\n"));
    await verifyClaims(cloud.service, some.map(idOf));
  };
  await verified(ranked);
  await appendWaiting(cloud.service);
  await verified(appended);
  await cloud.faults("firestore", [{ kind: "Commit", action: "delay", ms: 1_500, nth: 1 }]);
  const order: string[] = [];
  const fold = rankNew(cloud.service).then(() => order.push("rank"));
  await until("the fold commits", async () => (await cloud.calls("firestore")).Commit === 1);
  await appendWaiting(cloud.service).then(() => order.push("append"));
  await fold;
  await cloud.faults("firestore", []);
  expect(order).toEqual(["append", "rank"]);
});

test("a run whose training another has taken writes nothing any more, and one that holds it writes on", async () => {
  const answer = await post("/train", trainingBody({ ...CYBER, episodes: 10 }));
  const { training_id } = (await answer.json()) as { training_id: string };
  const first = (await takeLease(cloud.service, training_id))!;
  expect(await takeLease(cloud.service, training_id)).toBe(null);
  await first.write({ batches: 1 });
  clock += 120_000;
  const second = (await takeLease(cloud.service, training_id))!;
  await expect(first.write({ state: "DONE" })).rejects.toThrow("another run has it");
  await second.write({ batches: 2 });
  const stored = await trainings(cloud.service.db).doc(training_id).get();
  expect(stored.data()).toMatchObject({ state: "RUNNING", attempts: 2, batches: 2 });
});
