// Bundles a folder of functions into lib/index.cjs. Skips what is up to date.
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { bundleOptions } from "./bundle.ts";
import { REPOSITORY, readProject } from "./project.ts";

/** Names everything but the sources that the bundle depends on. */
const RECIPE = ["build.ts", "bundle.ts", "cut-protos.ts"]
  .reduce((hash, file) => hash.update(readFileSync(join(import.meta.dirname, file))), createHash("sha256"))
  .digest("hex");

type Stamp = Readonly<Record<string, string>>;

/** Says whether anything had to be built; folders without src/index.ts are plain JavaScript and left alone. */
export async function buildFunctions(folder: string): Promise<boolean> {
  const entry = join(folder, "src/index.ts");
  if (!existsSync(entry) || isUpToDate(folder)) return false;
  // Loaded only when needed: it starts a process of its own.
  const { build } = await import("esbuild");
  const { metafile, outputFiles } = await build(bundleOptions(folder, entry, bundleOf(folder)));
  mkdirSync(join(folder, "lib"), { recursive: true });
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  removeOthers(outputFiles.map(({ path }) => path));
  writeStamp(folder, Object.keys(metafile.inputs));
  return true;
}

function bundleOf(folder: string): string {
  return join(folder, "lib/index.cjs");
}

/** What earlier recipes left would be uploaded with the rest. Drafts of another build are not ours to take. */
function removeOthers(made: readonly string[]): void {
  const folder = dirname(made[0]!);
  const stale = readdirSync(folder).filter(
    (name) => /\.(c?js|map)$/.test(name) && !made.some((path) => basename(path) === name),
  );
  for (const name of stale) rmSync(join(folder, name));
}

function stampFileOf(folder: string): string {
  return join(folder, "lib/.inputs.json");
}

/** Where the sources of the last build lie, those of other packages of this repository too; none for plain JavaScript. */
export function sourceFolders(folder: string): string[] {
  if (!existsSync(join(folder, "src/index.ts"))) return [];
  const inputs = Object.keys(readStamp(folder) ?? {}).filter(
    (path) => path !== "recipe" && !path.includes("node_modules/"),
  );
  return [...new Set([join(folder, "src"), ...inputs.map((path) => dirname(join(folder, path)))])];
}

function readStamp(folder: string): Stamp | null {
  try {
    return JSON.parse(readFileSync(stampFileOf(folder), "utf8")) as Stamp;
  } catch {
    // Never built, or damaged.
    return null;
  }
}

function isUpToDate(folder: string): boolean {
  const stamp = readStamp(folder);
  if (stamp === null || !existsSync(bundleOf(folder))) return false;
  const { recipe, ...inputs } = stamp;
  try {
    return (
      recipe === RECIPE && Object.entries(inputs).every(([path, seen]) => lookOf(join(folder, path)) === seen)
    );
  } catch {
    // A source is gone: build anew.
    return false;
  }
}

function writeStamp(folder: string, inputs: readonly string[]): void {
  const seen = inputs.map((path) => [path, lookOf(join(folder, path))] as const);
  replaceFile(stampFileOf(folder), JSON.stringify({ recipe: RECIPE, ...Object.fromEntries(seen) }));
}

/** Another stack may be reading the file, or building too: it sees the old one or the new one, never half. */
function replaceFile(file: string, contents: string | Uint8Array): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, file);
}

function lookOf(file: string): string {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs} ${size}`;
}

// `firebase deploy` runs this file by itself, before it uploads the functions.
if (import.meta.main) {
  for (const folder of readProject(REPOSITORY).functionFolders) {
    const built = await buildFunctions(folder);
    console.log(`${relative(REPOSITORY, folder)}: ${built ? "built" : "up to date"}`);
  }
}
