// What is kept between runs: configuration, key, and per ledger what was seen of it. One folder, for its owner only;
// each file is replaced whole, so that a crash leaves the old one or the new one.
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { type KeyPair, publicKeyOf, sign } from "@policyledger/core/node";
import type { Signer } from "../sdk/index.ts";
import { usage } from "./exit.ts";

interface Config {
  readonly endpoint?: string;
  readonly agent_id?: string;
  /** The JSON of a quorum, which every checkpoint must have. */
  readonly quorum?: unknown;
}

export interface Home {
  readonly folder: string;
  readonly configFile: string;
  readonly keyFile: string;
  config(): Config;
  writeConfig(config: Config): void;
  /** The agent's key, or an error that says how to get one. */
  key(): KeyPair;
  hasKey(): boolean;
  /** Never over another key. */
  writeKey(key: KeyPair): void;
  /** Keeps the key under another name, which it gives, so that there is room for a new one. */
  setKeyAside(): string;
  /** A folder for what belongs to one ledger. */
  ledgerFolder(endpoint: string): string;
}

/** Where `npm start` of the repository listens. */
export const LOCAL_STACK = "http://127.0.0.1:5000";

const OWNER_ONLY = 0o600;
const OWNER_FOLDER = 0o700;

export function homeAt(given: string | undefined, env: Readonly<Record<string, string | undefined>>): Home {
  const folder =
    given || env.POLICYLEDGER_HOME || join(env.XDG_CONFIG_HOME || join(homedir(), ".config"), "policyledger");
  const configFile = join(folder, "config.json");
  const keyFile = join(folder, "key.json");
  return {
    folder,
    configFile,
    keyFile,
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
      createFile(keyFile, `${JSON.stringify(key, null, 2)}\n`, "there is a key already");
    },
    setKeyAside: () => {
      const { public_key } = readJson(keyFile) as { public_key?: unknown };
      const name = typeof public_key === "string" ? public_key.replace(/[^0-9a-f]/g, "").slice(0, 12) : "old";
      let aside = join(folder, `key-${name}.json`);
      for (let i = 2; existsSync(aside); i++) aside = join(folder, `key-${name}-${i}.json`);
      renameSync(keyFile, aside);
      return aside;
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

/** A key from a file: one that `init` wrote, or the secret's 64 hex digits alone. */
export function importKey(file: string): KeyPair {
  let text: string;
  try {
    text = readFileSync(file, "utf8").trim();
  } catch (error) {
    throw usage(`Cannot read ${file}: ${(error as Error).message}`);
  }
  return keyOf(
    /^[0-9a-f]{64}$/.test(text) ? text : (readJson(file) as { secret_key?: unknown })?.secret_key,
    file,
  );
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
export function requirePrivate(file: string): void {
  if (process.platform === "win32" || (statSync(file).mode & 0o077) === 0) return;
  throw usage(
    `${file} can be read by others`,
    `\`chmod 600 ${file}\`; if others may have read it, make a new key`,
  );
}

/** Written beside it and renamed over it. */
export function replaceFile(file: string, text: string | Uint8Array): void {
  renameSync(draftOf(file, text), file);
}

/** The same where there must be none yet, whoever else is about to make it. */
export function createFile(file: string, text: string, isThere: string): void {
  const draft = draftOf(file, text);
  try {
    linkSync(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || existsSync(file)) throw usage(`${isThere}: ${file}`);
    // A file system without links.
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A new file that only its owner could ever read; what an earlier process left under its name is none of it. */
function draftOf(file: string, text: string | Uint8Array): string {
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_FOLDER });
  const draft = `${file}.${process.pid}.tmp`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: OWNER_ONLY, flag: "wx" });
  return draft;
}
