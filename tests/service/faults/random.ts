// A run with several instances of every station, in which any call may go wrong in any way, as a seed decides.

import { setTimeout as sleep } from "node:timers/promises";
import alea from "seedrandom/lib/alea.js";
import { type State, type TrainingJob, trainings } from "../../../functions/src/documents.ts";
import { sweep } from "../../../functions/src/sweep.ts";
import { agentNamed, bodyOf, CYBER, claims, idOf, lie, trainingBody } from "../agents.ts";
import { findFaults } from "../invariants.ts";
import { type LocalCloud, startLocalCloud } from "../local-cloud.ts";

const FIRESTORE = [
  "BatchGetDocuments",
  "RunQuery",
  "RunAggregationQuery",
  "Commit",
  "Rollback",
  "event",
] as const;
const PUBSUB = ["Publish", "StreamingPull", "Acknowledge", "ModifyAckDeadline", "message"] as const;
/** Calls that stream their answer are not done twice. */
const STREAMS = new Set<string>(["BatchGetDocuments", "RunQuery", "RunAggregationQuery", "StreamingPull"]);
const CODES = ["UNAVAILABLE", "ABORTED", "INTERNAL", "DATA_LOSS", "DEADLINE_EXCEEDED", "UNKNOWN"] as const;
const AGENTS = 5;
const TRIES = 12;
const ROUNDS = 60;
const SWEEP_AFTER_MS = 120_000;

type Random = () => number;

export interface Ran {
  readonly struck: number;
  readonly sweeps: number;
  readonly faults: readonly string[];
}

export async function runRandom(seed: number): Promise<Ran> {
  const random: Random = alea(`faults ${seed}`);
  let skipped = 0;
  const cloud = await startLocalCloud({
    instances: 1 + Math.floor(random() * 4),
    now: () => Date.now() + skipped,
    lockTimeout: 1_000,
    transactionIdle: 2_500,
  });
  try {
    await cloud.faults("firestore", rules(FIRESTORE, random), seed);
    await cloud.faults("pubsub", rules(PUBSUB, random), seed);
    const accepted = new Map<string, State>();
    let working = true;
    // It sweeps while the agents are at it, too.
    const sweeping = (async () => {
      for (; working; await sleep(300)) await sweep(cloud.service).catch(() => {});
    })();
    await Promise.all(Array.from({ length: AGENTS }, (_, i) => work(cloud, i, random, accepted)));
    working = false;
    await sweeping;
    const struck = (await cloud.struck("firestore")) + (await cloud.struck("pubsub"));
    await cloud.faults("firestore", []);
    await cloud.faults("pubsub", []);
    let left: readonly string[] = ["not looked yet"];
    let round = 0;
    for (; round < ROUNDS && left.length > 0; round++) {
      await sleep(100);
      left = await faultsOf(cloud, accepted);
      if (left.length === 0 || round % 5 !== 4) continue;
      skipped += SWEEP_AFTER_MS;
      await sweep(cloud.service).catch(() => {});
    }
    return { struck, sweeps: Math.floor(round / 5), faults: left };
  } finally {
    await cloud.close();
  }
}

/** For each kind, up to three ways to go wrong, each with a chance of its own. */
function rules(kinds: readonly string[], random: Random): object[] {
  return kinds.flatMap((kind) => {
    const isDelivery = kind === "event" || kind === "message";
    const actions = [
      "fail",
      "delay",
      ...(isDelivery ? ["reorder"] : ["drop"]),
      ...(STREAMS.has(kind) ? [] : ["duplicate"]),
    ];
    return actions
      .filter(() => random() < 0.7)
      .map((action) => ({
        kind,
        action,
        chance: 0.01 + random() * 0.06,
        code: CODES[Math.floor(random() * CODES.length)],
        ms: 1 + Math.floor(random() * 300),
        times: 15,
      }));
  });
}

/** One agent: honest claims, a lie, one claim again and again, and a training; each tried until it is taken. */
async function work(
  cloud: LocalCloud,
  i: number,
  random: Random,
  accepted: Map<string, State>,
): Promise<void> {
  const agent = agentNamed(`agents/${i}`);
  const honest = claims(agent, 6, 10 * i, 1 + (i % 2));
  const untrue = lie(agent, 10 * i);
  const todo = [...honest, honest[0]!, untrue, honest[1]!].map((one) => async () => {
    if (await taken(cloud, "/claims", bodyOf(one)))
      accepted.set(idOf(one), one === untrue ? "INVALID" : "RECORDED");
  });
  if (i < 2) todo.push(async () => void (await taken(cloud, "/train", trainingBody({ ...CYBER, seed: i }))));
  await Promise.all(todo.map(async (one) => sleep(random() * 1_500).then(one)));
}

/** Whether it was taken in the end: an agent that was never told so may not count on it. */
async function taken(cloud: LocalCloud, path: string, body: string): Promise<boolean> {
  const headers = { "content-type": "application/json" };
  for (let i = 0; i < TRIES; i++) {
    const answer = await cloud.api.fetch(
      new Request(`http://local/api/v1${path}`, { method: "POST", body, headers }),
    );
    if (answer.ok) return true;
    if (answer.status < 500) throw new Error(`${path} is refused: ${answer.status} ${await answer.text()}`);
    await sleep(100 * (i + 1));
  }
  return false;
}

async function faultsOf(cloud: LocalCloud, accepted: ReadonlyMap<string, State>): Promise<string[]> {
  const { faults } = await findFaults(cloud.db, accepted);
  const ended = await trainings(cloud.service.db).get();
  const failed = ended.docs.filter((one) => (one.data() as TrainingJob).state === "FAILED");
  return [...faults, ...failed.map(({ id }) => `training ${id} was given up`)];
}
