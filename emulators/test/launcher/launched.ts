// Starts the launcher as a user does, as a process of its own on the sample project, and reads its line of JSON.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { type Process, treeOf } from "../../src/launcher/process-tree.ts";

export const SAMPLE = resolve(import.meta.dirname, "sample");
export const START = resolve(import.meta.dirname, "../../src/launcher/start.ts");

export interface Ready {
  readonly urls: { readonly hosting: string };
  readonly ports: Readonly<Record<string, number>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly pids: Readonly<Record<string, number>>;
  readonly data: string;
}

export interface Launched {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ready: Promise<Ready>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** What it wrote for people. */
  text(): string;
  /** Itself and all below it, the sooner of which are gone at the end. */
  tree(): readonly Process[];
}

export function newLocal(): string {
  return mkdtempSync(join(tmpdir(), "launcher-test-"));
}

export function launch(args: readonly string[]): Launched {
  const child = spawn(process.execPath, [START, "--project", SAMPLE, "--json", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const ended = new Promise<Awaited<Launched["ended"]>>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise<Ready>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      text += `${line}\n`;
      if (line.startsWith('{"ready":true')) resolve(JSON.parse(line) as Ready);
    });
    void ended.then(() => reject(new Error(`The launcher ended before it was ready:\n${text}`)));
  });
  // Not every test waits for it.
  ready.catch(() => undefined);
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const pid = child.pid!;
  return { child, pid, ready, ended, text: () => text, tree: () => treeOf(pid) };
}
