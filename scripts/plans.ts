// The example plans as claims, for scripts and tests: each is a draft in examples/plans, sealed, run and signed.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  claimText,
  type FinishedRun,
  type Json,
  type PlanClaim,
  type PlanDocument,
  type PlanSubmission,
  runPlan,
  sealPlan,
} from "@policyledger/core";
import { nodeHost, sign } from "@policyledger/core/node";
import type { Agent } from "./agents.ts";

export const draftFile = (name: string) =>
  fileURLToPath(new URL(`../examples/plans/${name}.json`, import.meta.url));

const draftOf = (name: string) => JSON.parse(readFileSync(draftFile(name), "utf8")) as Json;

export const examplePlan = (name: string): PlanDocument => sealPlan(nodeHost, draftOf(name));

/** The settlement under another id: as many plans as one likes. */
export function planNumbered(n: number): PlanDocument {
  const draft = draftOf("settlement") as { readonly plan: object };
  return sealPlan(nodeHost, { ...draft, plan: { ...draft.plan, planId: `settlement/${n}` } });
}

export function finished(document: PlanDocument): FinishedRun {
  const run = runPlan(nodeHost, document);
  if (run.status === "finished") return run;
  throw new Error(`bug: the plan is ${run.status}`);
}

/** A signed claim of a plan that finishes; with `changes`, of something else. */
export function planSubmission(
  agent: Agent,
  document: PlanDocument,
  changes: Partial<PlanClaim> = {},
): PlanSubmission {
  const { planHash, initialStateHash, finalStateHash, finalCommitHash } = finished(document);
  const claim: PlanClaim = {
    v: 1,
    kind: "plan",
    agent_id: agent.id,
    public_key: agent.publicKey,
    plan_hash: planHash,
    initial_state_hash: initialStateHash,
    final_state_hash: finalStateHash,
    final_commit_hash: finalCommitHash,
    ...changes,
  };
  return { claim, signature: sign(agent.secretKey, new TextEncoder().encode(claimText(claim))), document };
}
