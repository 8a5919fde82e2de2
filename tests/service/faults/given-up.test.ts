// What no attempt of many brings to its end is given up, and may be begun anew; what dies in the middle of it is not.
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Job, jobs, trainings } from "../../../functions/src/documents.ts";
import { MAX_ATTEMPTS } from "../../../functions/src/sweep.ts";
import { agentNamed, bodyOf, CYBER, claims, idOf, trainingBody } from "../agents.ts";
import { perform } from "./work.ts";
import { startWorld, type World } from "./world.ts";

const HOUR_MS = 3_600_000;
const [claim] = claims(agentNamed("ann"), 1);

let world: World;

beforeEach(async () => {
  world = await startWorld();
});

afterEach(() => world.close());

async function stateOf(id: string): Promise<Job["state"] | undefined> {
  return ((await jobs(world.service.db).doc(id).get()).data() as Job | undefined)?.state;
}

/** The queue loses all that it is given; says how many of them told of claims. */
async function loseMessages(): Promise<number> {
  const lost = await world.queue.pull();
  for (const one of lost) await world.queue.ack(one);
  return lost.filter(({ topic }) => topic === "claims").length;
}

test("A claim whose messages are always lost is given up after many, and submitted again it is opened anew", async () => {
  const id = idOf(claim!);
  await world.submit([claim!]);
  let sent = 0;
  while ((await stateOf(id)) === "PENDING" && sent < 100) {
    sent += await loseMessages();
    world.pass(2 * HOUR_MS);
    expect(await world.attempt({ by: "schedule" })).toBe(true);
  }
  expect(sent).toBe(1 + MAX_ATTEMPTS);
  expect(await stateOf(id)).toBe("FAILED");
  const answer = await perform(world.service, { by: "request", path: "/claims", body: bodyOf(claim!) });
  expect(answer?.status).toBe(202);
  await world.drain();
  expect(await world.faults()).toEqual([]);
});

test("A verdict that comes after its claim was given up does not bring it back", async () => {
  const id = idOf(claim!);
  await world.submit([claim!]);
  const messages = await world.queue.pull("claims");
  await jobs(world.service.db).doc(id).update({ state: "FAILED", reason: "gave_up" });
  for (const message of messages) await world.attempt({ by: "message", ...message }, message);
  expect(await stateOf(id)).toBe("FAILED");
});

test("A training that fails in each of its attempts is given up, and counts no longer", async () => {
  const body = trainingBody(CYBER);
  await perform(world.service, { by: "request", path: "/train", body });
  // Everything that it writes but its lease is refused.
  for (let attempt = 0; attempt < 6; attempt++) {
    const [message] = await world.queue.pull("trainings");
    await world.cloud.faults("firestore", [{ kind: "Commit", nth: 2, action: "fail", code: "DATA_LOSS" }]);
    await world.attempt({ by: "message", ...message! }, message);
    await world.cloud.faults("firestore", []);
    await loseMessages();
    world.pass(HOUR_MS);
    await world.attempt({ by: "schedule" });
  }
  const [training] = (await trainings(world.service.db).get()).docs;
  expect(training!.data()).toMatchObject({ state: "FAILED", attempts: 5 });
  expect(await world.queue.pull("trainings")).toEqual([]);
});
