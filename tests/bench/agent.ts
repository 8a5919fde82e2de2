// The figures of what agents install: how soon the command answers, and how much of a page the SDK takes.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const NODE = join(ROOT, "node_modules/node/bin/node");
const ROUNDS = 21;

/** The median of 21 processes, each from its start to its end; the command is built before. */
export function commandStart(): number {
  buildAgent();
  const home = mkdtempSync(join(tmpdir(), "policyledger-bench-"));
  const env = { PATH: process.env.PATH, POLICYLEDGER_HOME: home };
  try {
    const times = Array.from({ length: ROUNDS }, () => {
      const started = performance.now();
      execFileSync(NODE, [join(ROOT, "agent/bin/policyledger.js"), "--version"], { env, stdio: "ignore" });
      return performance.now() - started;
    });
    return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** As it is published. */
export function buildAgent(): void {
  execFileSync(join(ROOT, "node_modules/.bin/tsc"), ["--build", "agent"], { cwd: ROOT });
}

/** What a page takes over the wire for a program of one line. */
export async function bundleGzipBytes(program: string): Promise<number> {
  const folder = mkdtempSync(join(ROOT, "tests", ".sdk-"));
  try {
    const entry = join(folder, "page.ts");
    writeFileSync(entry, program);
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      conditions: ["source"],
      write: false,
    });
    return gzipSync(outputFiles[0]!.contents, { level: 9 }).length;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
