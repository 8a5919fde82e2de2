// The checker of invariants, checked: a world that holds has no fault, and whatever is spoilt in it is named.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Job, StoredBoard, StoredEntry, StoredPolicy } from "../../functions/src/documents.ts";
import { agentNamed, claims, idOf, lie } from "./agents.ts";
import { startWorld, type World } from "./faults/world.ts";
import { type Documents, faultsIn, readDocuments } from "./invariants.ts";

const ann = agentNamed("agents/ann");
const bob = agentNamed("bob");
const honest = [...claims(ann, 2), ...claims(bob, 2, 10, 2)];
const untrue = lie(bob, 99);
const accepted = new Map([
  ...honest.map((one) => [idOf(one), "RECORDED"] as const),
  [idOf(untrue), "INVALID"] as const,
]);

let world: World;
let good: Documents;

beforeAll(async () => {
  world = await startWorld();
  await world.submit(honest);
  await world.submit([untrue], "INVALID");
  await world.drain();
  good = await readDocuments(world.cloud.db);
});

afterAll(() => world.close());

/** A copy that may be written into. */
interface Spoilt {
  jobs: Map<string, Job>;
  entries: Map<string, StoredEntry>;
  policies: Map<string, StoredPolicy>;
  boards: Map<string, StoredBoard>;
  agents: Documents["agents"] & Map<string, never>;
  head: { size: number; index: number; current_hash: string };
  mark: { size: number; fault: unknown };
}

type Spoil = (documents: Spoilt) => void;

const change = <T extends object>(map: Map<string, T>, key: string, fields: object) =>
  void map.set(key, { ...map.get(key)!, ...fields });
const key = (index: number) => String(index).padStart(12, "0");
const firstJob = ({ jobs, entries }: Spoilt) => jobs.get(entries.get(key(0))!.claim_id)!;

const spoils: readonly (readonly [string, Spoil, RegExp])[] = [
  ["an entry is gone", ({ entries }) => entries.delete(key(1)), /where entry 1 belongs/],
  ["the last entry is gone", ({ entries }) => entries.delete(key(3)), /3 entries, the head says 4/],
  ["two entries changed places", swap, /cannot be ranked/],
  ["an entry was rewritten", ({ entries }) => change(entries, key(2), { verified_reward: 1 }), /entry 2/],
  [
    "an entry carries another hash",
    ({ entries }) => change(entries, key(3), { current_hash: "0".repeat(64) }),
    /entry 3 has another hash/,
  ],
  ["a claim is entered twice", double, /in the ledger twice/],
  ["the head lags", ({ head }) => Object.assign(head, { size: 3 }), /4 entries, the head says 3/],
  [
    "the head names another hash",
    ({ head }) => Object.assign(head, { current_hash: "0".repeat(64) }),
    /head/,
  ],
  ["a job is gone", (all) => all.jobs.delete(firstJob(all).claim_id), /accepted and is gone/],
  [
    "a job is not decided",
    (all) => change(all.jobs, firstJob(all).claim_id, { state: "PENDING" }),
    /still PENDING/,
  ],
  [
    "a job waits for its entry",
    (all) => change(all.jobs, firstJob(all).claim_id, { state: "VALID" }),
    /still VALID/,
  ],
  [
    "a job names another entry",
    (all) => change(all.jobs, firstJob(all).claim_id, { index: 3 }),
    /names entry 3/,
  ],
  [
    "a job earned something else",
    (all) => change(all.jobs, firstJob(all).claim_id, { verified_reward: 1 }),
    /earned 1/,
  ],
  ["a claim that holds is refused", refuse, /INVALID, its entry 0/],
  [
    "a lie is taken for true",
    ({ jobs }) => change(jobs, idOf(untrue), { state: "FAILED", reason: "gave_up" }),
    /deserves to be INVALID/,
  ],
  ["a policy of an entry is not published", unpublish, /is not published/],
  ["a policy that nobody holds valid is published", publishAll, /is published: true/],
  [
    "a policy is another",
    ({ policies }) => change(policies, honest[0]!.claim.policy_hash, { artifact: Buffer.from("{}") }),
    /is another/,
  ],
  ["a board is wrong", wrongBoard, /is not the fold/],
  ["a board is missing", ({ boards }) => boards.clear(), /0 boards/],
  ["the ranking lags", ({ mark }) => Object.assign(mark, { size: 3 }), /has seen 3 of 4/],
  [
    "the ranking met a fault",
    ({ mark }) => Object.assign(mark, { fault: { message: "broken" } }),
    /met a fault: broken/,
  ],
  [
    "a label belongs to another key",
    ({ agents }) => change(agents, "~bob", { public_key: ann.publicKey }),
    /label of another key/,
  ],
];

describe("findFaults", () => {
  test("finds nothing in a world that holds", () => {
    expect(good.entries.size).toBe(4);
    expect(faultsIn(good, accepted)).toEqual([]);
  });

  test.each(spoils)("names it when %s", (_, spoil, fault) => {
    const spoilt = structuredClone(good) as unknown as Spoilt;
    spoil(spoilt);
    expect(faultsIn(spoilt as unknown as Documents, accepted).join("\n")).toMatch(fault);
  });

  test("names a claim that was accepted and is not there", () => {
    expect(faultsIn(good, ["ab12"])).toEqual(["claim ab12 was accepted and is gone"]);
  });
});

function swap({ entries }: Spoilt): void {
  const [one, two] = [entries.get(key(1))!, entries.get(key(2))!];
  entries.set(key(1), two).set(key(2), one);
}

function double({ entries, head }: Spoilt): void {
  entries.set(key(4), { ...entries.get(key(3))!, index: 4 });
  Object.assign(head, { size: 5, index: 4 });
}

function refuse(all: Spoilt): void {
  change(all.jobs, firstJob(all).claim_id, { state: "INVALID", reason: "reward_mismatch" });
}

function unpublish({ policies }: Spoilt): void {
  change(policies, honest[0]!.claim.policy_hash, {
    published: false,
    keep_until: "2030-01-01T00:00:00.000Z",
  });
}

function publishAll({ jobs }: Spoilt): void {
  for (const [id, { agent_id, verified_reward: _, ...job }] of jobs) {
    if (agent_id === "bob") jobs.set(id, { ...job, agent_id, state: "INVALID", reason: "reward_mismatch" });
  }
}

function wrongBoard({ boards }: Spoilt): void {
  for (const [id, board] of boards) boards.set(id, { ...board, by_reward: board.by_reward.slice(1) });
}
