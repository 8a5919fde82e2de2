// Every exported function that takes foreign data, handed what is no such thing: it throws the project's own error
// with a stable code, or gives the verdict that its page says. Never the engine's TypeError.
import { describe, expect, test } from "vitest";
import { complete } from "../../tests/golden/nk2-draft.ts";
import * as core from "../src/index.ts";
import { refusal } from "./refusal.ts";
import { ALICE, contents, host, seal, submissionOf } from "./samples.ts";

const NOTHING: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["undefined", undefined],
  ["a number", 7],
  ["a text", "x"],
  ["true", true],
  ["a bigint", 1n],
  ["a symbol", Symbol("x")],
  ["a function", () => 1],
  ["a list", []],
  ["an empty object", {}],
];

const monitor: core.Artifact = {
  v: 1,
  kind: "rules",
  env_id: "cyber-defense-v1",
  default_action: 1,
  rules: [],
};
const submission = submissionOf(monitor, { agent: ALICE });
const [sealed] = seal(contents().slice(0, 1));
const found = { claim_id: core.claimId(host, submission.claim), signature: submission.signature };
const entry = seal([core.policyContent(submission.claim, found)])[0]!.entry as core.PolicyEntry;
const env = core.makeEnvironment("cyber-defense-v1");
const bytes = new Uint8Array(64);
const kind = core.environmentKind("cyber-defense-v1");

const plan = core.acceptPlanDocument(complete({ kernels: {}, ops: {} }));

/** Each calls one function with one foreign value, everything else being sound. */
const ENTRANCES: Readonly<Record<string, (x: never) => unknown>> = {
  actorOf: (x) => core.actorOf(x, env.observations, { explore: false }),
  "actorOf, observations": (x) => core.actorOf(core.loadPolicy(monitor), x, { explore: false }).act(0),
  artifactText: (x) => core.artifactText(x),
  "auditChain, texts": (x) => core.auditChain(host, x),
  "auditChain, one text": (x) => core.auditChain(host, [x]),
  "auditChain, from": (x) => core.auditChain(host, [], { from: x }),
  "auditChain, expected": (x) => core.auditChain(host, [], { expected: x }),
  "auditChain, expected head": (x) => core.auditChain(host, [], { expected: { size: 0, head: x } }),
  "ChainAudit, options": (x) => new core.ChainAudit(host, x),
  "ChainAudit.add": (x) => new core.ChainAudit(host).add(x),
  acceptPlanDocument: (x) => core.acceptPlanDocument(x),
  acceptReceipts: (x) => core.acceptReceipts(x),
  acceptSubmission: (x) => core.acceptSubmission(x),
  behaviourOf: (x) => core.behaviourOf(x),
  boardOf: (x) => core.boardOf(x),
  best: (x) => core.best(x, "cyber-defense-v1", "standard"),
  "BoxSpace, options": (x) => new core.BoxSpace(0, 1, x),
  canCast: (x) => core.canCast(x, "int8"),
  canonicalJson: (x) => core.canonicalJson(x),
  checkEntry: (x) => core.checkEntry(host, null, x),
  "checkEntry, head": (x) => core.checkEntry(host, x, sealed!.text),
  "checkReceipts, document": (x) => core.checkReceipts(host, x, { genesis: "", commits: [] }),
  "checkReceipts, chain": (x) => core.checkReceipts(host, plan, x),
  "checkReceipts, options": (x) => core.checkReceipts(host, plan, core.runPlan(host, plan) as never, x),
  claimId: (x) => core.claimId(host, x),
  claimText: (x) => core.claimText(x),
  codeOf: (x) => core.codeOf(kind, x),
  entryHash: (x) => core.entryHash(host, x),
  environmentKind: (x) => core.environmentKind(x),
  environmentOf: (x) => core.environmentOf(x, {} as never),
  evaluate: (x) => core.evaluate(host, env, x),
  "foldRanking, ranking": (x) => core.foldRanking(x, []),
  "foldRanking, entries": (x) => core.foldRanking(core.EMPTY_RANKING, x),
  "foldRanking, one entry": (x) => core.foldRanking(core.EMPTY_RANKING, [x]),
  follow: (x) => core.follow(core.tabulate(env.model()), x),
  headOf: (x) => core.headOf(x),
  "headOf, entry": (x) => core.headOf({ ...sealed!, entry: x }),
  isStrictPublicKey: (x) => core.isStrictPublicKey(x),
  isStrictSignature: (x) => core.isStrictSignature(x),
  leafHash: (x) => core.leafHash(host, x),
  loadPolicy: (x) => core.loadPolicy(x),
  "loadPolicy, options": (x) => core.loadPolicy(monitor, x),
  "loadPolicy.selectAction": (x) => core.loadPolicy(monitor).selectAction(x),
  "makeEnvironment, id": (x) => core.makeEnvironment(x),
  "makeEnvironment, config": (x) => core.makeEnvironment("cyber-defense-v1", x),
  "MultiDiscreteSpace, options": (x) => new core.MultiDiscreteSpace([2], x),
  "ndArray, values": (x) => core.ndArray("int8", [1], x),
  parseArtifact: (x) => core.parseArtifact(x),
  parseCanonicalJson: (x) => core.parseCanonicalJson(x, { maxBytes: 9 }),
  parseClaim: (x) => core.parseClaim(x),
  parseJson: (x) => core.parseJson(x, { maxBytes: 9 }),
  merkleRoot: (x) => core.merkleRoot(host, x),
  parsePlanDocument: (x) => core.parsePlanDocument(x),
  parseReceipts: (x) => core.parseReceipts(x),
  receiptsText: (x) => core.receiptsText(x),
  "replayReceipts, document": (x) => core.replayReceipts(host, x, { genesis: "0".repeat(64), commits: [] }),
  "replayReceipts, chain": (x) => core.replayReceipts(host, plan, x),
  runPlan: (x) => core.runPlan(host, x),
  "runPlan, options": (x) => core.runPlan(host, plan, x),
  parseSubmission: (x) => core.parseSubmission(x),
  policyContent: (x) => core.policyContent(x, { claim_id: "", signature: "" }),
  "policyContent, found": (x) => core.policyContent(submission.claim, x),
  policyHash: (x) => core.policyHash(host, x),
  presetOf: (x) => core.presetOf(kind, x),
  readArtifact: (x) => core.readArtifact(x),
  readEntry: (x) => core.readEntry(x),
  resolveConfig: (x) => core.resolveConfig(kind, x),
  resumeTraining: (x) => core.resumeTraining(x),
  "reusePolicy, entry": (x) => core.reusePolicy(host, x, submission.artifact),
  "reusePolicy, artifact": (x) => core.reusePolicy(host, entry, x),
  "reusePolicy, env_config": (x) => core.reusePolicy(host, { ...entry, env_config: x }, submission.artifact),
  "reusePolicy, evaluation": (x) => core.reusePolicy(host, { ...entry, evaluation: x }, submission.artifact),
  "reusePolicy, seed": (x) => core.reusePolicy(host, { ...entry, seed: x }, submission.artifact),
  "reusePolicy, index": (x) => core.reusePolicy(host, { ...entry, index: x }, `${submission.artifact} `),
  "sealEntry, head": (x) => core.sealEntry(host, x, contents()[0]!, "2026-01-01T00:00:00.000Z"),
  "sealEntry, content": (x) => core.sealEntry(host, null, x, "2026-01-01T00:00:00.000Z"),
  "sealEntry, now": (x) => core.sealEntry(host, null, contents()[0]!, x),
  "runEpisode, seed": (x) => core.runEpisode(env, core.loadPolicy(monitor), x),
  spaceFromJson: (x) => core.spaceFromJson(x),
  startTraining: (x) => core.startTraining(x),
  "startTraining, from": (x) =>
    core.startTraining({ algorithm: "q-learning", env_id: "cyber-defense-v1", seed: 1 }, x),
  verifyClaim: (x) => core.verifyClaim(host, x),
  "verifyClaim, claim": (x) => core.verifyClaim(host, { ...submission, claim: x }),
  "verifyClaim, artifact": (x) => core.verifyClaim(host, { ...submission, artifact: x }),
  "verifyClaim, signature": (x) => core.verifyClaim(host, { ...submission, signature: x }),
  verifyStrict: (x) => core.verifyStrict(host, x, bytes, bytes),
  "verifyStrict, signature": (x) => core.verifyStrict(host, bytes.subarray(32), bytes, x),
  verifyUnsignedClaim: (x) => core.verifyUnsignedClaim(host, x),
};

