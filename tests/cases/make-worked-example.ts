// Writes tests/cases/worked-example.json: one claim from artifact to ledger entry, with every intermediate value, for
// whoever writes a client in another language. docs/formats.md shows the same values.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Artifact,
  artifactText,
  canonicalJson,
  claimId,
  claimText,
  evaluate,
  headOf,
  type JsonObject,
  loadPolicy,
  makeEnvironment,
  type PlanClaim,
  type PolicyClaim,
  planContent,
  planDocumentText,
  policyContent,
  policyHash,
  receiptsText,
  runEpisode,
  runPlan,
  sealEntry,
  sealPlan,
} from "@policyledger/core";
import { nodeHost, publicKeyOf, sign } from "@policyledger/core/node";

/** Watches LOW attacks, limits MEDIUM ones, and blocks HIGH ones. */
const artifact: Artifact = {
  v: 1,
  kind: "rules",
  env_id: "cyber-defense-v1",
  default_action: 1,
  rules: [
    { when: { attack_severity: [2] }, action: 3 },
    { when: { attack_severity: [1], attack_type: [1, 2] }, action: 2 },
  ],
};

export function workedExample() {
  const secret_key = "0101010101010101010101010101010101010101010101010101010101010101";
  const env = makeEnvironment("cyber-defense-v1", { preset: "standard" });
  const policy = loadPolicy(artifact);
  const claim: PolicyClaim = {
    v: 1,
    kind: "policy",
    agent_id: "docs/example",
    public_key: publicKeyOf(secret_key),
    env_id: env.id,
    env_config: { preset: "standard" },
    seed: 42,
    policy_hash: policyHash(nodeHost, artifact),
    claimed_reward: runEpisode(env, policy, 42).reward,
  };
  const signature = sign(secret_key, new TextEncoder().encode(claimText(claim)));
  const claim_id = claimId(nodeHost, claim);
  const evaluation = evaluate(nodeHost, env, policy.behaviour);
  const first = sealEntry(
    nodeHost,
    null,
    policyContent(claim, { claim_id, signature, evaluation }),
    "2026-01-01T00:00:00.000Z",
  );
  const later: PolicyClaim = { ...claim, seed: 43, claimed_reward: runEpisode(env, policy, 43).reward };
  const laterText = claimText(later);
  const second = sealEntry(
    nodeHost,
    headOf(first),
    policyContent(later, {
      claim_id: nodeHost.sha256(laterText),
      signature: sign(secret_key, new TextEncoder().encode(laterText)),
    }),
    "2026-01-01T00:00:01.500Z",
  );
  return {
    secret_key,
    artifact: artifactText(artifact),
    policy_hash: claim.policy_hash,
    claim: claimText(claim),
    claim_id,
    signature,
    entries: [first, second].map(({ text, current_hash }) => ({ text, current_hash })),
    plan: planExample(secret_key),
  };
}

/** The draft of docs/nk2.md, claimed, as the first entry of a ledger. */
function planExample(secret_key: string) {
  const document = sealPlan(nodeHost, DRAFT);
  const run = runPlan(nodeHost, document);
  if (run.status !== "finished") throw new Error("bug: the example does not finish");
  const claim: PlanClaim = {
    v: 1,
    kind: "plan",
    agent_id: "docs/example",
    public_key: publicKeyOf(secret_key),
    plan_hash: run.planHash,
    initial_state_hash: run.initialStateHash,
    final_state_hash: run.finalStateHash,
    final_commit_hash: run.finalCommitHash,
  };
  const claim_id = claimId(nodeHost, claim);
  const signature = sign(secret_key, new TextEncoder().encode(claimText(claim)));
  const { commits, totalOpsCommitted: ops } = run.statistics;
  const content = planContent(claim, { claim_id, signature, commits, ops });
  const { text, current_hash } = sealEntry(nodeHost, null, content, "2026-01-01T00:00:00.000Z");
  return {
    draft: canonicalJson(DRAFT),
    document: planDocumentText(nodeHost, document),
    receipts: receiptsText(run.receipts),
    claim: claimText(claim),
    claim_id,
    signature,
    entry: { text, current_hash },
  };
}

/** Two ops that add to one field: the second waits for the first. */
const DRAFT: JsonObject = {
  v: 1,
  plan: {
    planId: "docs/example",
    maxParallelWidth: 2,
    ops: [
      { opId: "a", kernel: "add", bind: { slots: { to: "x" }, params: { n: "2" } }, deltaBound: "5" },
      { opId: "b", kernel: "add", bind: { slots: { to: "x" }, params: { n: "3" } }, deltaBound: "5" },
    ],
  },
  initialState: { x: "1" },
  kernels: { add: { params: ["n"], writes: { to: { add: [{ get: "to" }, { param: "n" }] } } } },
  policyBundle: {
    bundleId: "docs/policy",
    maxParallelWidth: 2,
    resourceCaps: {
      maxBigintBits: 64,
      maxMatrixAccumTerms: 1,
      maxFieldsTouchedPerOp: 2,
      maxVEvalCost: 0,
      maxBatchSize: null,
      maxEpsilon: null,
    },
  },
};

/** The file as it is committed. */
export function workedExampleFile(): string {
  return `${JSON.stringify(workedExample(), null, 2)}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("./worked-example.json", import.meta.url), workedExampleFile());
}
