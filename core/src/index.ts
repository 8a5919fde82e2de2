// @policyledger/core: all that anybody may use, by name.

export {
  type AuditOptions,
  type AuditReport,
  auditChain,
  ChainAudit,
  type ChainFault,
  type ChainFaultCode,
  checkEntry,
} from "./chain.ts";
export {
  type Claim,
  claimId,
  claimSchema,
  claimText,
  isSignedBy,
  type PlanClaim,
  type PolicyClaim,
  parseClaim,
  planClaimSchema,
  policyClaimSchema,
} from "./claim.ts";
export { isStrictPublicKey, isStrictSignature, verifyStrict } from "./ed25519.ts";
export {
  claimOfEntry,
  type Entry,
  type EntryContent,
  entryHash,
  GENESIS,
  type Head,
  headOf,
  type PlanEntry,
  type PolicyEntry,
  planContent,
  policyContent,
  readEntry,
  type Sealed,
  sealEntry,
} from "./entry.ts";
export { both, chance } from "./environments/chance.ts";
export type {
  Chance,
  Environment,
  Model,
  Observation,
  Outcome,
  Reset,
  Step,
} from "./environments/environment.ts";
export { environmentOf } from "./environments/finite.ts";
export { codeOf, type EnvironmentKind, type Field, stateCountOf } from "./environments/kind.ts";
export {
  DEFAULT_PRESET,
  environmentKind,
  environmentKinds,
  makeEnvironment,
  presetOf,
  resolveConfig,
} from "./environments/registry.ts";
export { type Actor, type Episode, type Observer, runEpisode } from "./episode.ts";
export { type ErrorCode, type Fault, PolicyLedgerError, printable } from "./error.ts";
export { type Dynamics, tabulate } from "./evaluation/dynamics.ts";
export {
  type Evaluation,
  evaluate,
  keepPrepared,
  type Prepared,
  prepareEvaluation,
} from "./evaluation/evaluate.ts";
export { expectedReturn, follow, reachableObservations } from "./evaluation/expected.ts";
export { type Optimum, optimum } from "./evaluation/optimum.ts";
export { type Rational, toBillionths } from "./evaluation/rational.ts";
export {
  type Bin,
  binsOf,
  expectedBestOf,
  type Figures,
  figuresOf,
  returnsOverSeeds,
  type Seeds,
  type Standing,
  standingOf,
} from "./evaluation/returns.ts";
export { leafHash } from "./hash.ts";
export { type Hasher, type Host, portableHasher, portableHost } from "./host.ts";
export {
  canonicalJson,
  type Json,
  type JsonLimits,
  type JsonObject,
  parseCanonicalJson,
  parseJson,
} from "./json.ts";
export * as limits from "./limits.ts";
export { appendToTiles, type TileData, type TileSource, tilesToAppend } from "./log/append.ts";
export { checkEntries, formatBundle, parseBundle } from "./log/bundle.ts";
export {
  type Checkpoint,
  formatCheckpoint,
  type OpenedCheckpoint,
  openCheckpoint,
  parseCheckpoint,
} from "./log/checkpoint.ts";
export { cosignedBytes } from "./log/cosignature.ts";
export { hashAt, leafHashOf, nodeHash, putHash } from "./log/hashes.ts";
export {
  formatVerifierKey,
  type KeyType,
  parseVerifierKey,
  type VerifierKey,
  verifierKey,
} from "./log/key.ts";
export {
  formatNote,
  formatSignatureLines,
  type Note,
  type NoteSignature,
  openNote,
  parseNote,
  parseSignatureLines,
  type Signed,
} from "./log/note.ts";
export {
  formatProofFile,
  type ProofFile,
  type Proven,
  parseProofFile,
  verifyProofFile,
} from "./log/proof-file.ts";
export {
  type Consistency,
  checkConsistency,
  checkInclusion,
  type Inclusion,
  nodesOfConsistency,
  nodesOfInclusion,
  proveConsistency,
  proveInclusion,
} from "./log/proofs.ts";
export {
  checkQuorum,
  formatQuorum,
  keysOfQuorum,
  parseQuorum,
  type Quorum,
  type Rule,
} from "./log/quorum.ts";
export {
  type Continuation,
  checkEvidence,
  continueFrom,
  type Evidence,
  formatEvidence,
  type Link,
  parseEvidence,
} from "./log/remembered.ts";
export { cosign, type NoteSigner, signCheckpoint, signNote, withSignatures } from "./log/sign.ts";
export { treeFromTiles, verifiedTiles } from "./log/tile-reader.ts";
export {
  type Bundle,
  formatBundlePath,
  formatTilePath,
  newBundles,
  newTiles,
  parseBundlePath,
  parseTilePath,
  TILE_WIDTH,
  type Tile,
  tileAt,
  tilesFor,
} from "./log/tiles.ts";
export {
  EMPTY_TREE,
  growTree,
  type HashReader,
  merkleRoot,
  readTree,
  rootOf,
  type Tree,
  type TreeNode,
} from "./log/tree.ts";
export {
  type AddCheckpoint,
  decideAddCheckpoint,
  formatAddCheckpoint,
  originOf,
  parseAddCheckpoint,
  type WitnessAnswer,
} from "./log/witness.ts";
export { checkPlan, type PlanCheck } from "./nk2/check-plan.ts";
export { type CheckOptions, checkReceipts } from "./nk2/check-receipts.ts";
export type { CapCode, FailureCode, PlanCode, TerminalCode } from "./nk2/codes.ts";
export { acceptPlanDocument, type PlanDocument, parsePlanDocument } from "./nk2/document.ts";
export { planDocumentText } from "./nk2/document-text.ts";
export type { Expression, Operator } from "./nk2/expression.ts";
export { CLAIM_LIMITS, HOST_LIMITS, type HostLimits } from "./nk2/host-limits.ts";
export type { Kernel } from "./nk2/kernel.ts";
export type { CurvatureMatrix } from "./nk2/matrix.ts";
export type { PlanEvent, PlanObserver, Transform } from "./nk2/observe.ts";
export type { OpSpec } from "./nk2/op.ts";
export type { Edge, ExecPlan } from "./nk2/plan.ts";
export type { Contract, PolicyBundle, ResourceCaps } from "./nk2/policy.ts";
export { acceptReceipts, parseReceipts, receiptsText } from "./nk2/receipt-file.ts";
export type { ReceiptFault, ReceiptFaultCode, ReceiptReport } from "./nk2/receipt-report.ts";
export type { Commit, CommitReceipt, LocalReceipt, ReceiptChain } from "./nk2/receipts.ts";
export { replayReceipts } from "./nk2/replay-receipts.ts";
export {
  type FinishedRun,
  type HaltedRun,
  type PlanRun,
  type RefusedRun,
  type RunOptions,
  runPlan,
  type Statistics,
} from "./nk2/run.ts";
export { sealPlan } from "./nk2/seal.ts";
export type { State } from "./nk2/state.ts";
export type { PlanFault } from "./nk2/validate.ts";
export {
  type ActionTableArtifact,
  type Artifact,
  artifactText,
  type LinearArtifact,
  parseArtifact,
  policyHash,
  type QTableArtifact,
  type RandomArtifact,
  type RulesArtifact,
  readArtifact,
} from "./policies/artifact.ts";
export { type Behaviour, behaviourOf } from "./policies/behaviour.ts";
export {
  type ActionShare,
  type Explanation,
  explainPolicy,
  observationOf,
  type Situation,
} from "./policies/explain.ts";
export type { Decision } from "./policies/explain-decision.ts";
export type { Feature } from "./policies/explain-features.ts";
export type { ListedRule, RuleList } from "./policies/explain-rules.ts";
export { actorOf, type LoadedPolicy, loadPolicy } from "./policies/load.ts";
export type { Policy } from "./policies/policy.ts";
export { episodeSeed, type Random, stream } from "./random.ts";
export {
  BOARD_LENGTH,
  type Board,
  best,
  boardOf,
  EMPTY_RANKING,
  foldRanking,
  type Place,
  type RankedBy,
  type Ranking,
} from "./ranking.ts";
export { policyOfEntries, type Reusable, reusePolicy } from "./reuse.ts";
export { parseWith, readingFaults } from "./schema.ts";
export * from "./spaces/index.ts";
export {
  acceptSubmission,
  type PlanSubmission,
  type PolicySubmission,
  parseSubmission,
  planSubmissionSchema,
  policySubmissionSchema,
  SUBMISSION_JSON,
  type Submission,
  submissionSchema,
} from "./submission.ts";
export {
  parseTrainingConfig,
  type TrainingConfig,
  type TrainingOptions,
  trainingSchema,
} from "./training/config.ts";
export { suggestedLearning } from "./training/suggested.ts";
export {
  type Progress,
  resumeTraining,
  startTraining,
  type Training,
  type Watch,
} from "./training/training.ts";
export { type RecordedStep, type Recorder, recorder } from "./trajectory.ts";
export {
  type Invalid,
  type PolicyVerdict,
  type ValidPlan,
  type ValidPolicy,
  type Verdict,
  verifyClaim,
  verifyUnsignedClaim,
} from "./verify.ts";
