// A readable selection of the cases in docs/faults.md; `npm run soak` has all of them.
import { describe, expect, test } from "vitest";
import { type Case, type Fault, type Kind, runCase } from "./cases.ts";
import { STATIONS, type StationName } from "./stations.ts";
import { allCases, TABLE } from "./table.ts";
import { startWorld } from "./world.ts";

const cases: readonly (readonly [string, StationName, Kind, number, Fault])[] = [
  ["A claim that could not be stored is submitted again", "submit", "Commit", 1, "error before"],
  [
    "A claim that was stored, and its agent told otherwise, is not lost",
    "submit",
    "Commit",
    1,
    "error after",
  ],
  ["A claim whose commit is repeated is sent on its way", "submit", "Commit", 1, "error after, passing"],
  ["A claim whose agent does not wait is one claim", "submit", "Commit", 1, "late answer"],
  ["A claim that verify was not told of is found by the sweep", "submit", "Publish", 1, "error before"],
  ["An API that dies before it has stored a claim leaves nothing", "submit", "Commit", 1, "death before"],
  ["Verdicts that append was not told of are found by the sweep", "verify", "Publish", 1, "error before"],
  ["A plan whose commit is repeated is stored once", "submit a plan", "Commit", 1, "error after, passing"],
  [
    "An API that dies before it has stored a plan leaves no part of it",
    "submit a plan",
    "Commit",
    1,
    "death before",
  ],
  ["A plan that could not be stored is submitted again", "submit a plan", "Commit", 1, "error before"],
  [
    "A plan that was stored, and its agent told otherwise, is not lost",
    "submit a plan",
    "Commit",
    1,
    "error after",
  ],
  [
    "A plan's verdict and receipts that could not be stored are found again",
    "verify a plan",
    "Commit",
    1,
    "error before",
  ],
  [
    "A plan's verdict and receipts whose commit is repeated stay as they are",
    "verify a plan",
    "Commit",
    1,
    "error after, passing",
  ],
  ["A verifier that dies over a plan leaves it to redelivery", "verify a plan", "Commit", 1, "death before"],
  ["A plan that two verifiers run at once has one verdict", "verify a plan", "whole", 1, "at once"],
  [
    "A plan that nobody needs is dropped with all its parts, or not at all",
    "sweep",
    "Commit",
    4,
    "error before",
  ],
  ["A plan that was dropped, and the sweep told otherwise, is gone", "sweep", "Commit", 4, "error after"],
  ["A training that train was not told of is found by the sweep", "ask", "Publish", 1, "error before"],
  ["A verdict that could not be stored is found again", "verify", "Commit", 2, "error before"],
  ["A verdict whose commit is repeated stays as it is", "verify", "Commit", 1, "error after, passing"],
  ["A verdict that another instance stored first stays as it is", "verify", "Commit", 1, "late answer"],
  [
    "A verifier that dies between two verdicts leaves the rest to redelivery",
    "verify",
    "Commit",
    2,
    "death before",
  ],
  ["An append that did not wake from its query is woken again", "append", "RunQuery", 1, "error after"],
  [
    "A query that broke off after its first documents is gone on with",
    "append",
    "RunQuery",
    1,
    "error after, passing",
  ],
  ["A group that was not appended waits for the next", "append", "Commit", 1, "error before"],
  [
    "A group that was appended, and the station told otherwise, is not appended twice",
    "append",
    "Commit",
    1,
    "error after",
  ],
  ["A group whose commit is repeated is not appended twice", "append", "Commit", 1, "error after, passing"],
  ["A group that a second instance reaches for is appended once", "append", "Commit", 1, "late answer"],
  [
    "A group whose commit was under way when the process died is in the ledger once",
    "append",
    "Commit",
    1,
    "death after",
  ],
  [
    "A group that is under no checkpoint gets one when it is woken again",
    "append",
    "Commit",
    2,
    "error before",
  ],
  [
    "A checkpoint whose process died before it was stored is published by another",
    "append",
    "Commit",
    2,
    "death before",
  ],
  ["A checkpoint that two instances publish at once is one", "append", "Commit", 2, "late answer"],
  ["A cosignature whose witness was told otherwise is kept once", "cosign", "Commit", 1, "error after"],
  ["Boards and watermark are written together or not at all", "rank", "Commit", 1, "error after"],
  ["A ranking that died is gone on with from its watermark", "rank", "Commit", 1, "death before"],
  ["A training whose claim is stored and whose end is not claims once", "train", "Commit", 4, "error before"],
  ["A training whose process died runs again when its lease is over", "train", "Commit", 3, "death before"],
  ["A sweep whose first task fails does the others", "sweep", "RunQuery", 1, "error before"],
  ["A sweep that is started twice at once does no harm", "sweep", "whole", 1, "at once"],
];

const expected = allCases();

describe("One fault at one call", () => {
  test.concurrent.each(cases)("%s", async (_, station, kind, nth, fault) => {
    const found = expected.find(
      (one) => one.station === station && one.kind === kind && one.nth === nth && one.fault === fault,
    );
    const one: Case = { station, kind, nth, fault };
    expect(await runCase(one)).toEqual({ struck: 1, mender: found?.mender, faults: [] });
  });
});

test.each(Object.keys(TABLE) as StationName[])(
  "%s makes the calls that the table has, and no others",
  async (station) => {
    const world = await startWorld();
    try {
      const { work, delivery } = await STATIONS[station].prepare(world);
      // A rule that never strikes: calls are counted while there is one.
      const idle = { action: "fail", nth: 1_000_000 };
      await world.cloud.faults("firestore", [{ kind: "Commit", ...idle }]);
      await world.cloud.faults("pubsub", [{ kind: "Publish", ...idle }]);
      expect(await world.attempt(work)).toBe(true);
      const { Publish = 0 } = await world.cloud.calls("pubsub");
      const calls = { ...(await world.cloud.calls("firestore")), ...(Publish > 0 && { Publish }) };
      const listed: Record<string, number> = {};
      for (const { kind } of TABLE[station]) {
        if (kind !== "whole" && kind !== "Rollback") listed[kind] = (listed[kind] ?? 0) + 1;
      }
      expect(calls).toEqual(listed);
      if (delivery !== undefined) await world.queue.ack(delivery);
    } finally {
      await world.close();
    }
  },
);
