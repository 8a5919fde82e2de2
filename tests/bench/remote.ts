// The figures of checks over the wire: the command as it is published, from nothing kept to its exit.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildAgent } from "./agent.ts";
import { withLongLedger } from "./long-ledger.ts";
import { median } from "./rate.ts";

/** A ledger of 10,000 entries with 1,000 artifacts. */
export const ENTRIES = 10_000;
export const POLICIES = 1_000;
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
function remoteRate(command: readonly string[], isRight: Right): Promise<number> {
  buildAgent();
  return withLongLedger({ entries: ENTRIES, policies: POLICIES }, async ({ url }) => {
    const rates: number[] = [];
    for (let i = 0; i < ROUNDS; i++) rates.push(ENTRIES / (await secondsOf(url, command, isRight)));
    return median(rates);
  });
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
