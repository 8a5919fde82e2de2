// tests/cases/golden.json: the digests that every engine must compute, by name.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const FILE = fileURLToPath(new URL("../cases/golden.json", import.meta.url));

const COMMENT =
  "SHA-256 of the canonical JSON of each case of tests/golden/golden.ts, the same in every engine. A digest that " +
  "changes means that a format or the dynamics of an environment changed, and that what was recorded before no " +
  "longer replays. If that is meant: node --conditions=source tests/golden/write.ts";

export function fileOf(digests: Readonly<Record<string, string>>): string {
  return `${JSON.stringify({ comment: COMMENT, digests }, null, 1)}\n`;
}

export function readGolden(): Readonly<Record<string, string>> {
  if (!existsSync(FILE)) return {};
  return (JSON.parse(readFileSync(FILE, "utf8")) as { digests: Record<string, string> }).digests;
}
