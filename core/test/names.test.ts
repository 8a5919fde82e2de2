// What anybody may use, by name: a name that comes or goes is a decision, not an accident.
import { expect, test } from "vitest";
import * as api from "../api/index.ts";
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
      "MultiBinarySpace",
      "MultiDiscreteSpace",
      "PolicyLedgerError",
      "TupleSpace",
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
      "explainPolicy",
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
      "ndArray",
      "optimum",
      "parseArtifact",
      "parseCanonicalJson",
      "parseClaim",
      "parseJson",
      "parseSubmission",
      "parseTrainingConfig",
      "parseWith",
      "policyContent",
      "policyHash",
      "portableHasher",
      "portableHost",
      "prepareEvaluation",
      "presetOf",
      "printable",
      "reachableObservations",
      "readArtifact",
      "readEntry",
      "readingFaults",
      "recorder",
      "resolveConfig",
      "resumeTraining",
      "reusePolicy",
      "runEpisode",
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
      "MAX_CONFIG_BYTES": 2048,
      "MAX_ENTRY_BYTES": 65535,
      "MAX_EPISODE_STEPS": 1000,
      "MAX_FAULTS": 100,
      "MAX_JSON_DEPTH": 32,
      "MAX_RULES": 1000,
      "MAX_SUBMISSION_BYTES": 524288,
      "MAX_TRAINING_STATE_BYTES": 4194304,
      "MAX_WEIGHT": 1000000000000,
    }
  `);
});

test("@policyledger/core/api exports these names and no others", () => {
  expect(namesOf(api)).toMatchInlineSnapshot(`
    [
      "PROBLEMS",
      "accepted",
      "artifact",
      "batchLine",
      "best",
      "bestQuery",
      "claimPath",
      "entry",
      "environment",
      "environments",
      "evaluation",
      "fault",
      "health",
      "indexPath",
      "integrity",
      "job",
      "ledgerHead",
      "ledgerPage",
      "ledgerQuery",
      "marketplace",
      "marketplaceQuery",
      "noParameters",
      "place",
      "policiesQuery",
      "policyPath",
      "problem",
      "trainRequest",
      "trainingJob",
      "trainingPath",
      "trainingPoint",
      "verdict",
      "verifyRequest",
    ]
  `);
});
