// The figures of `npm start`: from the command to a ready stack, and what all its processes hold in memory.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { treeOf } from "../../emulators/src/launcher/process-tree.ts";
import { residentMegabytes } from "./stand-in.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ROUNDS = 3;

/** The median of three starts with `npm start -- --json`, each on free ports with new data. */
export async function startTime(): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) times.push(await withStack((_, ms) => ms));
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}

/** The resident memory of all processes of a stack that has answered once. */
export function stackMemory(): Promise<number> {
  return withStack(({ pid }) => treeOf(pid!).reduce((sum, each) => sum + residentMegabytes(each.pid), 0));
}

async function withStack(measure: (launcher: ChildProcess, ms: number) => number): Promise<number> {
  const local = mkdtempSync(join(tmpdir(), "policyledger-bench-"));
  const start = performance.now();
  const launcher = spawn("npm", ["start", "-s", "--", "--json", "--free-ports", "--local", local], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  await once(createInterface(launcher.stdout!), "line");
  const value = measure(launcher, performance.now() - start);
  const ended = once(launcher, "exit");
  process.kill(-launcher.pid!, "SIGINT");
  await ended;
  rmSync(local, { recursive: true, force: true });
  return value;
}
