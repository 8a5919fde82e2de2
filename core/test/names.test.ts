// What anybody may use, by name: a name that comes or goes is a decision, not an accident.
import { expect, test } from "vitest";
import * as check from "../check/index.ts";
import * as node from "../node/index.ts";
import * as core from "../src/index.ts";

const namesOf = (module: object) => Object.keys(module).sort();

test("@policyledger/core exports these names and no others", () => {
  expect(namesOf(core)).toMatchInlineSnapshot(`
    [
      "BOARD_LENGTH",
      "BoxSpace",
      "ChainAudit",
      "DEFAULT_PRESET",
      "DictSpace",
      "DiscreteSpace",
      "EMPTY_RANKING",
      "GENESIS",
      "HOST_LIMITS",
      "MultiBinarySpace",
      "MultiDiscreteSpace",
      "PolicyLedgerError",
      "TupleSpace",
      "acceptPlanDocument",
      "acceptReceipts",
      "acceptSubmission",
      "actorOf",
      "artifactText",
      "auditChain",
      "behaviourOf",
      "best",
      "boardOf",
      "both",
      "canCast",
      "canonicalJson",
      "chance",
      "checkEntry",
      "checkReceipts",
      "claimId",
      "claimSchema",
      "claimText",
      "codeOf",
      "entryHash",
      "environmentKind",
      "environmentKinds",
      "environmentOf",
      "episodeSeed",
      "evaluate",
      "expectedReturn",
      "foldRanking",
      "follow",
      "headOf",
      "isSignedBy",
      "isStrictPublicKey",
      "isStrictSignature",
      "leafHash",
      "limits",
      "loadPolicy",
      "makeEnvironment",
      "merkleRoot",
      "ndArray",
      "optimum",
      "parseArtifact",
      "parseCanonicalJson",
      "parseClaim",
      "parseJson",
      "parsePlanDocument",
      "parseReceipts",
      "parseSubmission",
      "parseTrainingConfig",
      "parseWith",
      "policyContent",
      "policyHash",
      "portableHost",
      "prepareEvaluation",
      "presetOf",
      "reachableObservations",
      "readArtifact",
      "readEntry",
      "receiptsText",
      "recorder",
      "replayReceipts",
      "resolveConfig",
      "resumeTraining",
      "reusePolicy",
      "runEpisode",
      "runPlan",
      "sealEntry",
      "spaceFromJson",
      "startTraining",
      "stateCountOf",
      "stream",
      "submissionSchema",
      "tabulate",
      "toBillionths",
      "trainingSchema",
      "verifyClaim",
      "verifyStrict",
      "verifyUnsignedClaim",
    ]
  `);
});

test("@policyledger/core/check exports these names and no others", () => {
  expect(namesOf(check)).toMatchInlineSnapshot(`
    [
      "assertEnvironment",
      "assertPolicy",
      "checkEnvironment",
      "checkPolicy",
    ]
  `);
});

test("@policyledger/core/node exports these names and no others", () => {
  expect(namesOf(node)).toMatchInlineSnapshot(`
    [
      "generateKeyPair",
      "nodeHost",
      "publicKeyOf",
      "sign",
    ]
  `);
});

test("@policyledger/core keeps every limit in limits.ts", () => {
  expect(core.limits).toMatchInlineSnapshot(`
    {
      "MAX_ARTIFACT_BYTES": 262144,
      "MAX_CLAIM_BYTES": 8192,
      "MAX_COMPUTED_DIGITS": 10000,
      "MAX_CONFIG_BYTES": 2048,
      "MAX_ENTRY_BYTES": 65535,
      "MAX_EPISODE_STEPS": 1000,
      "MAX_EXPRESSION_DEPTH": 64,
      "MAX_EXPRESSION_NODES": 1000,
      "MAX_FAULTS": 100,
      "MAX_IDENTIFIER_LENGTH": 128,
      "MAX_INTEGER_DIGITS": 309,
      "MAX_JSON_DEPTH": 32,
      "MAX_PLAN_BYTES": 67108864,
      "MAX_PLAN_JSON_DEPTH": 132,
      "MAX_RECEIPTS_BYTES": 134217728,
      "MAX_RULES": 1000,
      "MAX_SUBMISSION_BYTES": 524288,
      "MAX_TRAINING_STATE_BYTES": 4194304,
      "MAX_WEIGHT": 1000000000000,
    }
  `);
});
