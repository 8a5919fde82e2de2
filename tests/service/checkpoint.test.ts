// What is published as a checkpoint, and what is not: keys that are replaced or missing, and a database that is not what
// it was.
import { openCheckpoint } from "@policyledger/core";
import { nodeHost, noteSigner } from "@policyledger/core/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appendWaiting } from "../../functions/src/append.ts";
import { checkpointRef, headRef, tileRef } from "../../functions/src/documents.ts";
import type { Service } from "../../functions/src/service.ts";
import { sweep } from "../../functions/src/sweep.ts";
import { until } from "../../scripts/until.ts";
import { findFaults } from "./invariants.ts";
import { type LogWorld, openedCheckpoint, startLogWorld } from "./log-world.ts";
import { LOG_ORIGIN } from "./service-at.ts";
import { storeValidJobs } from "./valid-jobs.ts";

let world: LogWorld;
let service: Service;
beforeEach(async () => {
  world = await startLogWorld(5);
  service = world.cloud.service;
});
afterEach(() => world.close());

const events = () => world.cloud.lines.map(({ event }) => event);
const [next, other] = ["11", "22"].map((byte) => noteSigner("log", LOG_ORIGIN, byte.repeat(32)));

test("while a key is being replaced both sign, and afterwards the new one alone", async () => {
  const [old] = service.signers;
  await appendWaiting({ ...service, signers: [next!, old!] });
  const during = await world.note();
  expect((await openedCheckpoint(world)).signed.map(({ key }) => key)).toEqual([next!.key, old!.key]);
  expect(openCheckpoint(nodeHost, during, [old!.key]).size).toBe(5);
  await appendWaiting({ ...service, signers: [next!] });
  expect((await openedCheckpoint(world)).signed.map(({ key }) => key)).toEqual([next!.key]);
  expect(() => openCheckpoint(nodeHost, during, [other!.key])).toThrow(/no known key/);
});

test("a log without a key goes on recording, says so, and publishes all of it when it has one", async () => {
  const dumb = { ...service, signers: [] };
  await world.grow(0);
  const before = await world.note();
  Object.assign(world.cloud.service, { signers: [] });
  await world.grow(3);
  expect(await world.note()).toBe(before);
  expect((await world.client.get("/ledger/head")).body.size).toBe(8);
  expect(events()).toContain("no_log_key");
  await appendWaiting(dumb);
  await appendWaiting({ ...service, signers: [next!] });
  expect((await openedCheckpoint(world)).size).toBe(8);
});

test("the sweep wakes append for a checkpoint that is behind, and for nothing else", async () => {
  const sent: string[] = [];
  const told = { ...service, publish: async (topic: string) => void sent.push(topic) };
  await sweep(told);
  expect(sent).toEqual([]);
  await checkpointRef(service.db).delete();
  await sweep(told);
  expect(sent).toEqual(["verdicts"]);
  await appendWaiting(service);
  await sweep(told);
  expect(sent).toEqual(["verdicts"]);
});

test("an instance that comes too late with its checkpoint does not take back one that was published meanwhile", async () => {
  const { cloud } = world;
  await storeValidJobs(cloud.db, 5, 3);
  // Of the slow one: first its entries, then its checkpoint.
  await cloud.faults("firestore", [{ kind: "Commit", action: "delay", nth: 2, ms: 1_500 }]);
  let isLate = true;
  const late = appendWaiting(service).finally(() => {
    isLate = false;
  });
  await until("its checkpoint is on its way", async () => (await cloud.struck("firestore")) === 1);
  await storeValidJobs(cloud.db, 8, 4);
  await appendWaiting(service);
  expect([(await openedCheckpoint(world)).size, isLate]).toEqual([12, true]);
  await late;
  expect((await openedCheckpoint(world)).size).toBe(12);
  expect(events()).not.toContain("checkpoint_refused");
});

async function refused(): Promise<void> {
  const before = await world.note();
  const counted = () => events().filter((event) => event === "checkpoint_refused").length;
  const had = counted();
  await world.grow(1);
  expect([await world.note(), counted()]).toEqual([before, had + 1]);
}

test("nothing is signed over a tile that was changed, and all of it when the tile is as it was", async () => {
  const ref = tileRef(service.db, { level: 0, index: 0 });
  const tile = (await ref.get()).data()!;
  const changed = Buffer.from(tile.hashes as Uint8Array);
  changed[40]! ^= 1;
  await ref.update({ hashes: changed });
  await refused();
  await ref.update({
    hashes: Buffer.concat([tile.hashes as Uint8Array, (await ref.get()).get("hashes").subarray(160)]),
  });
  await world.grow(1);
  expect((await openedCheckpoint(world)).size).toBe(7);
  expect(
    (await findFaults(world.cloud.db, [])).faults.filter((one) => /tile|checkpoint|peak/.test(one)),
  ).toEqual([]);
});

test("nothing is signed that is behind what was published, or beside it", async () => {
  const head = (await headRef(service.db).get()).data()!;
  const published = (await checkpointRef(service.db).get()).data()!;
  const earlier = await startLogWorld(4);
  const peaks = (await headRef(earlier.cloud.service.db).get()).get("peaks");
  await earlier.close();
  await headRef(service.db).set({ ...head, size: 4, peaks });
  await appendWaiting(service);
  expect(events()).toContain("checkpoint_refused");
  await headRef(service.db).set(head);
  await checkpointRef(service.db).update({ root: "ab".repeat(32) });
  await refused();
  await checkpointRef(service.db).set(published);
  await world.grow(1);
  expect((await openedCheckpoint(world)).size).toBe(7);
});

test("a tile that is gone keeps append from its commit, and loses nothing", async () => {
  const ref = tileRef(service.db, { level: 0, index: 0 });
  const tile = (await ref.get()).data()!;
  await ref.delete();
  await expect(world.grow(2)).rejects.toThrow(/There is no tile\/0\/000.p\/5/);
  expect((await world.client.get("/ledger/head")).body.size).toBe(5);
  await ref.set(tile);
  expect(await appendWaiting(service)).toBe(2);
  expect((await openedCheckpoint(world)).size).toBe(7);
});
