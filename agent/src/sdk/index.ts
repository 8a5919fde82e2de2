// @policyledger/agent: the SDK, for Node and for browsers. Nothing of Firebase is in it.

export type { CallOptions } from "./calls.ts";
export type { WaitOptions } from "./claims.ts";
export { type Client, type ClientOptions, createClient } from "./client.ts";
export { ClientError, type ClientErrorCode } from "./error.ts";
export { generateSigner, type Signer, signerOf, signerOfSecret } from "./keys.ts";
export type { EntryPage } from "./ledger.ts";
export type { BestPolicy } from "./policies.ts";
export {
  type Assertion,
  type Signed,
  type SignedPlan,
  signClaim,
  signTraining,
  submissionText,
} from "./sign.ts";
export type { TrainingNews } from "./trainings.ts";
