// checkPolicy: finds nothing in good policies, and each rogue by the property that it breaks, shrunk to the least case.
import { expect, test } from "vitest";
import { assertPolicy, checkPolicy } from "../../check/index.ts";
import { PolicyLedgerError } from "../../src/error.ts";
import { DiscreteSpace } from "../../src/spaces/index.ts";
import { choosing, Dice, Kept, LEVELS, POSITIONS, Recycler, ROGUES, Sound } from "./policies.ts";

test("checkPolicy finds nothing in policies that keep the contract", () => {
  expect(checkPolicy(() => new Sound(), POSITIONS).findings).toEqual([]);
  const report = checkPolicy(() => new Dice(), LEVELS);
  expect(report.findings).toEqual([]);
  expect(report.ok).toBe(true);
});

test.each(ROGUES)("checkPolicy names $property, and nothing else, for a policy that $why", (rogue) => {
  const { property, make, smallest } = rogue;
  const { ok, findings } = checkPolicy(make, POSITIONS);
  expect(findings.map((finding) => finding.property)).toEqual([property]);
  expect(ok).toBe(false);
  if (smallest !== undefined) expect(findings[0]!.counterexample).toEqual(smallest);
  expect(findings[0]!.message.length).toBeLessThan(1000);
  expect(findings[0]!.fix).toMatch(/^[A-Z].+/);
});

test("checkPolicy names action_left_alone for a policy that returns one array again and again", () => {
  const [finding, ...others] = checkPolicy(() => new Recycler(), LEVELS).findings;
  expect(others).toEqual([]);
  expect(finding!.property).toBe("action_left_alone");
  const choice = { observation: { dtype: "float64", shape: [3], data: [0, 0, 0] }, explore: true };
  expect(finding!.counterexample).toEqual({ seed: 0, choices: [choice] });
});

test("checkPolicy names observation_unchanged for a policy that writes into a typed array", () => {
  const [finding, ...others] = checkPolicy(() => new Kept(), LEVELS).findings;
  expect(others).toEqual([]);
  expect(finding!.property).toBe("observation_unchanged");
  const { data } = (finding!.counterexample as never as { choices: [{ observation: { data: number[] } }] })
    .choices[0].observation;
  expect(data).toEqual([0, 0.5000000000000001, 0]);
});

test("checkPolicy has a rogue for every property that it checks", () => {
  const { checked } = checkPolicy(() => new Sound(), POSITIONS);
  const properties = checked.map(({ property }) => property);
  expect(new Set(properties).size).toBe(properties.length);
  expect(new Set([...ROGUES.map(({ property }) => property), "action_left_alone"])).toEqual(
    new Set(properties),
  );
});

test("checkPolicy gives the same report for the same options", () => {
  const make = choosing(({ x }) => x);
  expect(checkPolicy(make, POSITIONS, { seed: 7 })).toEqual(checkPolicy(make, POSITIONS, { seed: 7 }));
  expect(checkPolicy(make, POSITIONS, { runs: 3 }).checked[2]!.runs).toBe(3);
});

test("checkPolicy says which calls show what is wrong, and in which space", () => {
  const [finding] = checkPolicy(
    choosing(({ x }) => x),
    POSITIONS,
  ).findings;
  expect(finding!.message).toBe(
    'reset({seed: 0}), selectAction({"x": 4, "y": 1}, {explore: true}): the action is 4, ' +
      'which is not in the space {"kind": "discrete", "n": 4, "start": 0}',
  );
});

test("checkPolicy leaves a space that it could write to as it was", () => {
  const rogue = ROGUES.find(({ why }) => why === "has a plain field")!;
  const policy = rogue.make();
  checkPolicy(rogue.make, POSITIONS);
  expect(policy.actionSpace.describe()).toEqual(new DiscreteSpace(4).describe());
});

test("assertPolicy throws one error that names every broken property, and nothing where none is", () => {
  assertPolicy(() => new Sound(), POSITIONS);
  try {
    assertPolicy(
      choosing(() => 9),
      POSITIONS,
    );
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyLedgerError);
    const { code, faults } = error as PolicyLedgerError;
    expect(code).toBe("invalid_policy");
    expect(faults.map(({ path }) => path)).toEqual(["/action_in_space"]);
    expect(faults[0]!.message).toContain("Return only members of `actionSpace`");
  }
});
