// Verification of plans: each step with its own reason to fail, in order, on every host, and within the limits of claims.
import { describe, expect, test } from "vitest";
import { agentNamed } from "../../scripts/agents.ts";
import { examplePlan, finished, planSubmission } from "../../scripts/plans.ts";
import { portableHost } from "../src/host.ts";
import type { Json } from "../src/json.ts";
import { MAX_CLAIMED_PLAN_BYTES } from "../src/limits.ts";
import { acceptPlanDocument, type PlanDocument } from "../src/nk2/document.ts";
import { planDocumentText } from "../src/nk2/document-text.ts";
import { CLAIM_LIMITS } from "../src/nk2/host-limits.ts";
import { sealPlan } from "../src/nk2/seal.ts";
import type { PlanSubmission } from "../src/submission.ts";
import { type Reason, verifyClaim, verifyUnsignedClaim } from "../src/verify.ts";
import { refusal } from "./refusal.ts";
import { host } from "./samples.ts";

const agent = agentNamed("core/plans");
const settlement = examplePlan("settlement");
const good = planSubmission(agent, settlement);
const NO_HASH = "0".repeat(64);

/** Another document under the claim of the settlement, signed as it is. */
const under = (document: PlanDocument): PlanSubmission => ({ ...good, document });

function changed(change: (document: Changed) => void): PlanDocument {
  const json: Changed = JSON.parse(planDocumentText(host, settlement));
  change(json);
  return acceptPlanDocument(json as unknown as Json);
}

interface Changed {
  readonly initialState: Record<string, string>;
  kernels: readonly Json[];
}

/** As many ops of the simplest kind; whoever names their kernel needs no more. */
function planOf(ops: number, planId = "many"): PlanDocument {
  return sealPlan(host, {
    v: 1,
    plan: {
      planId,
      maxParallelWidth: 1,
      ops: Array.from({ length: ops }, (_, i) => ({
        opId: `${i}`,
        kernel: "k",
        bind: { slots: { x: "x" } },
        deltaBound: "1",
      })),
    },
    initialState: {},
    kernels: { k: { writes: { x: "1" } } },
    policyBundle: {
      bundleId: "b",
      maxParallelWidth: 1,
      resourceCaps: {
        maxBigintBits: 8,
        maxMatrixAccumTerms: 1,
        maxFieldsTouchedPerOp: 1,
        maxVEvalCost: 0,
        maxBatchSize: null,
        maxEpsilon: null,
      },
    },
  });
}

describe("verifyClaim of a plan", () => {
  test("says what the run of a true one came to, whatever the host", () => {
    const { receipts, statistics } = finished(settlement);
    const verdict = verifyClaim(host, good);
    expect(verdict).toMatchObject({ verdict: "VALID", commits: 4, ops: 6, receipts, statistics });
    expect(verifyClaim(portableHost, good)).toEqual(verdict);
    expect(verifyUnsignedClaim(host, good)).toEqual(verdict);
  });

  const { finalStateHash, finalCommitHash } = finished(settlement);
  const refused: readonly (readonly [Reason, string, PlanSubmission, object?])[] = [
    [
      "bad_signature",
      "another's signature",
      { ...good, signature: planSubmission(agent, examplePlan("diamond")).signature },
    ],
    ["hash_mismatch", "another's document", under(examplePlan("diamond"))],
    [
      "hash_mismatch",
      "another initial state than the plan's",
      planSubmission(agent, settlement, { initial_state_hash: NO_HASH }),
    ],
    [
      "plan_refused",
      "a state that is not the plan's",
      under(changed(({ initialState }) => Object.assign(initialState, { alice: "501" }))),
      { faults: [{ code: "initial_state_hash_mismatch", path: "/document/plan/initialStateHash" }] },
    ],
    ["plan_refused", "no kernels", under(changed((document) => Object.assign(document, { kernels: [] })))],
    [
      "final_state_mismatch",
      "another final state, whatever its commit",
      planSubmission(agent, settlement, { final_state_hash: NO_HASH, final_commit_hash: NO_HASH }),
      { replayed_state_hash: finalStateHash },
    ],
    [
      "final_commit_mismatch",
      "another final commit",
      planSubmission(agent, settlement, { final_commit_hash: NO_HASH }),
      { replayed_commit_hash: finalCommitHash },
    ],
  ];
  for (const [reason, what, submission, more = {}] of refused) {
    test(`${reason}: ${what}`, () => {
      const verdict = verifyClaim(host, submission);
      expect(verdict).toMatchObject({ verdict: "INVALID", reason, ...more });
      expect(verifyClaim(portableHost, submission)).toEqual(verdict);
    });
  }
  test("a plan without ops may be claimed: it ends in its genesis", () => {
    const empty = planOf(0);
    const { genesis } = finished(empty).receipts;
    const submission = planSubmission(agent, empty);
    expect(submission.claim.final_commit_hash).toBe(genesis);
    expect(verifyClaim(host, submission)).toMatchObject({ verdict: "VALID", commits: 0, ops: 0 });
  });

  test("holds plans to the limits of claims, exactly", () => {
    const most = planSubmission(agent, planOf(CLAIM_LIMITS.maxOps));
    expect(verifyClaim(host, most)).toMatchObject({ verdict: "VALID", ops: CLAIM_LIMITS.maxOps });
    const more = planSubmission(agent, planOf(CLAIM_LIMITS.maxOps + 1));
    expect(verifyClaim(host, more)).toMatchObject({
      reason: "plan_refused",
      faults: [{ code: "host_limit_exceeded", path: "/document/plan/ops" }],
    });
  });

  test("bounds the document in its normal form, exactly", () => {
    const state = (bytes: number) =>
      changed(({ initialState }) => {
        const fields = Math.ceil(bytes / 400);
        const given = initialState;
        for (let i = 0; i < fields; i++)
          given[`f${i}`] = "1".repeat(Math.min(300, Math.max(1, bytes - 400 * i)));
      });
    const large = state(3 * MAX_CLAIMED_PLAN_BYTES);
    expect(verifyClaim(host, under(large))).toMatchObject({ reason: "limits" });
    expect(verifyClaim(host, under(state(1_000)))).toMatchObject({ reason: "plan_refused" });
  });

  test.each([null, {}, "text", { plan: {} }])("refuses %j for a document, which is no claim", (document) => {
    expect(refusal(() => verifyClaim(host, { ...good, document } as never)).code).toBe("invalid_plan");
  });
});
