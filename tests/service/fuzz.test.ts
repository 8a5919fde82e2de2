// Every route under fire, from a fixed seed: no answer of 500 or more, none that the API does not say it gives, and no
// job that is stuck afterwards. fuzz.soak.ts does the same for as long as it is told to.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Range } from "./fuzz-range.ts";
import { shots } from "./fuzz-requests.ts";

let range: Range;
beforeAll(async () => {
  range = await Range.open();
});
afterAll(() => range.cloud.close());

test("hostile requests are answered as the API says, and leave nothing behind", async () => {
  await fc.assert(
    fc.asyncProperty(shots, (shot) => range.fire(shot)),
    { seed: 1, numRuns: 1_000, endOnFailure: true },
  );
  await range.settle(1);
  // A fuzzer that only ever meets the door tests the door.
  for (const status of [200, 202, 204, 400, 403, 404, 405, 413, 415, 422]) {
    expect([status, range.statuses.get(status) ?? 0]).toEqual([
      status,
      expect.toSatisfy((count) => count > 0),
    ]);
  }
});
