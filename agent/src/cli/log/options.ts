// What the command line says of a log: its key, and the quorum that is demanded.
import { readFileSync, writeFileSync } from "node:fs";
import {
  PolicyLedgerError,
  parseJson,
  parseQuorum,
  parseVerifierKey,
  type Quorum,
  type VerifierKey,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { type LogClient, openLog } from "../../log/index.ts";
import type { Call } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { fileMemory } from "./file-memory.ts";

/** Sixty-four rules of as many keys of some hundred bytes. */
const MAX_QUORUM_BYTES = 2_097_152;

export function logOf(
  endpoint: string,
  { given, home, under }: Pick<Call, "given" | "home"> & { readonly under: "quorum" | "no quorum" },
): LogClient {
  const pinned = given.text("log-key");
  return openLog(endpoint, {
    host: nodeHost,
    memory: fileMemory(home),
    keys: pinned === undefined ? [] : [requireKey("log-key", pinned)],
    quorum: under === "quorum" ? quorumOf({ given, home }) : null,
  });
}

/** `--quorum FILE`, or as `init` was told. */
export function quorumOf({ given, home }: Pick<Call, "given" | "home">): Quorum | null {
  const file = given.text("quorum");
  if (file !== undefined) return quorumIn(file);
  const { quorum } = home.config();
  if (quorum === undefined) return null;
  return read(home.configFile, () => parseQuorum(nodeHost, quorum));
}

export function quorumIn(file: string): Quorum {
  const text = readNamed(file);
  return read(file, () => parseQuorum(nodeHost, parseJson(text, { maxBytes: MAX_QUORUM_BYTES })));
}

/** A verifier key as it was typed. */
function requireKey(option: string, text: string): string {
  read(`--${option}`, () => parseVerifierKey(nodeHost, text));
  return text;
}

/** Keys of an option that may be given more than once; at least one. */
export function keysNamed(option: string, texts: readonly string[]): VerifierKey[] {
  if (texts.length === 0) throw usage(`--${option} is missing: the verifier key of the log, name+id+base64`);
  return texts.map((text) => read(`--${option}`, () => parseVerifierKey(nodeHost, text)));
}

export function readNamed(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw usage(`Cannot read ${file}: ${(error as Error).message}`);
  }
}

export function writeNamed(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw usage(`Cannot write ${file}: ${(error as Error).message}`);
  }
}

function read<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    throw new CliError(EXIT.usage, `${what}: ${error.message}`, { faults: error.faults, cause: error });
  }
}
