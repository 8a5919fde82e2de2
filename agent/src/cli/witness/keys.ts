// The keys of a witness: two secrets and two names, since a public key that served under two names could say under one what
// it said under the other (docs/formats.md, "Checkpoint"). Kept like an agent's key, for its owner alone.
import { join } from "node:path";
import { formatVerifierKey, type NoteSigner, PolicyLedgerError } from "@policyledger/core";
import { generateKeyPair, noteSigner } from "@policyledger/core/node";
import { usage } from "../exit.ts";
import { createFile, type Home, readJson, requirePrivate } from "../home.ts";

export interface WitnessKeys {
  readonly name: string;
  /** Says: this checkpoint continues all that I signed before. */
  readonly consistent: NoteSigner;
  /** Says: I also ran every entry of it again, and all is as recorded. */
  readonly replayed: NoteSigner;
}

export function witnessFile({ folder }: Pick<Home, "folder">): string {
  return join(folder, "witness.json");
}

/** Never over other keys. */
export function makeWitness(home: Pick<Home, "folder">, name: string): WitnessKeys {
  const [consistent, replayed] = [generateKeyPair(), generateKeyPair()];
  const keys = keysOf(name, consistent.secretKey, replayed.secretKey);
  const kept = {
    v: 1,
    kind: "witness-keys",
    name,
    consistent: consistent.secretKey,
    replayed: replayed.secretKey,
  };
  createFile(witnessFile(home), `${JSON.stringify(kept, null, 2)}\n`, "there are keys of a witness already");
  return keys;
}

export function witnessIn(home: Pick<Home, "folder">): WitnessKeys {
  const file = witnessFile(home);
  const kept = readJson(file);
  if (kept === null)
    throw usage(
      `there are no keys of a witness in ${home.folder}`,
      "`policyledger witness --init NAME` makes them",
    );
  requirePrivate(file);
  const { v, kind, name, consistent, replayed } = Object(kept) as Record<string, unknown>;
  if (v !== 1 || kind !== "witness-keys" || consistent === replayed)
    throw usage(`${file} holds no keys of a witness`);
  return keysOf(name as string, consistent as string, replayed as string);
}

function keysOf(name: string, consistent: string, replayed: string): WitnessKeys {
  try {
    return {
      name,
      consistent: noteSigner("witness", `${name}/consistent`, consistent),
      replayed: noteSigner("witness", `${name}/replayed`, replayed),
    };
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    throw usage(
      `there can be no witness ${JSON.stringify(String(name).slice(0, 80))}: ${error.message}`,
      "a name is a URL without its scheme, such as witness.example/ada",
    );
  }
}

export function verifierTexts({ consistent, replayed }: WitnessKeys): readonly [string, string] {
  return [formatVerifierKey(consistent.key), formatVerifierKey(replayed.key)];
}
