import { expect, test } from "vitest";
import { assertEnvironment, checkEnvironment } from "../../check/index.ts";
import { ROGUES, Walk } from "./environments.ts";

test("checkEnvironment finds nothing in an environment that keeps the contract", () => {
  const report = checkEnvironment(() => new Walk());
  expect(report.findings).toEqual([]);
  expect(report.ok).toBe(true);
});

test.each(ROGUES)(
  "checkEnvironment names $property for an environment that $why",
  ({ property, make, also = [] }) => {
    const { ok, findings } = checkEnvironment(make);
    expect(ok).toBe(false);
    for (const f of findings) console.log(f.property, "|", f.message, "|", JSON.stringify(f.counterexample));
    expect(findings.map((finding) => finding.property).sort()).toEqual([property, ...also].sort());
  },
);
