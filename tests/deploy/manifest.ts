// Which functions a folder declares, found as the Firebase command line finds them.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NODE } from "./packed.ts";

export interface Endpoint {
  readonly entryPoint: string;
  readonly platform: string;
  readonly maxInstances?: number | string;
  readonly secretEnvironmentVariables?: readonly { readonly key: string }[];
  readonly [trigger: `${string}Trigger`]: object | undefined;
}

export interface Manifest {
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  readonly params?: readonly { readonly name: string; readonly type: string }[];
}

/** By the firebase-functions of the folder's own node_modules, or of the one above it. */
export function manifestOf(folder: string, installed = folder): Manifest {
  const made = mkdtempSync(join(tmpdir(), "policyledger-manifest-"));
  try {
    const output = join(made, "functions.json");
    execFileSync(NODE, [join(installed, "node_modules/firebase-functions/lib/bin/firebase-functions.js")], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        GCLOUD_PROJECT: "demo-deployed",
        FUNCTIONS_MANIFEST_OUTPUT_PATH: output,
      },
    });
    return JSON.parse(readFileSync(output, "utf8")) as Manifest;
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** The second generation knows two; schedules and task queues come by HTTP. */
export function signatureOf(endpoint: Endpoint): "http" | "cloudevent" {
  return endpoint.eventTrigger === undefined ? "http" : "cloudevent";
}
