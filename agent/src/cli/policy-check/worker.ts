// A thread that loads a policy and proves the contract's properties: it is somebody's own code, which may never return.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import {
  type Artifact,
  limits,
  loadPolicy,
  makeEnvironment,
  type Policy,
  PolicyLedgerError,
  parseArtifact,
  parseJson,
} from "@policyledger/core";
import { checkPolicy, type Report } from "@policyledger/core/check";
import { brokenBy } from "./broken-by.ts";
import { writeCall } from "./last-call.ts";

export interface CheckTask {
  readonly file: string;
  readonly env_id: string | null;
  readonly runs: number;
  readonly seed: number;
  /** Where each call stands before it is made; null where nobody asks. Writing it down costs time. */
  readonly lastCall: SharedArrayBuffer | null;
}

export type Checked =
  | { readonly report: Report; readonly env_id: string | null }
  /** What it was told to check cannot be loaded. */
  | { readonly refused: string };

type Make = () => Policy<never, unknown>;

async function checked({ file, env_id, runs, seed, lastCall }: CheckTask): Promise<Checked> {
  if (lastCall !== null) writeCall(lastCall, "loading the module");
  const loading = file.endsWith(".json") ? fromArtifact(file, env_id) : fromModule(file, env_id);
  const { make, env } = await loading.catch((error: unknown) => {
    throw new Refused(reasonOf(error));
  });
  try {
    const tried = lastCall === null ? make : traced(make, lastCall);
    return { report: checkPolicy(tried, env.observationSpace, { runs, seed }), env_id: env.id };
  } catch (error) {
    // What the check relies on, after it has looked for its shape.
    const message = `reading the policy's action space threw ${said(error)}`;
    const fix =
      "Take the action space that the module is given, or make one of @policyledger/core's; a copy has not its private parts";
    return { report: brokenBy("space_answers", message, fix), env_id: env.id };
  }
}

async function fromArtifact(file: string, wanted: string | null) {
  const artifact: Artifact = parseArtifact(
    parseJson(readFileSync(file), { maxBytes: limits.MAX_ARTIFACT_BYTES }),
  );
  if (wanted !== null && wanted !== artifact.env_id)
    throw new Refused(`the artifact is for ${artifact.env_id}`);
  const make: Make = () => loadPolicy(artifact) as Policy<never, unknown>;
  return { make, env: makeEnvironment(artifact.env_id) };
}

async function fromModule(file: string, env_id: string | null) {
  const env = makeEnvironment(env_id ?? "cyber-defense-v1");
  const { default: given } = (await import(pathToFileURL(file).href)) as { default?: unknown };
  const { actionSpace, observationSpace } = env;
  const told = { env_id: env.id, actionSpace, observationSpace };
  if (typeof given !== "function") {
    throw new Refused(
      "it has no default export that makes a policy: export default ({ actionSpace }) => ({ … })",
    );
  }
  const isClass = /^class\b/.test(Function.prototype.toString.call(given));
  const make: Make = isClass
    ? () => new (given as new (options: typeof told) => Policy<never, unknown>)(told)
    : () => (given as (options: typeof told) => Policy<never, unknown>)(told);
  return { make, env };
}

/** The same policies, whose calls are written down before they are made. */
function traced(make: Make, lastCall: SharedArrayBuffer): Make {
  return () => {
    writeCall(lastCall, "making a policy");
    const policy = make();
    const calling = (name: "reset" | "selectAction") => ({
      value: (...args: readonly unknown[]) => {
        writeCall(lastCall, `${name}(${args.map(spaced).join(", ")})`);
        return (policy[name] as (...args: readonly unknown[]) => unknown)(...args);
      },
    });
    return Object.create(policy, {
      actionSpace: { get: () => policy.actionSpace },
      reset: calling("reset"),
      selectAction: calling("selectAction"),
    });
  };
}

/** JSON with spaces, where lines may break. */
function spaced(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
}

class Refused extends Error {}

/** Node says by these what it cannot load. */
function reasonOf(error: unknown): string {
  if (error instanceof Refused || error instanceof PolicyLedgerError) return error.message;
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
    return `Node ${process.versions.node} does not load such files: for TypeScript use Node 22.18 or later, or compile it to JavaScript`;
  }
  if (code === "ERR_MODULE_NOT_FOUND" || code === "ENOENT") return message;
  return `loading it ended in ${said(error)}`;
}

/** Anything can be thrown. */
function said(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : `a throw of ${String(error)}`;
}

const answer = await checked(workerData as CheckTask).catch((error: unknown): Checked => {
  if (error instanceof Refused) return { refused: error.message };
  throw error;
});
parentPort!.postMessage(answer);
