// Writes the case files of NK-2 for whoever ports it: plans that are refused (refused.json), run (examples.json, failures.json,
// caps.json), and documents that are no plans (malformed.json). What is expected stands in drafts.ts, details.ts, cap-order.ts, refusals.ts and malformed.ts, as literals;
// only hashes are computed. nk2-cases.test.ts holds the code, and the naive model, to them.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { acceptPlanDocument, type Json, runPlan } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { complete } from "../../golden/nk2-draft.ts";
import { capOrder } from "./cap-order.ts";
import { details } from "./details.ts";
import { caps, examples, failures, type RunCase } from "./drafts.ts";
import { malformed, whole } from "./malformed.ts";
import { readable } from "./readable.ts";
import { refusals } from "./refusals.ts";

function runCase({ name, about, draft, expected }: RunCase): Json {
  const document = complete(draft, nodeHost);
  const run = runPlan(nodeHost, acceptPlanDocument(document));
  if (run.status === "refused") throw new Error(`${name}: ${JSON.stringify(run.faults)}`);
  const hashes = {
    plan_hash: run.planHash,
    initial_state_hash: run.initialStateHash,
    ...(run.status === "finished"
      ? { final_state_hash: run.finalStateHash, final_commit_hash: run.finalCommitHash }
      : {}),
  };
  const receipts = run.receipts as unknown as Json;
  const attempts = expected.attempts.map(([batch, outcome]) => [batch.split(" "), outcome] as const);
  return {
    name,
    ...(about === undefined ? {} : { about }),
    document,
    expected: { ...expected, attempts, ...hashes, ...(about === undefined ? {} : { receipts }) },
  };
}

/** The files as they are committed, by name. */
export function planFiles(): Readonly<Record<string, string>> {
  const files: Record<string, Json> = {
    "examples.json": examples.map(runCase),
    "failures.json": [...failures, ...details].map(runCase),
    "caps.json": [...caps, ...capOrder].map(runCase),
    "refused.json": refusals as unknown as Json,
    "malformed.json": { document: whole, cases: malformed as unknown as Json },
  };
  return Object.fromEntries(Object.entries(files).map(([name, cases]) => [name, `${readable(cases)}\n`]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(new URL(".", import.meta.url), { recursive: true });
  for (const [name, text] of Object.entries(planFiles())) writeFileSync(new URL(name, import.meta.url), text);
}
