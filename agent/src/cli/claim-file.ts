// Claim files: what `train` writes, `submit` sends and `verify` replays. docs/formats.md has them with an example.
//
// A file holds a submission, byte for byte what goes over the wire, {"artifact": …, "claim": …, "signature": "…"}, or a
// claim that nobody has signed yet, {"artifact": …, "assertion": {"claimed_reward", "env_config", "env_id", "seed"}}: all
// of a claim that is not the agent's. A file whose name ends in .ndjson holds one of either a line.
import { readFileSync } from "node:fs";
import {
  acceptSubmission,
  canonicalJson,
  type Fault,
  type Json,
  type PlanDocument,
  PolicyLedgerError,
  type PolicySubmission,
  parseJson,
  SUBMISSION_JSON,
  type Submission,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { PlanAssertion } from "../plans/index.ts";
import { type Assertion, submissionText } from "../sdk/index.ts";
import { CliError, EXIT, usage } from "./exit.ts";
import { replaceFile } from "./home.ts";
import { asSent } from "./service.ts";

/** What is claimed of an artifact, before anyone's key and label are on it. */
export interface UnsignedPolicy {
  readonly assertion: Assertion;
  /** The artifact's canonical JSON. */
  readonly artifact: string;
}

/** The same of a plan, which no file holds: it is made by running the plan. */
interface UnsignedPlan {
  readonly assertion: PlanAssertion;
  readonly document: PlanDocument;
}

export type UnsignedClaim = UnsignedPolicy | UnsignedPlan;

export interface FiledClaim {
  /** The file, and the line in a file of many. */
  readonly where: string;
  readonly claim: Submission | UnsignedClaim;
}

export function isSigned(claim: Submission | UnsignedClaim): claim is Submission {
  return "signature" in claim;
}

export function writeClaimFile(file: string, claim: Submission | UnsignedPolicy): void {
  replaceFile(file, `${isSigned(claim) ? submissionText(asSent(claim)) : unsignedText(claim)}\n`);
}

function unsignedText({ artifact, assertion }: UnsignedPolicy): string {
  const { policy_hash: _, ...kept } = assertion;
  return `{"artifact":${artifact},"assertion":${canonicalJson(kept as unknown as Json)}}`;
}

/** Whether a file holds a claim a line. */
export function isMany(file: string): boolean {
  return file.endsWith(".ndjson");
}

/** The claims of a file, one after another: of a long one, not all are in memory parsed. */
export function* readClaimFile(file: string): Generator<FiledClaim, void, undefined> {
  const bytes = contentOf(file);
  if (!isMany(file)) {
    yield { where: file, claim: claimOf(file, bytes) };
    return;
  }
  let found = 0;
  for (let start = 0, line = 1; start < bytes.length; line++) {
    const next = bytes.indexOf(LINE_FEED, start);
    const end = next < 0 ? bytes.length : next;
    const where = `${file}:${line}`;
    const text = bytes.subarray(start, end);
    start = end + 1;
    if (/^\s*$/.test(text.subarray(0, 8).toString())) continue;
    found += 1;
    yield { where, claim: claimOf(where, text) };
  }
  if (found === 0) throw usage(`${file} holds no claim`);
}

const LINE_FEED = 0x0a;

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "it may not be read",
    };
    throw usage(`Cannot read ${file}: ${reasons[code ?? ""] ?? message}`);
  }
}

function claimOf(where: string, bytes: Buffer): Submission | UnsignedPolicy {
  try {
    const value = parseJson(bytes, SUBMISSION_JSON);
    return isUnsigned(value) ? acceptUnsigned(value) : acceptSubmission(value, bytes.length);
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    const { message, faults } = error;
    throw new CliError(EXIT.usage, `${where} is not a claim file: ${message}`, { faults, cause: error });
  }
}

function isUnsigned(value: Json): value is { readonly assertion: Json; readonly artifact: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value) && "assertion" in value;
}

/** Stands where a key and a signature will: the rules of a claim are the core's, for both forms. */
const NOBODY = { agent_id: "nobody", public_key: "0".repeat(64) };
const FIELDS = ["claimed_reward", "env_config", "env_id", "seed"];

function acceptUnsigned(given: { readonly assertion: Json; readonly artifact: Json }): UnsignedPolicy {
  const { assertion, artifact = null, ...more } = given;
  const named = assertion !== null && typeof assertion === "object" ? assertion : {};
  const unknown = [
    ...Object.keys(more).map((key) => `/${key}`),
    ...Object.keys(named)
      .filter((key) => !FIELDS.includes(key))
      .map((key) => `/assertion/${key}`),
  ].map((path) => ({ path, message: "there is no such field in a claim that is not signed yet" }));
  refuse(unknown);
  const policy_hash = nodeHost.sha256(canonicalJson(artifact));
  const claim = { ...named, ...NOBODY, v: 1, kind: "policy", policy_hash };
  try {
    const unsigned = { claim, signature: "0".repeat(128), artifact };
    const accepted = acceptSubmission(unsigned) as PolicySubmission;
    const { claimed_reward, env_config, env_id, seed } = accepted.claim;
    return {
      assertion: { claimed_reward, env_config, env_id, seed, policy_hash },
      artifact: accepted.artifact,
    };
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    refuse(
      error.faults.map(({ path, message }) => ({ path: path.replace(/^\/claim/, "/assertion"), message })),
    );
    throw error;
  }
}

function refuse(faults: readonly Fault[]): void {
  if (faults.length === 0) return;
  const [{ path, message }] = faults as [Fault];
  throw new PolicyLedgerError("invalid_claim", `${path || "all of it"}: ${message}`, faults);
}
