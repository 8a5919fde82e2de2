import { expect, test } from "vitest";
import { assertPolicy, checkPolicy } from "../../check/index.ts";
import { PolicyLedgerError } from "../../src/error.ts";
import type { NdArray } from "../../src/spaces/index.ts";
import { choosing, Dice, LEVELS, POSITIONS, ROGUES, Sound } from "./policies.ts";

const properties = (report: { findings: readonly { property: string }[] }) =>
  report.findings.map(({ property }) => property);

test("checkPolicy finds nothing in policies that keep the contract", () => {
  expect(checkPolicy(() => new Sound(), POSITIONS).findings).toEqual([]);
  const report = checkPolicy(() => new Dice(), LEVELS);
  expect(report.findings).toEqual([]);
  expect(report.ok).toBe(true);
});

test.each(ROGUES)(
  "checkPolicy names $property, and nothing else, for a policy that $why",
  ({ property, make }) => {
    const report = checkPolicy(make, POSITIONS);
    expect(report.ok).toBe(false);
    expect(properties(report)).toEqual([property]);
    for (const { message, fix } of report.findings) {
      console.log(property, "|", message, "|", fix, "|", JSON.stringify(report.findings[0]!.counterexample));
    }
  },
);

test("checkPolicy has a rogue for every property that it checks", () => {
  const { checked } = checkPolicy(() => new Sound(), POSITIONS);
  expect(new Set(ROGUES.map(({ property }) => property))).toEqual(
    new Set(checked.map(({ property }) => property)),
  );
});
