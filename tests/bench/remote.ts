// The figures of checks over the wire: the command as it is published, from nothing kept to its exit.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { getRequestListener } from "@hono/node-server";
import { appendWaiting } from "../../functions/src/append.ts";
import { makeApi } from "../../functions/src/http/app.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { serviceAt } from "../service/service-at.ts";
import { buildAgent } from "./agent.ts";
import { fill } from "./fill.ts";
import { startStandIn } from "./stand-in.ts";
import { validSubmissions } from "./workloads.ts";

const ENTRIES = 10_000;
const POLICIES = 1_000;
const ROUNDS = 3;
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export function auditedRemoteEntries(): Promise<number> {
  return remoteRate(["audit"], ({ ok, held, policies }) => ok && held === ENTRIES && policies === POLICIES);
}

export function fsckedEntries(): Promise<number> {
  return remoteRate(["fsck"], ({ ok, entries }) => ok && entries === ENTRIES);
}

// biome-ignore lint/suspicious/noExplicitAny: what a command prints
type Right = (answer: any) => boolean;

/** The median of three runs, each with a home of its own. */
async function remoteRate(command: readonly string[], isRight: Right): Promise<number> {
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
    await fill(service.service.db, validSubmissions(ENTRIES, POLICIES));
    await appendWaiting(service.service);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const rates: number[] = [];
    for (let i = 0; i < ROUNDS; i++) rates.push(ENTRIES / (await secondsOf(url, command, isRight)));
    return rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  } finally {
    server.closeAllConnections();
    server.close();
    await service.close();
    await standIn.stop();
  }
}

async function secondsOf(url: string, args: readonly string[], isRight: Right): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), "policyledger-bench-"));
  const command = join(ROOT, "agent/bin/policyledger.js");
  const node = join(ROOT, "node_modules/node/bin/node");
  const started = performance.now();
  try {
    const { stdout } = await promisify(execFile)(node, [command, ...args, "--json"], {
      env: { PATH: process.env.PATH, POLICYLEDGER_HOME: home, POLICYLEDGER_ENDPOINT: url },
    });
    const seconds = (performance.now() - started) / 1_000;
    if (!isRight(JSON.parse(stdout))) throw new Error(`bug: ${stdout}`);
    return seconds;
  } finally {
    rmSync(home, { recursive: true });
  }
}
