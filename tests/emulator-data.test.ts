// The sample data that a fresh local stack starts with: a ledger of several agents, in which everything holds.
import { fileURLToPath } from "node:url";
import { Firestore } from "@google-cloud/firestore";
import { loadPolicy, parsePlanDocument, readArtifact, reusePolicy } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFirestore } from "../emulators/src/firestore/server.ts";
import type { Listening } from "../emulators/src/wire/port.ts";
import { readLongText } from "../functions/src/long-texts.ts";
import { finished } from "../scripts/plans.ts";
import { type Found, findFaults } from "./service/invariants.ts";

const METADATA = "../emulator-data/firestore_export/firestore_export.overall_export_metadata";

let server: Listening;
let db: Firestore;
let found: Found;

beforeAll(async () => {
  const seed = fileURLToPath(new URL(METADATA, import.meta.url));
  server = await startFirestore({ host: "127.0.0.1", port: 0, data: null, seed });
  db = new Firestore({ projectId: "demo-policyledger", host: `127.0.0.1:${server.port}`, ssl: false });
  found = await findFaults(db, []);
});

afterAll(async () => {
  await db.terminate();
  await server.close();
});

test("emulator-data holds a ledger that passes the audit, with its jobs, policies and boards", () => {
  expect(found.faults).toEqual([]);
});

function byKind() {
  const { entries } = found;
  return {
    policies: entries.filter((entry) => entry.kind === "policy"),
    plans: entries.filter((entry) => entry.kind === "plan"),
  };
}

test("emulator-data shows a newcomer several agents, environments and presets, a lie, a training on the server, and a plan", () => {
  const { entries, jobs } = found;
  const { policies, plans } = byKind();
  const boards = new Set(policies.map(({ env_id, env_config }) => `${env_id} ${env_config.preset}`));
  expect(entries.length).toBeGreaterThanOrEqual(24);
  expect(new Set(entries.map(({ agent_id }) => agent_id)).size).toBeGreaterThanOrEqual(6);
  expect(new Set(policies.map(({ env_id }) => env_id)).size).toBe(2);
  expect(boards.size).toBeGreaterThanOrEqual(6);
  expect(entries.filter(({ agent_id }) => agent_id.startsWith("service/trainer-"))).toHaveLength(1);
  expect(plans).toMatchObject([{ agent_id: "samples/hal", commits: 4, ops: 6 }]);
  expect(jobs.filter(({ state }) => state === "INVALID")).toMatchObject([{ reason: "reward_mismatch" }]);
});

test("every policy of emulator-data earns again what its entry says", async () => {
  for (const entry of byKind().policies) {
    const stored = await db.doc(`policies/${entry.policy_hash}`).get();
    const artifact = Buffer.from(stored.get("artifact")).toString();
    const { current_hash: _, ...bare } = entry;
    const { policy } = reusePolicy(nodeHost, bare, artifact);
    expect(policy.behaviour).toEqual(loadPolicy(readArtifact(artifact)).behaviour);
  }
});

test("the plan of emulator-data ends again as its entry says", async () => {
  const [entry] = byKind().plans;
  const stored = db.doc(`plans/${entry!.plan_hash}`);
  const document = await readLongText(stored, "document", (await stored.get()).get("document"));
  const { planHash, finalStateHash, finalCommitHash, statistics } = finished(parsePlanDocument(document));
  expect(entry).toMatchObject({
    plan_hash: planHash,
    final_state_hash: finalStateHash,
    final_commit_hash: finalCommitHash,
    commits: statistics.commits,
    ops: statistics.totalOpsCommitted,
  });
});
