// The figure of an audit over the wire: the command as it is published, from nothing kept to its exit.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { getRequestListener } from "@hono/node-server";
import {
  evaluate,
  loadPolicy,
  makeEnvironment,
  parseArtifact,
  prepareEvaluation,
  type Submission,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { appendWaiting } from "../../functions/src/append.ts";
import { jobs, policies } from "../../functions/src/documents.ts";
import { makeApi } from "../../functions/src/http/app.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { serviceAt } from "../service/service-at.ts";
import { buildAgent } from "./agent.ts";
import { validJob } from "./append.ts";
import { startStandIn } from "./stand-in.ts";
import { ENV_ID, validSubmissions } from "./workloads.ts";

const ENTRIES = 10_000;
const POLICIES = 1_000;
const ROUNDS = 3;
const BATCH = 500;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The median of three audits, each with a home of its own. */
export async function auditedRemoteEntries(): Promise<number> {
  buildAgent();
  const standIn = await startStandIn("firestore");
  const at = {
    firestore: `${standIn.host}:${standIn.port}`,
    pubsub: "127.0.0.1:1",
    projectId: "bench-audit",
  };
  const service = serviceAt(at, { now: Date.now, trainer: null, log: () => {} });
  // The limits on one caller are lifted by a factor, as in the figures of the service.
  const api = makeApi(service.service, usualSettings(10_000));
  const server = createServer(
    getRequestListener((request) => api.fetch(request)) as Parameters<typeof createServer>[1],
  );
  try {
    await fill(service.service.db);
    await appendWaiting(service.service);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const rates: number[] = [];
    for (let i = 0; i < ROUNDS; i++) rates.push(ENTRIES / (await secondsOf(url)));
    return rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  } finally {
    server.closeAllConnections();
    server.close();
    await service.close();
    await standIn.stop();
  }
}

async function secondsOf(url: string): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), "policyledger-bench-"));
  const command = join(ROOT, "agent/bin/policyledger.js");
  const node = join(ROOT, "node_modules/node/bin/node");
  const started = performance.now();
  try {
    const { stdout } = await promisify(execFile)(node, [command, "audit", "--json"], {
      env: { PATH: process.env.PATH, POLICYLEDGER_HOME: home, POLICYLEDGER_ENDPOINT: url },
    });
    const seconds = (performance.now() - started) / 1_000;
    const { ok, held, policies: checked } = JSON.parse(stdout);
    if (!ok || held !== ENTRIES || checked !== POLICIES) throw new Error(`bug: ${stdout}`);
    return seconds;
  } finally {
    rmSync(home, { recursive: true });
  }
}

type Db = Parameters<typeof jobs>[0];

/** Signed claims that hold, as verify leaves them, and their artifacts. */
async function fill(db: Db): Promise<void> {
  const all = validSubmissions(ENTRIES, POLICIES);
  const env = makeEnvironment(ENV_ID);
  const prepared = prepareEvaluation(env);
  const artifacts = new Map(all.map(({ claim, artifact }) => [claim.policy_hash, artifact]));
  const evaluations = new Map(
    [...artifacts].map(([hash, text]) => {
      const { behaviour } = loadPolicy(parseArtifact(JSON.parse(text)));
      return [hash, evaluate(nodeHost, env, behaviour, prepared)];
    }),
  );
  await inBatches(db, [...artifacts], (batch, [hash, text]) => {
    batch.set(policies(db).doc(hash), { policy_hash: hash, artifact: Buffer.from(text), published: true });
  });
  await inBatches<Submission>(db, all, (batch, submission) => {
    const job = validJob(submission, evaluations.get(submission.claim.policy_hash)!);
    batch.set(jobs(db).doc(job.claim_id), job);
  });
}

async function inBatches<T>(
  db: Db,
  all: readonly T[],
  set: (batch: ReturnType<Db["batch"]>, one: T) => void,
): Promise<void> {
  for (let i = 0; i < all.length; i += BATCH) {
    const batch = db.batch();
    for (const one of all.slice(i, i + BATCH)) set(batch, one);
    await batch.commit();
  }
}
