// The log under fire: instances that append at once, calls that fail before and after they are done, processes that are
// killed, and a reader who looks at every checkpoint meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import { generateKeyPair } from "@policyledger/core/node";
import alea from "seedrandom/lib/alea.js";
import { expect, test } from "vitest";
import { appendWaiting } from "../../../functions/src/append.ts";
import { waitingForAppend } from "../../../functions/src/documents.ts";
import { readDocuments } from "../invariants.ts";
import { type LocalCloud, startLocalCloud } from "../local-cloud.ts";
import { checkLog } from "../log-invariants.ts";
import { storeValidJobs } from "../valid-jobs.ts";
import { startLogReader } from "./log-reader.ts";
import { startMortal } from "./mortal.ts";

const INSTANCES = 2;
const KILLED = 4;
/** More than one full tile. */
const ENTRIES = 600;
const STOCK = 60;

/** What may happen to any call of append. */
const RULES = [
  { kind: "Commit", action: "fail", chance: 0.08, code: "UNAVAILABLE" },
  { kind: "Commit", action: "fail", chance: 0.08, code: "DATA_LOSS" },
  { kind: "Commit", action: "drop", chance: 0.08, code: "UNAVAILABLE" },
  { kind: "Commit", action: "drop", chance: 0.08, code: "DATA_LOSS" },
  { kind: "Commit", action: "duplicate", chance: 0.05 },
  { kind: "Commit", action: "delay", chance: 0.1, ms: 40 },
  { kind: "BatchGetDocuments", action: "fail", chance: 0.03, code: "DATA_LOSS" },
  { kind: "BatchGetDocuments", action: "delay", chance: 0.03, ms: 40 },
  { kind: "RunQuery", action: "fail", chance: 0.05, code: "DATA_LOSS" },
];

test.each([1, 2, 3])(
  "No published checkpoint is inconsistent with another, or before its tiles: run %i",
  async (run) => {
    const random = alea(`log ${run}`);
    const cloud = await startLocalCloud({ deliver: false, lockTimeout: 1_000, transactionIdle: 2_500 });
    const reader = startLogReader(cloud.api, cloud.service);
    try {
      await cloud.faults("firestore", RULES, run);
      let stored = 0;
      let isFilled = false;
      const fill = async () => {
        for (; stored < ENTRIES; stored += STOCK) {
          await tried(() => storeValidJobs(cloud.db, stored, STOCK).catch(unlessStored));
          await sleep(100 * random());
        }
        isFilled = true;
      };
      const instance = async () => {
        for (let left = true; left; ) {
          const group = 1 + Math.floor(40 * random());
          await appendWaiting(cloud.service, group).catch(() => {});
          left =
            !isFilled ||
            (await tried(async () => !(await waitingForAppend(cloud.service.db).limit(1).get()).empty));
        }
      };
      await Promise.all([
        fill(),
        kill(cloud, () => 300 * random()),
        ...Array.from({ length: INSTANCES }, instance),
      ]);
      const struck = await cloud.struck("firestore");
      await cloud.faults("firestore", []);
      await appendWaiting(cloud.service);
      const { seen, faults } = await reader.stop();
      const documents = await readDocuments(cloud.db);
      checkLog(documents, (holds, fault) => expect(holds, fault).toBe(true));
      expect(faults).toEqual([]);
      expect(documents.checkpoint?.size).toBe(ENTRIES);
      expect(seen.length).toBeGreaterThan(5);
      expect(struck).toBeGreaterThan(10);
    } finally {
      await reader.stop();
      await cloud.close();
    }
  },
);

/** Instances that come to their end at any moment of their work. */
async function kill(cloud: LocalCloud, after: () => number): Promise<void> {
  const { firestore, pubsub, projectId } = cloud;
  for (let i = 0; i < KILLED; i++) {
    const mortal = await startMortal();
    const work = { by: "message", topic: "verdicts", data: {} } as const;
    mortal.order({ firestore, pubsub, projectId, trainer: generateKeyPair(), time: Date.now(), work });
    await sleep(after());
    await mortal.kill();
  }
}

/** gRPC's ALREADY_EXISTS: the answer to an earlier attempt was lost. */
function unlessStored(error: unknown): void {
  if ((error as { code?: unknown }).code !== 6) throw error;
}

async function tried<T>(run: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await run();
    } catch {
      await sleep(5);
    }
  }
}
