// Every registered environment, in every preset, keeps the contract that the published checker proves.
import { describe, expect, test } from "vitest";
import { checkEnvironment } from "../../check/index.ts";
import { environmentKinds, makeEnvironment } from "../../src/index.ts";

describe.each(environmentKinds.map((kind) => [kind.id, kind] as const))("%s", (id, kind) => {
  test.each(Object.keys(kind.presets))("%s has nothing that checkEnvironment finds", (preset) => {
    const { ok, findings, checked } = checkEnvironment(() => makeEnvironment(id, { preset }));
    expect(findings).toEqual([]);
    expect(ok).toBe(true);
    expect(checked.length).toBeGreaterThan(20);
  });
});
