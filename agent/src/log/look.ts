// A look at a log: which checkpoint it shows now, under which key, whether that continues what was seen before, and
// whether enough witnesses have seen the same. Only what comes out of here is used for proofs.
//
// Keys. One that is pinned is the only one that counts. Otherwise the first that is seen is taken on trust, and from then
// on a checkpoint must be signed by a key that signed the last one. So a log that replaces its key signs with both for a
// while: who looks meanwhile goes over to the new one, on the word of the old one; whoever has only the new one never
// gets there.
import {
  checkQuorum,
  continueFrom,
  formatNote,
  formatVerifierKey,
  type Host,
  keysOfQuorum,
  type OpenedCheckpoint,
  openCheckpoint,
  PolicyLedgerError,
  parseVerifierKey,
  type Quorum,
  type VerifierKey,
} from "@policyledger/core";
import type * as api from "@policyledger/core/api";
import type { CallOptions } from "../sdk/calls.ts";
import { ClientError } from "../sdk/error.ts";
import { sleep } from "../sdk/transport.ts";
import { ContradictionError, checked } from "./error.ts";
import { isSame, type Memory, type Remembered, rememberedOf } from "./memory.ts";
import { fetchLink } from "./proofs.ts";
import { isNotFound, type Wire } from "./wire.ts";

/** A checkpoint that was accepted. */
export interface View extends OpenedCheckpoint {
  /** The note with the signatures that came with it. */
  readonly text: string;
  /** How its key is known: told by the caller, from an earlier look, or from this one, on trust. */
  readonly trust: "pinned" | "remembered" | "first_seen";
  /** The keys of the log that signed it. */
  readonly keys: readonly VerifierKey[];
  /** How many entries the log had when it was seen last; null when it was not. */
  readonly since: number | null;
  /** Whether it has the quorum that is demanded; null where none is. */
  readonly quorum: Quorum | null;
  /** The size of the latest checkpoint, which may have no quorum yet. */
  readonly latest: number;
}

export interface Looking {
  readonly wire: Wire;
  readonly host: Host;
  readonly memory: Memory;
  /** Keys of the log that were told beforehand; empty for none. */
  readonly pinned: readonly VerifierKey[];
  readonly quorum: Quorum | null;
  /** The longest pause before it is asked again, in milliseconds. */
  readonly maxPause: number;
}

/** Caches keep a checkpoint for a few seconds: one that lies back is looked at again before it is called a rollback. */
const PATIENCE = 3;
const STALE_MS = 1_200;

export async function look(looking: Looking, options: CallOptions = {}): Promise<View> {
  for (let patience = PATIENCE; ; ) {
    const said = await logOf(looking, options);
    const known = await knownOf(looking, said);
    const latest = opened(looking.host, known.accepted, known.announced, said.checkpoint.note);
    requireSaid(said, latest);
    try {
      await requireContinued(looking, known, latest, options);
    } catch (error) {
      const isBack =
        error instanceof ContradictionError && !error.proven && error.evidence.what === "rollback";
      if (!isBack || patience-- === 0) throw error;
      await sleep(Math.min(STALE_MS, looking.maxPause), options.signal);
      continue;
    }
    // Without its quorum nothing is remembered either: least of all a key that is seen for the first time.
    const accepted = await withQuorum(looking, known, latest, options);
    const { wire, memory } = looking;
    // Of two that a cache keeps apart, the one with the quorum may be the later one.
    const newest = accepted.size > latest.size ? accepted : latest;
    const after = rememberedOf(newest);
    // Somebody else has looked meanwhile: what they saw counts too.
    const isKept = known.isBound && isSame(known.before, after);
    if (!isKept && !(await memory.replace(wire.endpoint, known.before, after))) continue;
    return {
      ...accepted,
      text: formatNote(accepted.note),
      trust: known.trust,
      keys: signersOf(accepted, known.accepted),
      since: known.before === null ? null : sizeOf(looking, known),
      quorum: looking.quorum,
      latest: newest.size,
    };
  }
}

async function logOf({ wire, memory }: Looking, options: CallOptions): Promise<api.Log> {
  try {
    return await wire.log(options);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const origin = await memory.originAt(wire.endpoint);
    if (origin === null) {
      throw new ClientError(
        "no_log",
        `${wire.endpoint} has published no checkpoint: nothing of it is proven`,
        {
          cause: error,
        },
      );
    }
    throw new ClientError(
      "contradiction",
      `${wire.endpoint} showed checkpoints of the log ${origin} before, and says now that there is none`,
      { cause: error },
    );
  }
}

/** What is known of the log before its checkpoint is believed. */
interface Known {
  readonly before: Remembered | null;
  /** Whether this address has shown this log before, which may be remembered from another one. */
  readonly isBound: boolean;
  readonly trust: View["trust"];
  /** Whose signature makes a checkpoint the log's. */
  readonly accepted: readonly VerifierKey[];
  /** The keys that signed what is remembered. */
  readonly remembered: readonly VerifierKey[];
  /** Those that the service names, and that may take over. */
  readonly announced: readonly VerifierKey[];
}

async function knownOf({ wire, host, memory, pinned }: Looking, said: api.Log): Promise<Known> {
  const { origin } = said;
  const there = await memory.originAt(wire.endpoint);
  if (there !== null && there !== origin) {
    throw new ClientError(
      "unknown_key",
      `${wire.endpoint} was the log ${there}, and says now that it is another one, ${origin}`,
    );
  }
  const before = await memory.recall(origin);
  const remembered = (before?.keys ?? []).map((text) => parseVerifierKey(host, text));
  const known = { before, isBound: there !== null, remembered };
  if (pinned.length > 0) return { ...known, trust: "pinned", accepted: pinned, announced: [] };
  const announced = checked(() => said.keys.slice(0, MOST_KEYS).map((text) => parseVerifierKey(host, text)));
  if (before !== null) return { ...known, trust: "remembered", accepted: remembered, announced };
  return { ...known, trust: "first_seen", accepted: announced, announced };
}

