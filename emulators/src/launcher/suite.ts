// Runs the Emulator Suite as a child process: starts it, keeps its log, says when it is ready, and ends it with all below it.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { grown, type Process, signal, stillRunning, treeOf } from "./process-tree.ts";
import { PROJECT_ID } from "./project.ts";
import { makeSorter, type Shown } from "./suite-output.ts";

interface SuiteExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Suite {
  readonly pid: number;
  readonly log: string;
  /** Resolves when every emulator listens and every trigger is registered. */
  readonly ready: Promise<void>;
  readonly exited: Promise<SuiteExit>;
  /** Takes notice of the processes below it, while their parents still tell whose they are. */
  look(): void;
  /** Asks first, then insists; resolves when no process is left. */
  stop(): Promise<void>;
  /** Insists at once. */
  kill(): void;
}

interface SuiteOptions {
  readonly config: string;
  readonly logs: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly importFrom: string | null;
  readonly onShown: (shown: Shown) => void;
  readonly onLine: (line: string) => void;
}

const READY = /All emulators ready!/;
/** The suite itself waits up to 60 s for functions that still run; nobody who pressed Ctrl-C does. */
const GRACE_MS = 4_000;
const POLL_MS = 25;

export function startSuite({ config, logs, environment, importFrom, onShown, onLine }: SuiteOptions): Suite {
  const program = fileURLToPath(new URL("suite-main.cjs", import.meta.url));
  const args = ["emulators:start", "--project", PROJECT_ID, "--config", config];
  const child = spawn(process.execPath, [program, ...args, ...(importFrom ? ["--import", importFrom] : [])], {
    // Where the suite and its parts write their `*-debug.log`.
    cwd: logs,
    env: environment,
    // A group of its own: Ctrl-C in the terminal reaches the launcher alone, which then stops all in order.
    detached: true,
    // The guard in every process notices when this input closes.
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`Cannot start ${process.execPath}.`);
  const log = join(logs, "suite.log");
  const file = createWriteStream(log);
  let isStopping = false;
  const isReady = Promise.withResolvers<void>();
  for (const output of [child.stdout, child.stderr]) {
    const sort = makeSorter();
    createInterface({ input: output }).on("line", (line) => {
      file.write(`${line}\n`);
      onLine(line);
      if (READY.test(line)) isReady.resolve();
      const shown = sort(line);
      // What it says about its own end is of no use to who asked for it.
      if (shown !== null && !isStopping) onShown(shown);
    });
  }
  let isOver = false;
  const exited = new Promise<SuiteExit>((resolve) => {
    child.once("exit", (code, signal) => {
      isOver = true;
      resolve({ code, signal });
    });
  });
  let known: readonly Process[] = treeOf(pid);
  const look = () => {
    known = grown(known);
    return known;
  };

  return {
    pid,
    log,
    ready: isReady.promise,
    exited,
    look: () => void look(),
    stop: async () => {
      isStopping = true;
      look();
      if (!isOver) signal(pid, "SIGINT");
      await Promise.race([exited, sleep(GRACE_MS)]);
      child.stdin.destroy();
      await goneOf(look());
      file.end();
    },
    kill: () => {
      for (const one of stillRunning(look())) signal(one.pid, "SIGKILL");
      child.stdin.destroy();
    },
  };
}

async function goneOf(known: readonly Process[]): Promise<void> {
  const deadline = performance.now() + GRACE_MS / 2;
  while (stillRunning(known).length > 0 && performance.now() < deadline) await sleep(POLL_MS);
  for (const { pid } of stillRunning(known)) signal(pid, "SIGKILL");
  while (stillRunning(known).length > 0) await sleep(POLL_MS);
}
