// Which policy is to be shown: of a board, an entry, a hash or a file; and in which environment it is looked at.
import { readFileSync } from "node:fs";
import {
  type Artifact,
  artifactText,
  DEFAULT_PRESET,
  type Environment,
  environmentKind,
  type JsonObject,
  makeEnvironment,
  PolicyLedgerError,
  parseArtifact,
  parseJson,
  policyHash,
  readArtifact,
  type Sealed,
  SUBMISSION_JSON,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { requireBestOfBoard } from "../board/places.ts";
import { boardMeant, presetNamed, queryOf } from "../board/wanted.ts";
import { readClaimFile } from "../claim-file.ts";
import type { Call } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { requirePolicy, type SealedPolicy } from "../reuse/choose.ts";

export interface Meant {
  readonly artifact: Artifact;
  readonly bytes: number;
  readonly policy_hash: string;
  readonly env: Environment;
  /** Where it came from; of a recorded one the entry. */
  readonly file: string | null;
  readonly entry: SealedPolicy | null;
}

/** `recordedAs` is the entry that --entry names. */
export async function policyMeant(call: Call, recordedAs: Sealed | null): Promise<Meant> {
  const { args, given } = call;
  const [named] = args;
  const index = given.integer("entry", { min: 0 });
  if (named !== undefined && index !== undefined) throw usage("a policy or --entry, not both");
  if (named !== undefined || index !== undefined) {
    if (given.text("env") !== undefined || given.text("by") !== undefined) {
      throw usage("--env and --by are for the best policy of a board, this one was named");
    }
  }
  if (recordedAs !== null) return policyOfEntry(call, recordedAs);
  if (named === undefined) return ofBoard(call);
  const isHash = /^[0-9a-f]{64}$/.test(named);
  const text = isHash ? await call.client().policy(named, { signal: call.signal }) : null;
  const artifact = text === null ? artifactIn(named) : readArtifact(text);
  return { ...shown(artifact, call, { preset: DEFAULT_PRESET }), file: isHash ? null : named, entry: null };
}

export async function policyOfEntry(call: Call, sealed: Sealed): Promise<Meant> {
  return recorded(call, requirePolicy(sealed));
}

async function ofBoard(call: Call): Promise<Meant> {
  const wanted = boardMeant(call.given);
  const found = await call.client().best(queryOf(wanted), { signal: call.signal });
  requireBestOfBoard(found, wanted);
  const { entry } = found.entry;
  if (entry.kind !== "policy") throw new Error("bug: a plan is on no board");
  return recorded(call, { ...found.entry, entry });
}

async function recorded(call: Call, sealed: SealedPolicy): Promise<Meant> {
  const { policy_hash, env_config, env_id, index } = sealed.entry;
  const artifact = readArtifact(await call.client().policy(policy_hash, { signal: call.signal }));
  if (artifact.env_id !== env_id) {
    throw new CliError(EXIT.broken, `entry ${index} is of ${env_id}, its policy is for ${artifact.env_id}`);
  }
  return { ...shown(artifact, call, env_config), file: null, entry: sealed };
}

function shown(artifact: Artifact, { given }: Call, config: JsonObject) {
  const kind = environmentKind(artifact.env_id);
  const preset = given.text("preset");
  const env = makeEnvironment(kind.id, preset === undefined ? config : { preset: presetNamed(kind, preset) });
  const bytes = Buffer.byteLength(artifactText(artifact));
  return { artifact, bytes, policy_hash: policyHash(nodeHost, artifact), env };
}

/** An artifact, or the one of a claim. */
function artifactIn(file: string): Artifact {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw usage(
      `Cannot read ${file}: ${code === "ENOENT" ? "there is no such file, and it is no hash of 64 hex digits" : message}`,
    );
  }
  try {
    const value = parseJson(bytes, SUBMISSION_JSON);
    const isClaim =
      value !== null && typeof value === "object" && !Array.isArray(value) && "artifact" in value;
    if (!isClaim) return parseArtifact(value);
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    const { message, faults } = error;
    throw new CliError(EXIT.usage, `${file} holds no policy: ${message}`, { faults, cause: error });
  }
  for (const { claim } of readClaimFile(file)) if ("artifact" in claim) return readArtifact(claim.artifact);
  throw usage(`${file} holds no claim`);
}
