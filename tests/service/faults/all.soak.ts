// Every call of every station, with everything that may happen to it: the whole of the table in docs/faults.md.
import { expect, test } from "vitest";
import { runCase } from "./cases.ts";
import { allCases } from "./table.ts";

test.concurrent.each(
  allCases().map(
    (one) =>
      [`${one.station}: ${one.kind} ${one.nth}, ${one.fault}, is mended by ${one.mender}`, one] as const,
  ),
)("%s", async (_, { mender, ...one }) => {
  expect(await runCase(one)).toEqual({ struck: 1, mender, faults: [] });
});
