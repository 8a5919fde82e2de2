// The memory of logs in the home folder: logs/<origin>-<n>.json, and for each address the log that it showed.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { formatVerifierKey, openCheckpoint, PolicyLedgerError, parseVerifierKey } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Memory, Remembered } from "../../log/index.ts";
import { usage } from "../exit.ts";
import { type Home, readJson, replaceFile } from "../home.ts";
import { versionsOf } from "./versions.ts";

export interface FileMemory extends Memory {
  /** The log of an address is forgotten, for every address that shows it. */
  forget(endpoint: string): Promise<void>;
}

export function fileMemory(home: Pick<Home, "folder" | "ledgerFolder">): FileMemory {
  const addressFile = (endpoint: string) => join(home.ledgerFolder(endpoint), "log.json");
  const versions = (origin: string) => versionsOf(join(home.folder, "logs"), fileNameOf(origin));
  /** Which version was given out. */
  const given = new WeakMap<Remembered, number>();

  const originAt = async (endpoint: string): Promise<string | null> => {
    const file = addressFile(endpoint);
    const kept = readJson(file) as { readonly origin?: unknown } | null;
    if (kept === null) return null;
    if (typeof kept.origin === "string") return kept.origin;
    throw notOurs(file);
  };

  return {
    originAt,
    recall: async (origin) => {
      const version = versions(origin).read();
      if (version === null) return null;
      const remembered = readRemembered(version.text, origin);
      given.set(remembered, version.number);
      return remembered;
    },
    replace: async (endpoint, before, after) => {
      if ((await originAt(endpoint)) === null) {
        replaceFile(addressFile(endpoint), `${JSON.stringify({ origin: after.origin })}\n`);
      }
      const { origin, keys, checkpoint } = after;
      const seen_at = new Date().toISOString();
      const kept = { v: 1, kind: "log-memory", origin, keys, checkpoint, seen_at };
      const number = before === null ? 0 : given.get(before);
      if (number === undefined) throw new Error("bug: what is replaced was not recalled");
      return versions(origin).replace(number, `${JSON.stringify(kept, null, 2)}\n`);
    },
    forget: async (endpoint) => {
      const origin = await originAt(endpoint);
      if (origin !== null) versions(origin).remove();
      rmSync(addressFile(endpoint), { force: true });
    },
  };
}

/** A memory that cannot be read is not taken for none: it may be all that holds the log to what it showed. */
function readRemembered(text: string, origin: string): Remembered {
  try {
    const { v, kind, keys, checkpoint, ...rest } = JSON.parse(text);
    const known = (keys as string[]).map((key) => parseVerifierKey(nodeHost, key));
    if (v !== 1 || kind !== "log-memory" || rest.origin !== origin) throw notOurs(origin);
    const opened = openCheckpoint(nodeHost, checkpoint, known);
    if (opened.origin !== origin) throw notOurs(origin);
    return { origin, keys: known.map(formatVerifierKey), checkpoint };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof PolicyLedgerError)
      throw notOurs(origin);
    throw error;
  }
}

function notOurs(what: string) {
  return usage(
    `what is remembered of the log ${what} cannot be read`,
    "put it back as it was, or `policyledger audit --forget` to begin without",
  );
}

/** An origin may hold what no file name can, or be longer than one. */
export function fileNameOf(origin: string): string {
  return `${origin.replace(/[^A-Za-z0-9.-]+/g, "_").slice(0, 100)}.${nodeHost.sha256(origin).slice(0, 8)}`;
}
