// Three seeds of what random.soak.ts does for as long as it is told.
import { expect, test } from "vitest";
import { runRandom } from "./random.ts";

test.concurrent.each([1, 2, 3])("Whatever goes wrong, in the end all holds: seed %i", async (seed) => {
  const { struck, faults } = await runRandom(seed);
  expect(faults).toEqual([]);
  expect(struck).toBeGreaterThan(20);
});
