// The golden cases and the core as one script for engines that know no modules: it defines `golden`.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

export interface Bundle {
  readonly code: string;
  /** The files that went into it, relative to the repository. */
  readonly inputs: readonly string[];
}

/** `conditions` are those under which packages are resolved: "source" for the sources, none for what was built. */
export async function bundle(
  file: string,
  globalName: string,
  conditions: readonly string[] = ["source"],
): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${here}${file}`],
    absWorkingDir: fileURLToPath(new URL("../..", import.meta.url)),
    bundle: true,
    write: false,
    metafile: true,
    format: "iife",
    globalName,
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: [...conditions],
    target: "es2022",
    // Without comments, so that what is looked for in the text is code.
    minifyWhitespace: true,
    legalComments: "none",
    charset: "ascii",
  });
  return { code: outputFiles[0]!.text, inputs: Object.keys(metafile.inputs) };
}
