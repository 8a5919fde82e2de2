// `npm run smoke -- URL`: the life of one claim on a running service, as a stranger sees it from outside. It leaves one
// entry in the ledger, under a label and a key of its own. Exit code 1 where a step does not hold.
import { randomInt } from "node:crypto";
import {
  type Artifact,
  auditChain,
  canonicalJson,
  entryHash,
  type Json,
  type PolicyEntry,
  reusePolicy,
  type TrainingOptions,
} from "@policyledger/core";
import { generateKeyPair, nodeHost } from "@policyledger/core/node";
import { bodyOf, submissionOf } from "./agents.ts";
import { green, red } from "./terminal.ts";
import { until } from "./until.ts";

/** The local stack's address; a deployed one is named. */
const base = (process.argv[2] ?? "http://127.0.0.1:5000").replace(/\/+$/, "");
const api = `${base}/api/v1`;

const ENVIRONMENT: TrainingOptions = { env_id: "cyber-defense-v1", algorithm: "q-learning", seed: 1 };
const ACTIONS = 5;
/** Entries before ours that the chain is checked over. */
const LAST = 5;
/** A first deployment starts every function cold, and what a message did not bring the sweep brings a minute later. */
const PATIENCE = { within: 180_000, every: 250 };
const REQUEST_MS = 30_000;

interface Health {
  readonly status: string;
  readonly version: string;
  readonly entries: number;
}

interface Job {
  readonly claim_id: string;
  readonly state: string;
  readonly message?: string;
  readonly index?: number;
  readonly current_hash?: string;
}

type StoredEntry = PolicyEntry & { readonly current_hash: string };

let step = "";
try {
  await life();
} catch (error) {
  console.log(`${red("✗")} ${step.padEnd(9)} ${told(error)}`);
  process.exit(1);
}

async function life(): Promise<void> {
  begin("health");
  const health = (await (await ask("/health")).json()) as Health;
  ensure(health.status === "ok", `the service says that it is ${health.status}`);
  done(`${base} runs version ${health.version} with ${health.entries} entries`);

  begin("submit");
  const key = generateKeyPair();
  const agent = { id: `smoke/${key.publicKey.slice(0, 16)}`, ...key };
  const submission = submissionOf(agent, somePolicy(), ENVIRONMENT, randomInt(2 ** 32));
  const { claim_id } = (await (await ask("/claims", bodyOf(submission))).json()) as Job;
  const submitted = performance.now();
  done(`claim ${claim_id} of ${agent.id}`);

  begin("record");
  const job = await until(
    "the claim is recorded",
    async () => {
      const found = (await (await ask(`/claims/${claim_id}`)).json()) as Job;
      ensure(found.state !== "INVALID" && found.state !== "FAILED", `it is ${found.state}: ${found.message}`);
      return found.state === "RECORDED" ? found : null;
    },
    PATIENCE,
  );
  const seconds = ((performance.now() - submitted) / 1_000).toFixed(1);
  done(`entry ${job.index} after ${seconds} s`);

  begin("entry");
  const stored = (await (await ask(`/ledger/${job.index}`)).json()) as StoredEntry;
  const text = textOf(stored);
  ensure(entryHash(nodeHost, text) === job.current_hash, "it does not have the hash that the job names");
  ensure(
    stored.claim_id === claim_id && stored.signature === submission.signature,
    "it is not what was submitted",
  );
  done(`hashes to ${job.current_hash}, and is signed as it was submitted`);

  begin("chain");
  const page = await ask(`/ledger?order=newest&from=${job.index}&limit=${LAST + 1}`);
  const { entries } = (await page.json()) as { readonly entries: readonly StoredEntry[] };
  const [first, ...rest] = [...entries].reverse();
  // What stands before the first of them is not looked at: it is taken as it is, and the others must follow it.
  const whole = first!.index === 0;
  const report = auditChain(
    nodeHost,
    (whole ? [first!, ...rest] : rest).map(textOf),
    whole ? { signatures: true } : { signatures: true, from: headOf(first!) },
  );
  ensure(report.fault === null, report.summary);
  ensure(report.head === job.current_hash, `it ends in ${report.head}, not in our entry`);
  done(`${entries.length} entries up to ours follow one another`);

  begin("rank");
  await until(
    "the ranking has come to the entry",
    async () => {
      const found = (await (await ask("/ledger/integrity")).json()) as { ok: boolean; audited_size: number };
      ensure(found.ok, "the service has found a fault in its ledger: see /api/v1/ledger/integrity");
      return found.audited_size > job.index! ? found : null;
    },
    PATIENCE,
  );
  done("the service has audited and ranked it too");

  begin("reuse");
  const policy = await (await ask(`/policies/${stored.policy_hash}`)).text();
  const { current_hash: _, ...entry } = stored;
  const { reward } = reusePolicy(nodeHost, entry, policy).run(entry.seed);
  done(`the policy has its hash, and earns the recorded ${reward / 10} points again`);
}

/** Mostly a new one, so that its artifact has to be stored as well. */
function somePolicy(): Artifact {
  const rules = [0, 1, 2].flatMap((severity) =>
    [0, 1, 2].map((type) => ({
      when: { attack_severity: [severity], attack_type: [type] },
      action: randomInt(ACTIONS),
    })),
  );
  return { v: 1, kind: "rules", env_id: ENVIRONMENT.env_id, default_action: 1, rules };
}

function textOf({ current_hash: _, ...entry }: StoredEntry): string {
  return canonicalJson(entry as unknown as Json);
}

function headOf({ index, current_hash, timestamp }: StoredEntry) {
  return { index, current_hash, timestamp };
}

/** With a body it is a POST; what is not answered as hoped for ends the step. */
async function ask(path: string, body?: string): Promise<Response> {
  const response = await fetch(api + path, {
    signal: AbortSignal.timeout(REQUEST_MS),
    ...(body !== undefined && { method: "POST", body, headers: { "content-type": "application/json" } }),
  });
  if (response.ok) return response;
  const start = (await response.text()).slice(0, 300);
  throw new Error(`${response.url} answers ${response.status}: ${start}`);
}

function ensure(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function begin(name: string): void {
  step = name;
}

function done(what: string): void {
  console.log(`${green("✓")} ${step.padEnd(9)} ${what}`);
}

/** A request that failed on its way says why only in its cause. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
