// What a witness must never forget: of each log the last checkpoint that it cosigned, and how far it has run the entries
// again. It is written, durably, before a cosignature leaves this process; a crash before that leaves the old state and
// nobody has seen anything, a crash after it leaves the new one, and the same checkpoint may be cosigned once more.
import { join } from "node:path";
import { type Checkpoint, formatCheckpoint, PolicyLedgerError, rootOf, type Tree } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { usage } from "../exit.ts";
import type { Home } from "../home.ts";
import { fileNameOf } from "../log/file-memory.ts";
import { versionsOf } from "../log/versions.ts";

/** A checkpoint, with the note that the log signed, for when it is needed as evidence. */
export interface Held extends Checkpoint {
  readonly note: string;
}

/** The first entries: each was run again, and all together are the beginning of what the log signed. */
export interface Replayed extends Tree {
  /** Of the last of them; null before the first. */
  readonly last: { readonly current_hash: string; readonly timestamp: string } | null;
}

interface WitnessState {
  readonly held: Held | null;
  readonly replayed: Replayed;
}

const NOTHING: WitnessState = { held: null, replayed: { size: 0, peaks: [], last: null } };

export interface StateStore {
  read(): { readonly state: WitnessState; readonly version: number };
  /** False when another process of this witness was faster: read again, and decide again. */
  replace(version: number, state: WitnessState): boolean;
}

export function stateStore({ folder }: Pick<Home, "folder">, origin: string): StateStore {
  const versions = versionsOf(join(folder, "witness"), fileNameOf(origin));
  return {
    read: () => {
      const found = versions.read();
      if (found === null) return { state: NOTHING, version: 0 };
      return { state: readState(found.text, origin), version: found.number };
    },
    replace: (version, { held, replayed }) => {
      const kept = { v: 1, kind: "witness-state", origin, held, replayed };
      return versions.replace(version, `${JSON.stringify(kept, null, 2)}\n`);
    },
  };
}

/** Whatever is doubtful is refused: a witness that takes a lost state for none signs what it must not. */
function readState(text: string, origin: string): WitnessState {
  try {
    const { v, kind, origin: of, held, replayed } = JSON.parse(text);
    const { size, peaks, last } = replayed;
    if (held !== null) formatCheckpoint(held);
    rootOf(nodeHost, { size, peaks });
    const isLast = last === null ? size === 0 : typeof last.current_hash === "string" && size > 0;
    const isNote = held === null || (typeof held.note === "string" && held.origin === origin);
    if (v !== 1 || kind !== "witness-state" || of !== origin || !isLast || !isNote) throw unreadable(origin);
    return { held, replayed };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError || error instanceof PolicyLedgerError)
      throw unreadable(origin);
    throw error;
  }
}

function unreadable(origin: string) {
  return usage(
    `the state of this witness for ${origin} cannot be read`,
    "put it back as it was; a witness without it needs new keys under a new name",
  );
}
