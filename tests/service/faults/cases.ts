// One case: a world of its own, a fault at one call of one station, and then whatever is there to mend it.
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../../scripts/until.ts";
import { startMortal } from "./mortal.ts";
import { type Prepared, STATIONS, type Station, type StationName } from "./stations.ts";
import { startWorld, type World } from "./world.ts";

/** The kinds of call that the stations make; "whole" is not one of them, but all that the station does. */
export type Kind =
  | "BatchGetDocuments"
  | "RunQuery"
  | "RunAggregationQuery"
  | "Commit"
  | "Rollback"
  | "Publish"
  | "whole";

/** UNAVAILABLE is what the clients try again by themselves, DATA_LOSS what they do not. */
const PASSING = "UNAVAILABLE";
const LASTING = "DATA_LOSS";
/** Longer than any test takes. */
const NEVER_MS = 3_600_000;
/** Long enough for a second instance, and what follows from it. */
const LATE_MS = 400;

/** What happens to a call. */
const FAULTS = {
  "error before": { action: "fail", code: LASTING },
  "error before, passing": { action: "fail", code: PASSING },
  aborted: { action: "fail", code: "ABORTED" },
  "error after": { action: "drop", code: LASTING },
  "error after, passing": { action: "drop", code: PASSING },
  "late answer": { action: "delay", ms: LATE_MS },
  twice: { action: "duplicate" },
  "death before": { action: "delay", ms: NEVER_MS },
  "death after": { action: "delay", ms: LATE_MS },
  // Of the whole work: the message, the event, the request or the schedule comes again, after it or beside it.
  again: null,
  "at once": null,
} as const;

export type Fault = keyof typeof FAULTS;

/** Nobody: the clients' own attempts were enough, or nothing was to mend. Else who tried again. */
export type Mender = "nobody" | Station["retriedBy"];

export interface Case {
  readonly station: StationName;
  readonly kind: Kind;
  readonly nth: number;
  readonly fault: Fault;
}

export interface Outcome {
  /** How many calls were struck: more or less than one, and the case is not what it says. */
  readonly struck: number;
  readonly mender: Mender;
  /** What never came to hold. */
  readonly faults: readonly string[];
}

const SWEEPS = 4;
const SWEEP_AFTER_MS = 120_000;
const HOUR_MS = 3_600_000;

export async function runCase(one: Case): Promise<Outcome> {
  const world = await startWorld();
  try {
    const prepared = await STATIONS[one.station].prepare(world);
    const part = one.kind === "Publish" ? "pubsub" : "firestore";
    await world.cloud.faults(part, rulesOf(one));
    const done = await inflict(world, one, prepared, () => world.cloud.struck(part));
    const struck =
      one.kind === "whole" ? 1 : (await world.cloud.struck(part)) - (one.kind === "Rollback" ? 1 : 0);
    await world.cloud.faults(part, []);
    return { struck, ...(await settle(world, STATIONS[one.station], done ? null : prepared)) };
  } finally {
    await world.close();
  }
}

function rulesOf({ kind, nth, fault }: Case): object[] {
  if (kind === "whole") return [];
  const rule = { kind, nth, times: 1, ...FAULTS[fault] };
  // Transactions are rolled back where something of them failed.
  return kind === "Rollback" ? [{ kind: "Commit", nth: 1, ...FAULTS["error before"] }, rule] : [rule];
}

/** Has the work done with the fault in its way; false where somebody has to try again. */
async function inflict(
  world: World,
  { fault, kind }: Case,
  { work, delivery }: Prepared,
  struck: () => Promise<number>,
): Promise<boolean> {
  const attempt = () => world.attempt(work, delivery);
  switch (fault) {
    case "death before":
    case "death after":
      await die(world, { work, ...(delivery && { delivery }) }, struck);
      if (fault === "death after") await sleep(1.5 * LATE_MS);
      return false;
    case "again":
      return (await attempt()) && (await attempt());
    case "at once":
      return (await Promise.all([attempt(), attempt()])).every(Boolean);
    case "late answer": {
      // Meanwhile a second instance, or an agent that does not wait, does the same, and all that follows from it is done.
      const second = sleep(20).then(async () => {
        const done = await attempt();
        await world.drain();
        return done;
      });
      return (await Promise.all([attempt(), second])).every(Boolean);
    }
    default: {
      const done = await attempt();
      // Nobody waits for those.
      if (kind === "Rollback") await until("the rollback", async () => (await struck()) === 2);
      return done;
    }
  }
}

async function die(world: World, { work, delivery }: Prepared, struck: () => Promise<number>): Promise<void> {
  const { cloud, trainer, now } = world;
  const { firestore, pubsub, projectId } = cloud;
  const mortal = await startMortal();
  try {
    mortal.order({ firestore, pubsub, projectId, trainer, time: now(), work });
    await until("the station comes to the call", async () => (await struck()) > 0);
  } finally {
    await mortal.kill();
  }
  if (delivery !== undefined) await world.queue.nack(delivery);
}

/** Lets everybody who may mend have a try, one after the other, until all holds; then nothing may change any more. */
async function settle(
  world: World,
  { retriedBy, undone }: Station,
  failed: Prepared | null,
): Promise<Pick<Outcome, "mender" | "faults">> {
  const faults = async () => [...(await world.faults()), ...((await undone?.(world)) ?? [])];
  let mender: Mender = failed === null ? "nobody" : retriedBy;
  if (failed !== null && retriedBy === "agent") {
    for (let tries = 0; tries < 3 && !(await world.attempt(failed.work)); tries++) await sleep(500);
  }
  if (mender !== "sweep") await world.drain();
  let left = mender === "sweep" ? ["not swept"] : await faults();
  for (let i = 0; i < SWEEPS && left.length > 0; i++) {
    mender = "sweep";
    left = await sweepAfter(world, SWEEP_AFTER_MS, faults);
  }
  for (let i = 0; i < 2 && left.length === 0; i++) left = await sweepAfter(world, HOUR_MS, faults);
  return { mender, faults: left };
}

async function sweepAfter(world: World, ms: number, faults: () => Promise<string[]>): Promise<string[]> {
  world.pass(ms);
  await world.attempt({ by: "schedule" });
  await world.drain();
  return faults();
}
