// Bundles a folder of functions into lib/index.js: our own sources inlined, the Firebase SDKs left outside. Skips what is up to date.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { REPOSITORY, readProject } from "./project.ts";

/** What the cloud installs by itself from the functions' package.json. */
const OUTSIDE = ["firebase-functions", "firebase-admin"];

/** Some inlined packages are CommonJS and call `require`, which a module does not have. */
const BANNER = `import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);`;

/** Names everything but the sources that the bundle depends on. */
const RECIPE = createHash("sha256")
  .update(readFileSync(new URL(import.meta.url)))
  .digest("hex");

type Stamp = Readonly<Record<string, string>>;

/** Says whether anything had to be built; folders without src/index.ts are plain JavaScript and left alone. */
export async function buildFunctions(folder: string): Promise<boolean> {
  const entry = join(folder, "src/index.ts");
  if (!existsSync(entry) || isUpToDate(folder)) return false;
  // Loaded only when needed: it starts a process of its own.
  const { build } = await import("esbuild");
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    outfile: bundleOf(folder),
    absWorkingDir: folder,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    conditions: ["source"],
    external: OUTSIDE,
    banner: { js: BANNER },
    sourcemap: true,
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  mkdirSync(join(folder, "lib"), { recursive: true });
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  writeStamp(folder, Object.keys(metafile.inputs));
  return true;
}

function bundleOf(folder: string): string {
  return join(folder, "lib/index.js");
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
