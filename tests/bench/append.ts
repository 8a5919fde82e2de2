// The figures of append: how many entries a second the real transaction makes, and whether that stays so as the ledger
// grows. The local Firestore is a process of its own, durable; append runs in the process that measures.
import { randomUUID } from "node:crypto";
import { evaluate, loadPolicy, makeEnvironment } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { appendWaiting, GROUP_SIZE } from "../../functions/src/append.ts";
import { jobs } from "../../functions/src/documents.ts";
import type { Line } from "../../functions/src/service.ts";
import { type ServiceAt, serviceAt } from "../service/service-at.ts";
import { validJob } from "../service/valid-jobs.ts";
import { startStandIn } from "./stand-in.ts";
import { ENV_ID, fullQTable, unsignedSubmissions } from "./workloads.ts";

/** Jobs that are made VALID at once, before the clock starts. */
const STOCK = 2_000;
const MEASURED_ENTRIES = 10_000;
const SINGLE_ENTRIES = 500;
const GROWTH_SAMPLE = 1_000;
const GROWTH_SIZES = [100, 10_000, 100_000];

/** With group commit: 10,000 VALID jobs, in stocks of 2,000. */
export function appendGrouped(): Promise<number> {
  return withLedger(async (ledger) => {
    await ledger.append(STOCK, GROUP_SIZE);
    return MEASURED_ENTRIES / (await ledger.append(MEASURED_ENTRIES, GROUP_SIZE));
  });
}

/** One entry a transaction. */
export function appendSingly(): Promise<number> {
  return withLedger(async (ledger) => {
    await ledger.append(100, 1);
    return SINGLE_ENTRIES / (await ledger.append(SINGLE_ENTRIES, 1));
  });
}

/** The time of an entry behind 10,000 or 100,000 of them, whichever is longer, over the time of one behind 100. */
export function appendGrowth(): Promise<number> {
  return withLedger(async (ledger) => {
    // Once before, so that the small ledger does not pay for the engine's warming up.
    await withLedger((other) => other.append(5 * STOCK, GROUP_SIZE));
    const seconds: number[] = [];
    let size = 0;
    for (const wanted of GROWTH_SIZES) {
      await ledger.append(wanted - size, GROUP_SIZE);
      seconds.push(await ledger.append(GROWTH_SAMPLE, GROUP_SIZE));
      size = wanted + GROWTH_SAMPLE;
    }
    const [small, ...larger] = seconds as [number, ...number[]];
    return Math.max(...larger) / small;
  });
}

const LATENCY_GROUPS = 1_000;
const LATENCY_GROUP = 10;

/** From the commit of a group of ten to the commit of the first checkpoint that covers it: the 99th percentile. */
export async function checkpointLatency(): Promise<number> {
  const waiting = new Map<number, number>();
  const waits: number[] = [];
  await withLedger(
    (ledger) => ledger.append(LATENCY_GROUPS * LATENCY_GROUP, LATENCY_GROUP),
    ({ event, size }) => {
      const now = performance.now();
      if (event === "group_appended") waiting.set(size as number, now);
      if (event !== "checkpoint_published") return;
      for (const [covered, committed] of waiting) {
        if (covered > (size as number)) continue;
        waits.push(now - committed);
        waiting.delete(covered);
      }
    },
  );
  if (waits.length !== LATENCY_GROUPS) throw new Error(`bug: ${waits.length} groups were covered`);
  return waits.sort((a, b) => a - b)[Math.floor(0.99 * waits.length)]!;
}

interface Ledger {
  /** Appends so many, and says how many seconds that took, the making of the jobs not counted. */
  append(count: number, groupSize: number): Promise<number>;
}

async function withLedger<T>(
  work: (ledger: Ledger) => Promise<T>,
  log: (line: Line) => void = () => {},
): Promise<T> {
  const standIn = await startStandIn("firestore");
  const service = serviceAt(
    {
      firestore: `${standIn.host}:${standIn.port}`,
      pubsub: "127.0.0.1:1",
      projectId: `bench-${randomUUID()}`,
    },
    { now: Date.now, trainer: null, log },
  );
  let next = 0;
  try {
    return await work({
      append: async (count, groupSize) => {
        let seconds = 0;
        for (let left = count; left > 0; left -= STOCK) {
          const made = Math.min(left, STOCK);
          await stock(service, next, made);
          next += made;
          const start = performance.now();
          const appended = await appendWaiting(service.service, groupSize);
          seconds += (performance.now() - start) / 1_000;
          if (appended !== made) throw new Error(`bug: of ${made} jobs ${appended} were appended`);
        }
        return seconds;
      },
    });
  } finally {
    await service.close();
    await standIn.stop();
  }
}

const BATCH = 500;

/** Jobs as verify leaves them; their signatures are not real, which append does not look at. */
async function stock({ db }: ServiceAt, from: number, count: number): Promise<void> {
  const all = unsignedSubmissions(from + count).slice(from);
  for (let i = 0; i < all.length; i += BATCH) {
    const batch = db.batch();
    for (const submission of all.slice(i, i + BATCH)) {
      const job = validJob(submission, new Date().toISOString(), evaluation);
      batch.set(jobs(db as never).doc(job.claim_id) as never, job);
    }
    await batch.commit();
  }
}

const evaluation = evaluate(nodeHost, makeEnvironment(ENV_ID), loadPolicy(fullQTable(1)).behaviour);
