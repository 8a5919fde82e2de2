// Runs the command as a user does, in a process of its own, and writes down what it says as a golden file holds it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = join(root, "node_modules/node/bin/node");
const command = join(root, "agent/bin/policyledger.js");

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly home: string;
  readonly endpoint?: string;
  readonly cwd?: string;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called with what came on standard error so far; a signal that it returns is sent, once. */
  readonly onNote?: (err: string) => NodeJS.Signals | null;
  /** When it comes, the command is interrupted. */
  readonly interrupt?: Promise<unknown>;
  /** By what; Ctrl-C if nothing is said. */
  readonly by?: NodeJS.Signals;
}

export function newHome(): string {
  return mkdtempSync(join(tmpdir(), "policyledger-home-"));
}

let isBuilt = false;

/** As it is published, which starts three times as fast as from the sources. What is up to date is not built again. */
function build(): void {
  if (isBuilt) return;
  isBuilt = true;
  // Types are for the gate to check: what has a wrong one is built all the same.
  const { error } = spawnSync(join(root, "node_modules/.bin/tsc"), ["--build", "agent"], { cwd: root });
  if (error !== undefined) throw error;
}

export function policyledger(args: readonly string[], options: RunOptions): Promise<Ran> {
  const {
    home,
    endpoint,
    cwd = home,
    columns = 80,
    env = {},
    input,
    onNote,
    interrupt,
    by = "SIGINT",
  } = options;
  build();
  const child = spawn(node, [command, ...args], {
    cwd,
    env: {
      PATH: process.env.PATH,
      POLICYLEDGER_HOME: home,
      COLUMNS: String(columns),
      ...(endpoint !== undefined && { POLICYLEDGER_ENDPOINT: endpoint }),
      ...env,
    },
  });
  return new Promise((resolve, reject) => {
    let out = "";
    let err = "";
    let sent = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      err += text;
      const signal = sent ? null : (onNote?.(err) ?? null);
      if (signal === null) return;
      sent = true;
      child.kill(signal);
    });
    interrupt?.then(() => child.kill(by));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
    child.stdin.end(input ?? "");
  });
}

/**
 * Holds what a command says to a readable file: the command line, its output, its notes, its exit code. What differs
 * from run to run is named and replaced. `npx vitest run -u` writes the files anew.
 */
export async function expectGolden(
  name: string,
  line: readonly string[],
  { code, out, err }: Ran,
  replaced: readonly (readonly [RegExp | string, string])[] = [],
): Promise<void> {
  const quoted = line.map((word) => (/^[\w./:=@-]+$/.test(word) ? word : `'${word}'`)).join(" ");
  let text = `$ policyledger ${quoted}\n${out}${err === "" ? "" : `--- standard error\n${err}`}--- exit ${code}\n`;
  for (const [what, by] of replaced) text = text.replaceAll(what, by);
  await expect(text).toMatchFileSnapshot(join(root, "tests/agents/golden", `${name}.txt`));
}
