// The functions as the cloud gets them: what `firebase deploy` would upload, in a folder of its own, with what
// `npm ci` installs there.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join, relative, resolve } from "node:path";
import { buildFunctions } from "../../emulators/src/launcher/build.ts";

export const ROOT = resolve(import.meta.dirname, "../..");
/** Node 24, also where the tests were started with another. */
export const NODE = join(ROOT, "node_modules/node/bin/node");

/** Google's buildpack for Node leaves development dependencies out by this. */
const IN_THE_CLOUD = {
  ...process.env,
  NODE_ENV: "production",
  PATH: [join(NODE, ".."), process.env.PATH].join(delimiter),
};

interface FunctionsConfig {
  readonly source: string;
  readonly ignore: readonly string[];
}

/** firebase-tools' own, with what it is given of firebase.json. */
interface Upload {
  prepareFunctionsUpload(
    projectDir: string,
    sourceDir: string,
    config: { readonly ignore: string[] },
    additionalSources: readonly string[],
    runtimeConfig: undefined,
    options: { readonly exportType: "tar.gz" },
  ): Promise<{ readonly pathToSource: string }>;
}

export interface Packed {
  readonly folder: string;
  /** Relative, with forward slashes. */
  readonly files: readonly string[];
  remove(): void;
}

export async function packFunctions(): Promise<Packed> {
  const [config] = JSON.parse(readFileSync(join(ROOT, "firebase.json"), "utf8"))
    .functions as FunctionsConfig[];
  const source = join(ROOT, config!.source);
  await buildFunctions(source);
  const { prepareFunctionsUpload } = createRequire(import.meta.url)(
    "firebase-tools/lib/deploy/functions/prepareFunctionsUpload.js",
  ) as Upload;
  const ignore = [...config!.ignore];
  const { pathToSource } = await prepareFunctionsUpload(ROOT, source, { ignore }, [], undefined, {
    exportType: "tar.gz",
  });
  const folder = mkdtempSync(join(tmpdir(), "policyledger-packed-"));
  const names = execFileSync("tar", ["-xvzf", pathToSource, "-C", folder], { encoding: "utf8" });
  rmSync(pathToSource);
  execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    env: IN_THE_CLOUD,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  return {
    folder,
    files: names
      .trim()
      .split(/\r?\n/)
      .map((name) => relative(".", name))
      .sort(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
