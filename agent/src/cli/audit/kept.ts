// What an audit keeps of a ledger: its entries and policies in two files of lines, and how far they were checked. The
// state is written last, so that after a crash it names what is whole; what lies behind that is cut off.
import {
  appendFileSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { limits } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { ExportError, keyOf, MAX_SUBJECT_BYTES } from "../../check/index.ts";
import { CliError, usage } from "../exit.ts";
import { readJson, replaceFile } from "../home.ts";
import { type History, historyIn } from "./history.ts";
import { type Line, linesOf } from "./lines.ts";

/** What was seen of a ledger, and held: no later answer of its service may contradict it. */
export interface Seen {
  readonly size: number;
  readonly current_hash: string;
  readonly timestamp: string;
  /** When it was seen, by this machine's clock. */
  readonly seen_at: string;
}

interface KeptState {
  readonly v: 1;
  /** Null before the first entry. */
  readonly seen: Seen | null;
  /** How many are kept: as many as were seen, unless they were lost and are being fetched again. */
  readonly entries: number;
  readonly entries_bytes: number;
  readonly policies_bytes: number;
}

const NOTHING: KeptState = { v: 1, seen: null, entries: 0, entries_bytes: 0, policies_bytes: 0 };
const OWNER_ONLY = 0o600;

export interface Kept {
  readonly entriesFile: string;
  readonly policiesFile: string;
  readonly state: KeptState;
  /** Where each policy, and each plan, lies in its file, by its key. */
  readonly policies: ReadonlyMap<string, Pick<Line, "offset" | "length">>;
  entries(): AsyncGenerator<Line, void, undefined>;
  /** Adds what was checked. */
  add(texts: readonly string[], policies: readonly string[], seen: Seen): void;
  addPolicies(policies: readonly string[]): void;
}

const files = (folder: string) => ({
  stateFile: join(folder, "audit.json"),
  entriesFile: join(folder, "entries.ndjson"),
  policiesFile: join(folder, "policies.ndjson"),
});

/** What an earlier audit remembers; null where there was none. */
export function seenIn(folder: string): Seen | null {
  return stateIn(folder).seen;
}

/** The entries of an earlier audit. */
export function historyOf(folder: string, seen: Seen): History {
  return historyIn(files(folder).entriesFile, seen);
}

/** A memory that cannot be read is not taken for none: it may be all that holds the service to what it showed. */
function stateIn(folder: string): KeptState {
  const { stateFile } = files(folder);
  let state: unknown;
  try {
    state = readJson(stateFile);
  } catch (error) {
    if (error instanceof CliError) throw notOurs(stateFile);
    throw error;
  }
  if (state === null) return NOTHING;
  if (!isState(state)) throw notOurs(stateFile);
  return state;
}

function notOurs(file: string): CliError {
  return usage(
    `${file} is not what an audit writes: what was seen of the service cannot be read`,
    "put it back as it was, or `policyledger audit --forget` to begin without",
  );
}

function isState(value: unknown): value is KeptState {
  const { v, seen, entries, entries_bytes, policies_bytes } = Object(value) as Record<string, unknown>;
  const counts = [entries, entries_bytes, policies_bytes];
  return v === 1 && counts.every(isCount) && (seen === null || isSeen(seen));
}

function isSeen(value: unknown): value is Seen {
  const { size, current_hash, timestamp, seen_at } = Object(value) as Record<string, unknown>;
  const isHash = typeof current_hash === "string" && /^[0-9a-f]{64}$/.test(current_hash);
  return isCount(size) && size > 0 && isHash && typeof timestamp === "string" && typeof seen_at === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Forgets what was seen, too. */
export function forget(folder: string): void {
  // The state first: without it, nothing is taken for checked.
  rmSync(files(folder).stateFile, { force: true });
  forgetFiles(folder);
}

/** What was seen stays seen. */
export function forgetFiles(folder: string): void {
  for (const file of [files(folder).entriesFile, files(folder).policiesFile]) rmSync(file, { force: true });
}

export async function openKept(folder: string): Promise<Kept> {
  const { stateFile, entriesFile, policiesFile } = files(folder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  let state = stateIn(folder);
  if (!cut(entriesFile, state.entries_bytes) || !cut(policiesFile, state.policies_bytes)) {
    // Shorter than it was: what is gone is fetched again. What was seen stays seen.
    state = { ...NOTHING, seen: state.seen };
    cut(entriesFile, 0);
    cut(policiesFile, 0);
  }
  let policies = await policiesIn(policiesFile, state.policies_bytes);
  if (policies === null) {
    state = { ...state, policies_bytes: 0 };
    cut(policiesFile, 0);
    policies = new Map();
  }
  const known = policies;

  const append = (file: string, lines: readonly string[]): number => {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    appendFileSync(file, bytes);
    return bytes.length;
  };
  const addPolicies = (added: readonly string[]): number => {
    let offset = state.policies_bytes;
    for (const text of added) {
      const length = Buffer.byteLength(text);
      known.set(keyOf(nodeHost, text), { offset, length });
      offset += length + 1;
    }
    return append(policiesFile, added);
  };
  const write = (next: KeptState) => {
    state = next;
    replaceFile(stateFile, `${JSON.stringify(state, null, 2)}\n`);
  };
  return {
    entriesFile,
    policiesFile,
    get state() {
      return state;
    },
    policies: known,
    entries: () => linesOf(entriesFile, { to: state.entries_bytes, maxBytes: limits.MAX_ENTRY_BYTES }),
    add: (texts, added, seen) => {
      const policies_bytes = state.policies_bytes + addPolicies(added);
      const entries_bytes = state.entries_bytes + append(entriesFile, texts);
      write({
        v: 1,
        seen: later(state.seen, seen),
        entries: seen.size,
        entries_bytes,
        policies_bytes,
      });
    },
    addPolicies: (added) => {
      const policies_bytes = state.policies_bytes + addPolicies(added);
      write({ ...state, policies_bytes });
    },
  };
}

type Places = Map<string, Pick<Line, "offset" | "length">>;

/** Null where the file was damaged. What was changed has another hash, and is fetched again. */
async function policiesIn(file: string, to: number): Promise<Places | null> {
  const policies: Places = new Map();
  try {
    for await (const { text, offset, length } of linesOf(file, { to, maxBytes: MAX_SUBJECT_BYTES })) {
      policies.set(keyOf(nodeHost, text), { offset, length });
    }
    return policies;
  } catch (error) {
    if (error instanceof ExportError) return null;
    throw error;
  }
}

/** Entries that are fetched again are fewer than were seen, until they are all there. */
function later(before: Seen | null, now: Seen): Seen {
  return before !== null && before.size > now.size ? before : now;
}

/** False where the file is shorter than that. */
function cut(file: string, bytes: number): boolean {
  if (!existsSync(file)) closeSync(openSync(file, "a", OWNER_ONLY));
  const { size } = statSync(file);
  if (size < bytes) return false;
  if (size > bytes) {
    const opened = openSync(file, "r+");
    ftruncateSync(opened, bytes);
    closeSync(opened);
  }
  return true;
}
