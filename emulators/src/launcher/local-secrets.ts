// Makes the secrets that functions want on this machine, once: random ones, in the file where the suite looks before it asks Secret Manager.
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** The name under which firebase-tools knows it. */
const SECRETS = ".secret.local";
/** The field of a functions folder's package.json that lists the names. */
const WANTED = "localSecrets";
/** What firebase-tools takes for a name (`validateKey` in lib/functions/env.js). */
const NAME = /^[A-Z_][A-Z0-9_]*$/;
/** The suite hands each value on as it stands: 64 hexadecimal digits. */
const BYTES = 32;
/** For nobody but the user. */
const MODE = 0o600;

/** Says which were made; a secret that is there keeps its value, and every other line stays. */
export function makeSecrets(folder: string): readonly string[] {
  const wanted = wantedSecrets(folder);
  if (wanted.length === 0) return [];
  const file = join(folder, SECRETS);
  try {
    return addMissing(file, wanted);
  } catch (error) {
    const what = `functions want ${wanted.join(", ")} in ${file}`;
    throw new Error(`Cannot start: ${what}, which cannot be read or written: ${(error as Error).message}.`);
  }
}

function wantedSecrets(folder: string): readonly string[] {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return [];
  const { [WANTED]: names = [] } = parsePackage(file);
  if (Array.isArray(names) && names.every((name) => typeof name === "string" && NAME.test(name)))
    return names;
  throw new Error(`Cannot start: "${WANTED}" in ${file} should be a list of names such as "SERVICE_KEY".`);
}

function parsePackage(file: string): { readonly [WANTED]?: unknown } {
  try {
    return JSON.parse(readFileSync(file, "utf8")) ?? {};
  } catch (error) {
    throw new Error(`Cannot start: ${file} is not JSON: ${(error as Error).message}`);
  }
}

function addMissing(file: string, wanted: readonly string[]): readonly string[] {
  const there = existsSync(file) ? readFileSync(file, "utf8") : null;
  const held = parseEnv(there ?? "");
  // The suite takes an empty one for none, too.
  const missing = wanted.filter((name) => !held[name]);
  if (missing.length === 0) return [];
  const lines = missing.map((name) => `${name}=${randomBytes(BYTES).toString("hex")}\n`).join("");
  if (there === null) {
    // Another stack was quicker: what it made is taken.
    if (!linkNew(file, lines)) return addMissing(file, wanted);
  } else {
    // In one write, so never in halves; of two at once the later line counts, for both, as their functions start later.
    appendFileSync(file, there === "" || there.endsWith("\n") ? lines : `\n${lines}`);
    chmodSync(file, MODE);
  }
  return missing;
}

/** Whole at once, and only if there is none. */
function linkNew(file: string, contents: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, contents, { mode: MODE });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
