// docs/agents.md as its tests read it: the blocks of code with what stands under them, and what this machine has to run them.
import { execFile, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const agents = readFileSync(`${root}docs/agents.md`, "utf8");

interface Block {
  readonly language: string;
  readonly text: string;
  /** What the document says comes out: lines of text, or of JSON with the members that matter. */
  readonly shown: readonly string[];
}

/** Blocks of commands and of code, in their order, each with the answer that stands under it. */
export function blocksOf(language: "sh" | "python"): Block[] {
  const all = [...agents.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, name, text]) => ({
    language: name!,
    text: text!,
  }));
  return all.flatMap((block, i) => {
    const next = all[i + 1];
    const answered = next !== undefined && /^(?:text|json)$/.test(next.language);
    return block.language === language
      ? [{ ...block, shown: answered ? next.text.trimEnd().split("\n") : [] }]
      : [];
  });
}

/** Which of these commands is not on this machine, as a sentence; null where all are. */
export function missing(commands: readonly string[]): string | null {
  return sentence(commands.filter((command) => !works("sh", ["-c", `command -v ${command}`])));
}

/** The same of Python, and of modules that it should have. */
export function missingPython(modules: readonly string[] = []): string | null {
  if (!works("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]))
    return sentence(["Python from 3.9 on"]);
  return sentence(
    modules.filter((name) => !works("python3", ["-c", `import ${name}`])).map((name) => `Python's ${name}`),
  );
}

function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function sentence(gone: readonly string[]): string | null {
  return gone.length === 0 ? null : `not run, for want of: ${gone.join(", ")}`;
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function run(command: string, args: readonly string[], cwd: string = root): Promise<Ran> {
  const env = { ...process.env, PYTHONPATH: `${root}docs/clients`, PYTHONDONTWRITEBYTECODE: "1" };
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, maxBuffer: 2 ** 26, timeout: 120_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

/** Runs code with the clients of docs/clients at hand; what it prints, each line. */
export async function python(code: string, cwd?: string): Promise<string[]> {
  const { code: status, out, err } = await run("python3", ["-c", code], cwd);
  if (status !== 0) throw new Error(`python3 ended with ${status}: ${err}`);
  return out.trimEnd().split("\n");
}
