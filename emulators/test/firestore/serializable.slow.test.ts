// A thousand random histories of concurrent transactions are serializable, as decided by a checker that knows no locks.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFirestore } from "../../src/firestore/server.ts";
import type { Listening } from "../../src/wire/port.ts";
import { openRaw, type Raw } from "../conformance/firestore/raw.ts";
import { faultsOf } from "./histories/check.ts";
import type { Attempt, History } from "./histories/history.ts";
import { chanceOf, planOf } from "./histories/plan.ts";
import { record } from "./histories/record.ts";

const HISTORIES = 1_000;
const AT_ONCE = 4;
/** A run is repeated with the seed that its failure names: HISTORY_SEED=… */
const SEED = Number(process.env.HISTORY_SEED ?? 20_261_120);
/** What the server may answer to the planned steps: not found, already exists, aborted. */
const EXPECTED_CODES = [5, 6, 10];

let server: Listening;
let raw: Raw;
const histories: { seed: number; history: History }[] = [];

beforeAll(async () => {
  server = await startFirestore({ host: "127.0.0.1", port: 0, data: null });
  raw = openRaw(`${server.host}:${server.port}`);
  const seeds = Array.from({ length: HISTORIES }, (_, at) => SEED + at);
  const work = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift())
      histories.push({ seed, history: await run(seed) });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
});

afterAll(async () => {
  raw.close();
  await server.close();
});

function run(seed: number): Promise<History> {
  const database = "projects/histories/databases/(default)";
  return record({ raw, database, collection: `history-${seed}` }, planOf(seed));
}

function textOf(history: History): string {
  const byStart = history.toSorted((one, other) => one.whole.asked - other.whole.asked);
  return byStart
    .map((attempt) => JSON.stringify(attempt, (_, it) => (typeof it === "bigint" ? String(it) : it)))
    .join("\n");
}

const attempts = (): Attempt[] => histories.flatMap(({ history }) => history);

test("every history is strictly serializable", () => {
  for (const { seed, history } of histories) {
    const faults = faultsOf(history);
    expect(faults, `HISTORY_SEED=${seed}\n${faults.join("\n")}\n${textOf(history)}`).toEqual([]);
  }
  expect(histories.length).toBe(HISTORIES);
});

test("nothing is refused but what may be", () => {
  const others = attempts().filter(({ end }) => end.kind === "refused" && !EXPECTED_CODES.includes(end.code));
  expect(others).toEqual([]);
  expect(
    attempts().filter(({ kind, end }) => kind === "plain write" && end.kind === "refused" && end.code === 10),
  ).toEqual([]);
});

test("the histories are full of contention: many attempts are aborted, and more go through", () => {
  const aborted = attempts().filter(({ end }) => end.kind === "refused" && end.code === 10).length;
  const committed = attempts().filter(({ end }) => end.kind === "committed").length;
  expect(aborted).toBeGreaterThan(HISTORIES / 10);
  expect(committed).toBeGreaterThan(aborted);
});

test("the checker finds a single read of a recorded history that is falsified", () => {
  const chance = chanceOf(SEED);
  for (const { seed, history } of histories) {
    const readers = history.filter(({ reads }) => reads.length > 0);
    if (readers.length === 0) continue;
    const reader = readers[chance(readers.length)];
    const at = chance(reader.reads.length);
    const { found } = reader.reads[at];
    const other = typeof found === "number" ? found + 1 : [...found, ["z", { v: -1 }] as const];
    const reads = reader.reads.with(at, { ...reader.reads[at], found: other });
    const falsified = history.with(history.indexOf(reader), { ...reader, reads });
    expect(faultsOf(falsified).length, `HISTORY_SEED=${seed}`).toBeGreaterThan(0);
  }
});

test("the checker finds that a commit of a recorded history is missing which others have seen", () => {
  let found = 0;
  for (const { history } of histories)
    for (const attempt of history)
      if (attempt.end.kind === "committed" && attempt.writes.length > 0)
        found += Number(faultsOf(history.filter((other) => other !== attempt)).length > 0);
  // Some commits are overwritten before anyone looks; most are seen.
  expect(found).toBeGreaterThan(HISTORIES);
});
