// A small world to break: the local cloud with a clock and a platform that are moved by hand, so that a fault strikes
// one call of one station, and whatever mends it can be told apart.

import type { Submission } from "@policyledger/core";
import { generateKeyPair, type KeyPair } from "@policyledger/core/node";
import { headRef, type State, type TrainingJob, trainings } from "../../../functions/src/documents.ts";
import type { Service, Topic } from "../../../functions/src/service.ts";
import { bodyOf, idOf } from "../agents.ts";
import { findFaults } from "../invariants.ts";
import { type LocalCloud, startLocalCloud } from "../local-cloud.ts";
import { type Delivery, openQueue, type Queue } from "./queue.ts";
import { perform, type Work } from "./work.ts";

const START = Date.parse("2026-03-01T12:00:00Z");
/** More rounds of deliveries than any work here takes. */
const MANY = 50;
/** What a client that is gone has locked stays locked for a minute in the cloud; for this long here. */
const LOCKS_OF_THE_DEAD = { lockTimeout: 1_000, transactionIdle: 2_500 };

export interface World {
  readonly cloud: LocalCloud;
  readonly service: Service;
  readonly trainer: KeyPair;
  readonly queue: Queue;
  /** Ids of claims that were answered with 2xx, each with the state that it deserves. */
  readonly accepted: Map<string, State>;
  readonly now: () => number;
  pass(milliseconds: number): void;
  /** Does it in this process; false where it has to be tried again. A message goes back onto the queue then. */
  attempt(work: Work, delivery?: Delivery): Promise<boolean>;
  /** Posts claims as one batch, and notes those that were taken. */
  submit(submissions: readonly Submission[], deserved?: State): Promise<void>;
  /** Works on all that waits of a topic, but not on what comes of it. */
  deliver(topic: Topic): Promise<void>;
  /** Works on everything that waits, and on the event of each new head, until nothing is on its way. */
  drain(): Promise<void>;
  /** What does not hold. */
  faults(): Promise<string[]>;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  let time = START;
  const now = () => time;
  const trainer = generateKeyPair();
  const cloud = await startLocalCloud({ deliver: false, now, trainer, ...LOCKS_OF_THE_DEAD });
  const { service } = cloud;
  const queue = await openQueue(cloud);
  const accepted = new Map<string, State>();
  let ranked = "none";

  const attempt: World["attempt"] = async (work, delivery) => {
    const done = await perform(service, work).then(
      () => true,
      () => false,
    );
    if (delivery !== undefined) await (done ? queue.ack(delivery) : queue.nack(delivery));
    return done;
  };
  const workOn = async (deliveries: readonly Delivery[]) => {
    for (const one of deliveries) await attempt({ by: "message", ...one }, one);
  };

  return {
    cloud,
    service,
    trainer,
    queue,
    accepted,
    now,
    pass: (milliseconds) => {
      time += milliseconds;
    },
    attempt,
    submit: async (submissions, deserved = "RECORDED") => {
      const body = submissions.map((one) => `${bodyOf(one)}\n`).join("");
      await perform(service, { by: "request", path: "/claims", body, type: "application/x-ndjson" });
      for (const one of submissions) accepted.set(idOf(one), deserved);
    },
    deliver: async (topic) => workOn(await queue.pull(topic)),
    drain: async () => {
      for (let round = 0; ; round++) {
        if (round === MANY) throw new Error("There is always something on its way");
        const waiting = await queue.pull();
        await workOn(waiting);
        const head = (await headRef(service.db).get()).updateTime?.valueOf() ?? "none";
        const isNew = head !== ranked;
        if (isNew && (await attempt({ by: "event" }))) ranked = head;
        if (waiting.length === 0 && !isNew) return;
      }
    },
    faults: async () => {
      const { faults } = await findFaults(cloud.db, accepted);
      const done = await trainings(service.db).get();
      const failed = done.docs.filter((one) => (one.data() as TrainingJob).state !== "DONE");
      return [...faults, ...failed.map(({ id }) => `training ${id} did not come to its end`)];
    },
    close: async () => {
      await queue.close();
      await cloud.close();
    },
  };
}
