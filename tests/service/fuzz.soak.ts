// The same fire as fuzz.test.ts, for as many minutes as SOAK_MINUTES says (10 unless told), in rounds that each end
// with nothing stuck. A failure prints fast-check's seed and path.
import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { Range } from "./fuzz-range.ts";
import { shots } from "./fuzz-requests.ts";

const minutes = Number(process.env.SOAK_MINUTES ?? 10);
const SHOTS_A_ROUND = 2_000;

let range: Range;
beforeAll(async () => {
  range = await Range.open();
});
afterAll(() => range.cloud.close());

test("hostile requests for minutes on end leave nothing behind", async () => {
  const deadline = performance.now() + minutes * 60_000;
  for (let round = 1; performance.now() < deadline; round++) {
    await fc.assert(
      fc.asyncProperty(shots, (shot) => range.fire(shot)),
      { numRuns: SHOTS_A_ROUND, endOnFailure: true, interruptAfterTimeLimit: deadline - performance.now() },
    );
    await range.settle(round);
  }
});