describe.each(Object.entries(ENTRANCES))("%s", (_, enter) => {
  test.each(NOTHING)("answers, or throws a PolicyLedgerError, for %s", (_, value) => {
    try {
      enter(value as never);
    } catch (error) {
      expect(error).toBeInstanceOf(core.PolicyLedgerError);
    }
  });
});

describe("what is no submission, entry or artifact", () => {
  test.each(NOTHING)("is refused under one code: %s", (_, value) => {
    const codes = [
      () => core.verifyClaim(host, value as never),
      () => core.verifyUnsignedClaim(host, value as never),
      () => core.reusePolicy(host, value as never, submission.artifact),
      () => core.reusePolicy(host, entry, value as never),
      () => core.startTraining(value as never),
      () => core.foldRanking(value as never, []),
      () => core.foldRanking(core.EMPTY_RANKING, [value as never]),
      () => core.environmentOf(value as never, {} as never),
      () => core.headOf(value as never),
    ].map((run) => refusal(run).code);
    expect(codes).toEqual([
      "invalid_claim",
      "invalid_claim",
      "policy_refused",
      "policy_refused",
      "invalid_training",
      "invalid_ranking",
      "invalid_ranking",
      "invalid_environment",
      "invalid_entry",
    ]);
  });

  test.each(NOTHING.slice(0, 8))("tabulate refuses %s", (_, value) => {
    expect(refusal(() => core.tabulate(value as never)).code).toBe("invalid_environment");
  });
});
