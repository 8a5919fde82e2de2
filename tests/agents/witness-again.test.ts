// When a witness that follows cosigns again what it has cosigned: where nothing new comes, and not before an hour has passed.
import { openCheckpoint, parseVerifierKey } from "@policyledger/core";
import { nodeHost, noteSigner } from "@policyledger/core/node";
import { expect, test } from "vitest";
import { type Following, followRound, NOTHING_POSTED } from "../../agent/src/cli/witness/follow.ts";
import { makeWitness, verifierTexts } from "../../agent/src/cli/witness/keys.ts";
import { stateStore } from "../../agent/src/cli/witness/state.ts";
import { newHome } from "./command.ts";
import { clientOf, type Fetch, fetchOf } from "./log-in-process.ts";
import { logShowing } from "./lying-log.ts";

const LOG = noteSigner("log", "log.example", "01".repeat(32));
const HOUR = 3_600;
const START = 1_795_867_200;

/** A log of so many entries, a witness that follows it by a clock of its own, and the times of what it handed in. */
function following() {
  const home = { folder: newHome() };
  const keys = makeWitness(home, "witness.example/ada");
  const known = verifierTexts(keys).map((text) => parseVerifierKey(nodeHost, text));
  const world = { now: START, size: 3, times: [] as (readonly [size: number, time: number])[] };
  const fetch: Fetch = async (request) => {
    if (request.method === "POST") {
      const { size, signed } = openCheckpoint(nodeHost, await request.text(), [LOG.key, ...known]);
      for (const { time } of signed) if (time !== undefined) world.times.push([size, time - START]);
      return Response.json({ size, kept: [] });
    }
    const texts = Array.from({ length: world.size }, (_, i) => `entry ${i}`);
    return fetchOf(logShowing({ texts, signers: [LOG] }).tamper)(request);
  };
  const witness: Following = {
    log: clientOf(fetch),
    keys,
    storeOf: (origin) => stateStore(home, origin),
    now: () => world.now,
    signal: new AbortController().signal,
    replaying: null,
    told: () => {},
  };
  return { world, witness };
}

test("a quiet log is cosigned again each hour, and a log that grows whenever it has grown", async () => {
  const { world, witness } = following();
  const posted = { ...NOTHING_POSTED };
  for (const [at, size] of [
    [0, 3],
    [HOUR - 1, 3],
    [HOUR, 3],
    [HOUR + 10, 3],
    [HOUR + 20, 5],
    [2 * HOUR + 10, 5],
    [2 * HOUR + 20, 5],
  ] as const) {
    Object.assign(world, { now: START + at, size });
    await followRound(witness, posted);
  }
  expect(world.times).toEqual([
    [3, 0],
    [3, HOUR],
    [5, HOUR + 20],
    [5, 2 * HOUR + 20],
  ]);
});

test("a log that shows less than was cosigned is not cosigned again, however long that was ago", async () => {
  const { world, witness } = following();
  const posted = { ...NOTHING_POSTED };
  await followRound(witness, posted);
  Object.assign(world, { now: START + 9 * HOUR, size: 2 });
  await expect(followRound(witness, posted)).rejects.toThrow(/showed 3 entries .* then 2 /);
  expect(world.times).toEqual([[3, 0]]);
});
