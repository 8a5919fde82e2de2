// checkEnvironment: finds nothing in good environments, and each rogue by the property that it breaks.
import { expect, test } from "vitest";
import { assertEnvironment, checkEnvironment } from "../../check/index.ts";
import { PolicyLedgerError } from "../../src/error.ts";
import { ROGUES, Walk } from "./environments.ts";

/** What not every episode shows takes the usual number of runs to find; for the others fewer do. */
const RARE = new Set(["one_end", "model_possible", "model_frequencies"]);

test("checkEnvironment finds nothing in an environment that keeps the contract", () => {
  const report = checkEnvironment(() => new Walk());
  expect(report.findings).toEqual([]);
  expect(report.ok).toBe(true);
});

test.each(ROGUES)("checkEnvironment names $property for an environment that $why", (rogue) => {
  const { property, make, also = [], smallest } = rogue;
  const { ok, findings } = checkEnvironment(make, { runs: RARE.has(property) ? 100 : 10 });
  expect(findings.map((finding) => finding.property).sort()).toEqual([property, ...also].sort());
  expect(ok).toBe(false);
  const finding = findings.find((finding) => finding.property === property)!;
  if (smallest !== undefined) expect(finding.counterexample).toEqual(smallest);
  expect(finding.message.length).toBeLessThan(1000);
  expect(finding.fix).toMatch(/^[A-Z].+/);
});

test("checkEnvironment has a rogue for every property that it checks", () => {
  const { checked } = checkEnvironment(() => new Walk(), { runs: 5 });
  const properties = checked.map(({ property }) => property);
  expect(new Set(properties).size).toBe(properties.length);
  expect(new Set(ROGUES.map(({ property }) => property))).toEqual(new Set(properties));
});

test("checkEnvironment gives the same report for the same options", () => {
  const rogue = ROGUES.find(({ property }) => property === "model_possible")!;
  expect(checkEnvironment(rogue.make, { runs: 10, seed: 3 })).toEqual(
    checkEnvironment(rogue.make, { runs: 10, seed: 3 }),
  );
});

test("checkEnvironment says which calls show what is wrong", () => {
  const rogue = ROGUES.find(({ why }) => why === "pays halves")!;
  const [finding] = checkEnvironment(rogue.make, { runs: 10 }).findings;
  expect(finding!.message).toBe(
    "reset({seed: 0}), step(0): the reward is -0.5, not an integer that a double holds exactly",
  );
});

test("checkEnvironment leaves what it wrote over as it was", () => {
  const table = [0, 1, 2, 3].map((place) => ({ place }));
  checkEnvironment(() => Object.assign(new Walk(), { observations: table }), { runs: 10 });
  expect(table).toEqual([{ place: 0 }, { place: 1 }, { place: 2 }, { place: 3 }]);
});

test("assertEnvironment throws one error that names every broken property, and nothing where none is", () => {
  const rogue = ROGUES.find(({ why }) => why === "counts its actions from one")!;
  assertEnvironment(() => new Walk(), { runs: 5 });
  try {
    assertEnvironment(rogue.make, { runs: 5 });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyLedgerError);
    const { code, faults } = error as PolicyLedgerError;
    expect(code).toBe("invalid_environment");
    expect(faults.map(({ path }) => path)).toEqual(["/action_codes"]);
    expect(faults[0]!.message).toContain("Declare as `actionSpace` the integers from 0 to actionCount − 1");
  }
});