/** A key and those that it is being replaced with. */
const MOST_KEYS = 8;

/** Opens it under the keys that count and others that may have signed too; one of those that count must have. */
function opened(
  host: Host,
  accepted: readonly VerifierKey[],
  others: readonly VerifierKey[],
  note: string,
): OpenedCheckpoint {
  let found: OpenedCheckpoint;
  try {
    found = openCheckpoint(host, note, distinct([...accepted, ...others]));
  } catch (cause) {
    if (!(cause instanceof PolicyLedgerError)) throw cause;
    if (cause.code !== "unsigned") throw new ClientError("false_answer", cause.message, { cause });
    throw unknownKey(accepted, cause);
  }
  if (signersOf(found, accepted).length === 0) throw unknownKey(accepted);
  return found;
}

function unknownKey(accepted: readonly VerifierKey[], cause?: unknown): ClientError {
  const names = accepted.map(formatVerifierKey).join(", ") || "none";
  return new ClientError(
    "unknown_key",
    `The checkpoint is signed by no key that counts here: wanted ${names}. A log that replaces its key signs with both for a while`,
    { cause },
  );
}

function requireSaid(
  { origin, checkpoint }: api.Log,
  { origin: signed, size, root }: OpenedCheckpoint,
): void {
  if (origin === signed && checkpoint.size === size && checkpoint.root === root) return;
  throw new ClientError(
    "false_answer",
    `The service says of the log ${origin} that it has ${checkpoint.size} entries with the root ${checkpoint.root}, and shows a checkpoint of ${signed} of ${size} with the root ${root}`,
  );
}

async function requireContinued(
  { wire, host }: Looking,
  { before, accepted, remembered }: Known,
  latest: OpenedCheckpoint,
  options: CallOptions,
): Promise<void> {
  if (before === null) return;
  const keys = distinct([...accepted, ...remembered]);
  const seen = openCheckpoint(host, before.checkpoint, remembered);
  await requireJoined({ wire, host }, keys, [seen, latest], options);
}

/** Throws what contradicts it that the second goes on where the first ended. */
async function requireJoined(
  { wire, host }: Pick<Looking, "wire" | "host">,
  keys: readonly VerifierKey[],
  [first, second]: readonly [OpenedCheckpoint, OpenedCheckpoint],
  options: CallOptions,
): Promise<void> {
  const [small, large] = first.size <= second.size ? [first, second] : [second, first];
  const link = await fetchLink(host, wire, small, large, options);
  const [seen, shown] = [formatNote(first.note), formatNote(second.note)];
  const found = continueFrom(host, keys, seen, shown, link);
  if (found.verdict === "ok") return;
  const { message, evidence, proven } = found;
  throw new ContradictionError(message, evidence, proven, keys.map(formatVerifierKey));
}

function sizeOf({ host }: Looking, { before, remembered }: Known): number {
  return openCheckpoint(host, before!.checkpoint, remembered).size;
}

function signersOf({ signed }: OpenedCheckpoint, accepted: readonly VerifierKey[]): VerifierKey[] {
  const texts = accepted.map(formatVerifierKey);
  return signed.flatMap(({ key }) => (texts.includes(formatVerifierKey(key)) ? [key] : []));
}

/** The latest one, if it has the quorum; otherwise the newest that has, and that the latest one goes on from. */
async function withQuorum(
  looking: Looking,
  known: Known,
  latest: OpenedCheckpoint,
  options: CallOptions,
): Promise<OpenedCheckpoint> {
  const { host, quorum, wire } = looking;
  if (quorum === null) return latest;
  const witnesses = keysOfQuorum(quorum);
  const withWitnesses = (note: string) => openedOrNull(host, known.accepted, witnesses, note);
  const cosigned = withWitnesses(formatNote(latest.note)) ?? latest;
  const why = quorumFault(quorum, cosigned);
  if (why === null) return cosigned;
  const { checkpoints } = await wire.cosigned(options);
  for (const { note } of checkpoints) {
    const found = withWitnesses(note);
    if (found === null || found.origin !== latest.origin || quorumFault(quorum, found) !== null) continue;
    const pair = found.size <= latest.size ? ([found, latest] as const) : ([latest, found] as const);
    await requireJoined(looking, known.accepted, pair, options);
    return found;
  }
  throw new ClientError("no_quorum", why.message, { faults: why.faults, cause: why });
}

/** One that is spoilt, such as by a false cosignature, keeps nobody from taking another one. */
function openedOrNull(
  host: Host,
  accepted: readonly VerifierKey[],
  witnesses: readonly VerifierKey[],
  note: string,
): OpenedCheckpoint | null {
  try {
    return opened(host, accepted, witnesses, note);
  } catch (error) {
    if (error instanceof ClientError) return null;
    throw error;
  }
}

function quorumFault(quorum: Quorum, { signed }: OpenedCheckpoint): PolicyLedgerError | null {
  try {
    checkQuorum(quorum, signed);
    return null;
  } catch (error) {
    if (error instanceof PolicyLedgerError) return error;
    throw error;
  }
}

/** Each once: who is pinned may be remembered too. */
function distinct(keys: readonly VerifierKey[]): VerifierKey[] {
  return [...new Map(keys.map((key) => [formatVerifierKey(key), key])).values()];
}
