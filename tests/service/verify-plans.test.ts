// POST /verify of plans, while its caller waits: what takes longer is not run there.
import { type Json, type PlanDocument, sealPlan } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planSubmission } from "../../scripts/plans.ts";
import { agentNamed, bodyOf } from "./agents.ts";
import { type Client, clientOf, type Read } from "./api-client.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
beforeAll(async () => {
  cloud = await startLocalCloud({ deliver: false });
  client = clientOf(cloud.api);
});
afterAll(() => cloud.close());

/** So many ops that all set one field, one by one. */
function planOf(ops: number, value: Json, width = 1): PlanDocument {
  const resourceCaps = {
    maxBigintBits: 32,
    maxMatrixAccumTerms: 1,
    maxFieldsTouchedPerOp: 1,
    maxVEvalCost: 0,
    maxBatchSize: null,
    maxEpsilon: null,
  };
  return sealPlan(nodeHost, {
    v: 1,
    plan: {
      planId: "long",
      maxParallelWidth: width,
      ops: Array.from({ length: ops }, (_, i) => ({
        opId: `${i}`,
        kernel: "set",
        bind: { slots: { x: "x" } },
        deltaBound: "1000",
      })),
    },
    initialState: {},
    kernels: { set: { writes: { x: value } } },
    policyBundle: { bundleId: "b", maxParallelWidth: width, resourceCaps },
  });
}

// Their static cost is ops · nodes · (width + 1) + ops · (width + 1) · (width − 1) / 2.
const longest: Json = { add: Array(999).fill("1") };
test.each([
  ["1,000 ops", planOf(1_000, "1"), []],
  ["1,001 ops", planOf(1_001, "1"), ["/document/plan/ops"]],
  ["a static cost of 2,000,000", planOf(1_000, longest), []],
  ["a static cost of 3,001,500", planOf(1_000, longest, 2), ["/document/plan"]],
  [
    "1,001 ops and a static cost of 3,004,501",
    planOf(1_001, longest, 2),
    ["/document/plan", "/document/plan/ops"],
  ],
])("a plan of %s is run at once, or over_cap says why it is not", async (_, document, paths) => {
  const { body, code } = await client.post(
    "/verify",
    bodyOf(planSubmission(agentNamed("plans/bob"), document)),
  );
  expect((body.errors ?? []).map(({ path }: Read) => path)).toEqual(paths);
  expect(code ?? body.verdict).toBe(paths.length === 0 ? "VALID" : "over_cap");
});
