// Checks, for `--official`, that Google's own emulators are there: Java, and the files that firebase-tools downloads.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { downloadsFolder } from "./environment.ts";

/** firebase-tools 15, lib/emulator/commandUtils.js: MIN_SUPPORTED_JAVA_MAJOR_VERSION. */
const OLDEST_JAVA = 21;

/** firebase-tools would download what is missing; nothing here may reach for the internet, so that is left to the user. */
export function checkOfficial(): void {
  const faults = [javaFault(), fileFault("firestore"), fileFault("pubsub")].filter((fault) => fault !== null);
  if (faults.length === 0) return;
  throw new Error(
    [
      "Cannot start Google's own emulators:",
      ...faults.map((fault) => `  ${fault}`),
      "Without --official, npm start needs none of that.",
    ].join("\n"),
  );
}

function javaFault(): string | null {
  const wanted = `Java ${OLDEST_JAVA} or later is needed`;
  const { error, stderr } = spawnSync("java", ["-version"], { encoding: "utf8" });
  if (error !== undefined) return `${wanted}, and there is no \`java\` on the PATH.`;
  const version = /version "(\d+)/.exec(stderr)?.[1];
  if (Number(version) >= OLDEST_JAVA) return null;
  return `${wanted}; the \`java\` on the PATH is ${version ?? "of a version that it does not tell"}.`;
}

interface Download {
  readonly downloadPathRelativeToCacheDir: string;
  readonly binaryPathRelativeToCacheDir?: string;
}

function fileFault(emulator: "firestore" | "pubsub"): string | null {
  const list = createRequire(import.meta.url).resolve(
    "firebase-tools/lib/emulator/downloadableEmulatorInfo.json",
  );
  const known = JSON.parse(readFileSync(list, "utf8")) as Record<typeof emulator, Download>;
  const { downloadPathRelativeToCacheDir, binaryPathRelativeToCacheDir } = known[emulator];
  const file = join(downloadsFolder(), binaryPathRelativeToCacheDir ?? downloadPathRelativeToCacheDir);
  if (existsSync(file)) return null;
  return `${file} is missing; once, with the internet at hand:  npx firebase setup:emulators:${emulator}`;
}
