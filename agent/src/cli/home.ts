// What is kept between runs: configuration, key, and per ledger what was seen of it. One folder, for its owner only;
// each file is replaced whole, so that a crash leaves the old one or the new one.
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type KeyPair, publicKeyOf, sign } from "@policyledger/core/node";
import type { Signer } from "../sdk/index.ts";
import { usage } from "./exit.ts";

export interface Config {
  readonly endpoint?: string;
  readonly agent_id?: string;
}

export interface Home {
  readonly folder: string;
  config(): Config;
  writeConfig(config: Config): void;
  /** The agent's key, or an error that says how to get one. */
  key(): KeyPair;
  hasKey(): boolean;
  writeKey(key: KeyPair): void;
  /** A folder for what belongs to one ledger. */
  ledgerFolder(endpoint: string): string;
}

const OWNER_ONLY = 0o600;
const OWNER_FOLDER = 0o700;

export function homeAt(given: string | undefined, env: Readonly<Record<string, string | undefined>>): Home {
  const folder =
    given || env.POLICYLEDGER_HOME || join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "policyledger");
  const configFile = join(folder, "config.json");
  const keyFile = join(folder, "key.json");
  return {
    folder,
    config: () => (readJson(configFile) as Config | null) ?? {},
    writeConfig: (config) => replaceFile(configFile, `${JSON.stringify(config, null, 2)}\n`),
    hasKey: () => env.POLICYLEDGER_SECRET_KEY !== undefined || readJson(keyFile) !== null,
    key: () => {
      if (env.POLICYLEDGER_SECRET_KEY !== undefined)
        return keyOf(env.POLICYLEDGER_SECRET_KEY, "POLICYLEDGER_SECRET_KEY");
      const kept = readJson(keyFile) as { secret_key?: unknown } | null;
      if (kept === null) throw usage(`there is no key in ${folder}`, "`policyledger init` makes one");
      requirePrivate(keyFile);
      return keyOf(kept.secret_key, keyFile);
    },
    writeKey: ({ publicKey, secretKey }) => {
      const key = { v: 1, kind: "ed25519", public_key: publicKey, secret_key: secretKey };
      replaceFile(keyFile, `${JSON.stringify(key, null, 2)}\n`);
    },
    ledgerFolder: (endpoint) => {
      const name = endpoint.replace(/^https?:\/\//, "").replace(/[^A-Za-z0-9.-]+/g, "_");
      const path = join(folder, "ledgers", name);
      mkdirSync(path, { recursive: true, mode: OWNER_FOLDER });
      return path;
    },
  };
}

export function signerOfKey({ publicKey, secretKey }: KeyPair): Signer {
  return { publicKey, sign: (message) => sign(secretKey, message) };
}

function keyOf(secretKey: unknown, where: string): KeyPair {
  if (typeof secretKey !== "string" || !/^[0-9a-f]{64}$/.test(secretKey)) {
    throw usage(`${where} holds no secret key: wanted 64 lowercase hex digits`);
  }
  return { publicKey: publicKeyOf(secretKey), secretKey };
}

/** Null where there is no such file. */
export function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw usage(`Cannot read ${file}: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw usage(`${file} is not JSON`, "mend it, or move it away and run `policyledger init`");
  }
}

/** A key that others can read is nobody's. Windows has no such bits. */
function requirePrivate(file: string): void {
  if (process.platform === "win32" || (statSync(file).mode & 0o077) === 0) return;
  throw usage(
    `${file} can be read by others`,
    `\`chmod 600 ${file}\`; if others may have read it, make a new key`,
  );
}

/** Written beside it and renamed over it. */
export function replaceFile(file: string, text: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_FOLDER });
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text, { mode: OWNER_ONLY });
  chmodSync(draft, OWNER_ONLY);
  renameSync(draft, file);
}
