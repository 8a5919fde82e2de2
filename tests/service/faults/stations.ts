// The stations under test: what each is given to do in a small world, and what it should then have done.
import { parseNote } from "@policyledger/core";
import {
  type AuditWalk,
  auditRef,
  type CosignedCheckpoints,
  checkpointRef,
  cosignedRef,
  isoTime,
  type Job,
  jobs,
  keptUntilBefore,
  plans,
  policies,
  type StoredCheckpoint,
  trainings,
} from "../../../functions/src/documents.ts";
import type { Topic } from "../../../functions/src/service.ts";
import { planNumbered, planSubmission } from "../../../scripts/plans.ts";
import { agentNamed, bodyOf, CYBER, claims, idOf, lie, trainingBody } from "../agents.ts";
import { LOG_ORIGIN } from "../service-at.ts";
import { cosigned, WITNESS } from "../witness.ts";
import type { Delivery } from "./queue.ts";
import { perform, type Work } from "./work.ts";
import type { World } from "./world.ts";

export type StationName =
  | "submit"
  | "submit a plan"
  | "verify a plan"
  | "ask"
  | "verify"
  | "append"
  | "cosign"
  | "rank"
  | "train"
  | "sweep";

/** What was prepared: one piece of work, with the message that asks for it. */
export interface Prepared {
  readonly work: Work;
  readonly delivery?: Delivery;
}

export interface Station {
  /** Who tries again what failed. */
  readonly retriedBy: "agent" | "redelivery" | "sweep";
  prepare(world: World): Promise<Prepared>;
  /** What is still undone, beyond what every world is asked for. */
  undone?(world: World): Promise<string[]>;
}

const ann = agentNamed("agents/ann");
const bob = agentNamed("bob");
const DAY_MS = 86_400_000;
const newPlan = () => planSubmission(bob, planNumbered(100));
const newClaims = () => claims(bob, 2, 100, 2);

export const STATIONS: Readonly<Record<StationName, Station>> = {
  submit: {
    retriedBy: "agent",
    prepare: async (world) => {
      await begin(world);
      return { work: { by: "request", path: "/claims", body: bodyOf(newClaims()[0]!) } };
    },
    undone: async ({ service }) => {
      const id = idOf(newClaims()[0]!);
      const job = (await jobs(service.db).doc(id).get()).data() as Job | undefined;
      return job?.state === "RECORDED" ? [] : [`the submitted claim is ${job?.state}`];
    },
  },
  "submit a plan": {
    retriedBy: "agent",
    prepare: async (world) => {
      await begin(world);
      return { work: { by: "request", path: "/claims", body: bodyOf(newPlan()) } };
    },
    undone: async ({ service }) => {
      const job = (await jobs(service.db).doc(idOf(newPlan())).get()).data() as Job | undefined;
      return job?.state === "RECORDED" ? [] : [`the submitted plan is ${job?.state}`];
    },
  },
  ask: {
    retriedBy: "agent",
    prepare: async (world) => {
      await begin(world);
      return { work: training };
    },
    undone: async ({ service }) =>
      (await trainings(service.db).get()).size === 1 ? [] : ["the training was not taken"],
  },
  verify: {
    retriedBy: "redelivery",
    prepare: async (world) => {
      await begin(world);
      await submitAll(world);
      return messageOf(world, "claims");
    },
  },
  "verify a plan": {
    retriedBy: "redelivery",
    prepare: async (world) => {
      await begin(world);
      await world.submit([newPlan()]);
      return messageOf(world, "claims");
    },
  },
  append: {
    retriedBy: "redelivery",
    prepare: async (world) => {
      await begin(world);
      await submitAll(world);
      await world.deliver("claims");
      return messageOf(world, "verdicts");
    },
  },
  cosign: {
    retriedBy: "agent",
    prepare: async (world) => {
      await begin(world);
      const { note } = (await checkpointRef(world.service.db).get()).data() as StoredCheckpoint;
      const body = cosigned(note, Math.floor(world.now() / 1_000));
      return { work: { by: "request", path: "/log/cosignatures", body, type: "text/plain" } };
    },
    undone: async ({ service }) => {
      const kept = (await cosignedRef(service.db).get()).data() as CosignedCheckpoints | undefined;
      const names = kept?.checkpoints.flatMap(({ note }) =>
        parseNote(note).signatures.map(({ name }) => name),
      );
      return String(names) === `${LOG_ORIGIN},${WITNESS.key.name}` ? [] : [`signatures are kept of ${names}`];
    },
  },
  rank: {
    retriedBy: "redelivery",
    prepare: async (world) => {
      await begin(world);
      await submitAll(world);
      await world.deliver("claims");
      await world.deliver("verdicts");
      return { work: { by: "event" } };
    },
  },
  train: {
    retriedBy: "redelivery",
    prepare: async (world) => {
      await begin(world);
      await perform(world.service, training);
      return messageOf(world, "trainings");
    },
  },
  sweep: {
    retriedBy: "sweep",
    prepare: async (world) => {
      await leaveSomethingToSweep(world);
      return { work: { by: "schedule" } };
    },
    undone: async ({ service, now }) => {
      const due = (of: typeof policies) => keptUntilBefore(of(service.db), isoTime(now())).get();
      const kept = await Promise.all([due(policies), due(plans)]);
      const walk = (await auditRef(service.db).get()).data() as AuditWalk | undefined;
      return [
        ...(kept.every(({ empty }) => empty) ? [] : ["an artifact is kept for too long"]),
        ...(walk?.completed ? [] : ["the ledger was never audited"]),
      ];
    },
  },
};

