// Many at once: agents that press, instances that race, and a queue that repeats, delays and shuffles what it was given.
import { afterEach, beforeEach, expect, test } from "vitest";
import { appendWaiting, GROUP_SIZE } from "../../../functions/src/append.ts";
import type { State } from "../../../functions/src/documents.ts";
import { rankNew } from "../../../functions/src/rank.ts";
import { sweep } from "../../../functions/src/sweep.ts";
import { runTraining } from "../../../functions/src/train.ts";
import { verifyClaims } from "../../../functions/src/verify.ts";
import { submissionOf } from "../../../scripts/agents.ts";
import { until } from "../../../scripts/until.ts";
import { agentNamed, bodyOf, CYBER, claims, idOf, lie, policyOf, trainingBody } from "../agents.ts";
import { findFaults } from "../invariants.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../local-cloud.ts";

let cloud: LocalCloud;
let skipped = 0;
const now = () => Date.now() + skipped;

async function start(options: LocalCloudOptions): Promise<void> {
  cloud = await startLocalCloud({ now, ...options });
}

beforeEach(() => {
  skipped = 0;
});

afterEach(() => cloud.close());

async function post(path: string, body: string): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return cloud.api.fetch(new Request(`http://local/api/v1${path}`, { method: "POST", body, headers }));
}

/** Waits until nothing is left to be done; a sweep every so often sends on its way what a fault has held up. */
async function settled(accepted: ReadonlyMap<string, State>): Promise<void> {
  let faults: readonly string[] = [];
  let looks = 0;
  await until("all holds", async () => {
    faults = (await findFaults(cloud.db, accepted)).faults;
    if (faults.length > 0 && ++looks % 50 === 0) {
      skipped += 120_000;
      await sweep(cloud.service).catch(() => {});
    }
    return faults.length === 0;
  }).catch((error) => {
    throw new Error(`${error.message}: ${faults.slice(0, 5).join("; ")}`);
  });
}

test("One claim submitted fifty times at once is one job, one entry, and one 202 beside 49 times 200", async () => {
  await start({ instances: 4 });
  const [claim] = claims(agentNamed("ann"), 1);
  const answers = await Promise.all(Array.from({ length: 50 }, () => post("/claims", bodyOf(claim!))));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(49).fill(200), 202]);
  await settled(new Map([[idOf(claim!), "RECORDED"]]));
  expect((await cloud.db.collection("verification_jobs").get()).size).toBe(1);
});

test("Of two agents that want one label at once, one gets it, and the other is refused", async () => {
  await start({ instances: 2 });
  const label = "wanted";
  const rivals = ["one", "other"].map((name) => ({ ...agentNamed(name), id: label }));
  const wanted = rivals.map((rival, seed) => submissionOf(rival, policyOf(), CYBER, seed));
  const answers = await Promise.all(wanted.map((claim) => post("/claims", bodyOf(claim))));
  const statuses = answers.map(({ status }) => status);
  expect([...statuses].sort()).toEqual([202, 403]);
  const problem = (await answers[statuses.indexOf(403)]!.json()) as { code: string };
  expect(problem.code).toBe("key_mismatch");
  await settled(new Map([[idOf(wanted[statuses.indexOf(202)]!), "RECORDED"]]));
  expect((await cloud.db.collection("verification_jobs").get()).size).toBe(1);
});

test("Two hundred claims of twenty agents at once all come to their end, while deliveries repeat, lag and overtake", async () => {
  await start({ instances: 4 });
  await cloud.faults("pubsub", [
    { kind: "message", action: "duplicate", chance: 0.3 },
    { kind: "message", action: "reorder", chance: 0.3, ms: 200 },
    { kind: "message", action: "delay", chance: 0.2, ms: 100 },
    { kind: "message", action: "fail", chance: 0.05 },
  ]);
  await cloud.faults("firestore", [
    { kind: "event", action: "duplicate", chance: 0.3 },
    { kind: "event", action: "reorder", chance: 0.2, ms: 200 },
    { kind: "event", action: "delay", chance: 0.2, ms: 100 },
    { kind: "event", action: "fail", chance: 0.05 },
  ]);
  const accepted = new Map<string, State>();
  const submissions = Array.from({ length: 20 }, (_, i) => {
    const agent = agentNamed(`agents/${i}`);
    const honest = claims(agent, 9, 100 * i, 1 + (i % 3));
    const lies = [lie(agent, 100 * i)];
    for (const one of honest) accepted.set(idOf(one), "RECORDED");
    for (const one of lies) accepted.set(idOf(one), "INVALID");
    return [...honest, ...lies];
  }).flat();
  const answers = await Promise.all(submissions.map((claim) => post("/claims", bodyOf(claim))));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  await settled(accepted);
  const struck = [await cloud.struck("pubsub"), await cloud.struck("firestore")];
  expect(
    struck.every((count) => count > 0),
    `struck ${struck}`,
  ).toBe(true);
});

test("Eight instances that append three hundred VALID jobs at once append each of them once", async () => {
  await start({ deliver: false });
  const batches = [0, 1, 2].map((i) => claims(agentNamed("ann"), 100, 100 * i));
  const accepted = new Map(batches.flat().map((one) => [idOf(one), "RECORDED"] as const));
  for (const batch of batches) {
    const body = batch.map((one) => `${bodyOf(one)}\n`).join("");
    const headers = { "content-type": "application/x-ndjson" };
    await cloud.api.fetch(new Request("http://local/api/v1/claims", { method: "POST", body, headers }));
    await verifyClaims(cloud.service, batch.map(idOf));
  }
  const counts = await Promise.all(
    [20, 50, GROUP_SIZE, 20, 50, GROUP_SIZE, 100, 7].map((group) => appendWaiting(cloud.service, group)),
  );
  expect(counts.reduce((sum, count) => sum + count)).toBe(300);
  await Promise.all(Array.from({ length: 4 }, () => rankNew(cloud.service)));
  expect((await findFaults(cloud.db, accepted)).faults).toEqual([]);
});

test("Four instances that verify the same claims at once store one verdict for each", async () => {
  await start({ deliver: false });
  const submissions = [...claims(agentNamed("ann"), 20), lie(agentNamed("ann"), 99)];
  const ids = submissions.map(idOf);
  for (const claim of submissions) await post("/claims", bodyOf(claim));
  await Promise.all(Array.from({ length: 4 }, () => verifyClaims(cloud.service, ids)));
  const decided = cloud.lines
    .filter(({ event }) => event === "claim_decided")
    .map(({ claim_id }) => claim_id);
  expect([...decided].sort()).toEqual([...ids].sort());
});

test("One training that is asked for ten times and taken up by four instances at once ends in one claim", async () => {
  await start({ deliver: false });
  const body = trainingBody(CYBER);
  const answers = await Promise.all(Array.from({ length: 10 }, () => post("/train", body)));
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 202]);
  const { training_id } = (await answers[0]!.json()) as { training_id: string };
  await Promise.all(Array.from({ length: 4 }, () => runTraining(cloud.service, training_id)));
  const jobs = await cloud.db.collection("verification_jobs").get();
  expect(jobs.size).toBe(1);
  await verifyClaims(cloud.service, [jobs.docs[0]!.id]);
  await appendWaiting(cloud.service);
  await rankNew(cloud.service);
  expect((await findFaults(cloud.db, new Map([[jobs.docs[0]!.id, "RECORDED"]]))).faults).toEqual([]);
});
