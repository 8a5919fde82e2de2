// Adds to a message of failure the ends of the logs that tell more.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Folders } from "./folders.ts";
import type { Part } from "./project.ts";

const LAST_LINES = 15;

/** How firebase-tools says that a part ended. */
const ENDED: readonly (readonly [RegExp, Part])[] = [
  [/Firestore Emulator has exited/, "firestore"],
  [/Pub\/Sub Emulator has exited/, "pubsub"],
];

/** Without a part, the suite's own log is asked which one ended. */
export function withLog(message: string, { logs }: Folders, part: Part | null): string {
  const suiteLog = textOf(join(logs, "suite.log"));
  const ended = part ?? ENDED.find(([pattern]) => pattern.test(suiteLog))?.[1] ?? null;
  const names = ended === null ? ["suite.log"] : [`${ended}-debug.log`, "suite.log"];
  return [message, ...names.map((name) => endOf(join(logs, name)))].join("\n");
}

function endOf(file: string): string {
  const lines = textOf(file).trimEnd().split("\n").slice(-LAST_LINES);
  return [`The last lines of ${file}:`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}