const training: Work & { by: "request" } = {
  by: "request",
  path: "/train",
  body: trainingBody({ ...CYBER, seed: 3 }),
};

/** A ledger with two entries, of which one's claim was submitted twice, and a lie that is not in it. */
async function begin(world: World): Promise<void> {
  const [first, second] = claims(ann, 2);
  for (const one of [first!, second!, first!]) await world.submit([one]);
  await world.submit([lie(ann, 9)], "INVALID");
  await world.drain();
}

/** Two claims that hold and one that does not, of an agent and with a policy that are new, in one message. */
async function submitAll(world: World): Promise<void> {
  const [first, second] = newClaims();
  const untrue = lie(bob, 9);
  // One by one: claims that bind the same label at once get in each other's way, which costs a second.
  for (const one of [first!, second!]) await world.submit([one]);
  await world.submit([untrue], "INVALID");
  const told = await world.queue.pull("claims");
  for (const one of told) await world.queue.ack(one);
  await world.service.publish("claims", [{ claim_ids: told.flatMap(({ data }) => data.claim_ids) }]);
}

async function messageOf({ queue }: World, topic: Topic): Promise<Prepared> {
  const [delivery, ...others] = await queue.pull(topic);
  if (delivery === undefined || others.length > 0) throw new Error(`bug: not one message of ${topic}`);
  return { work: { by: "message", topic, data: delivery.data }, delivery };
}

/**
 * One thing of each kind: an artifact and a plan that nobody needs, an entry that is not ranked, a VALID claim whose wake-up, a
 * PENDING one and a training whose messages were lost, and a ledger that was never audited.
 */
async function leaveSomethingToSweep(world: World): Promise<void> {
  const [early, late, last] = claims(bob, 3, 200, 2);
  await world.submit([lie(ann, 9)], "INVALID");
  await world.submit([planSubmission(ann, planNumbered(9), { final_state_hash: "0".repeat(64) })], "INVALID");
  await world.drain();
  world.pass(15 * DAY_MS);
  await world.submit([early!]);
  await world.deliver("claims");
  await world.deliver("verdicts");
  await world.submit([late!]);
  await world.deliver("claims");
  await world.submit([last!]);
  await perform(world.service, training);
  for (const message of await world.queue.pull()) await world.queue.ack(message);
  world.pass(120_000);
}
