// One round of a witness that follows a log: it cosigns what others have cosigned beyond its own last one, so that witnesses
// meet on the same checkpoints, then the latest; and hands its cosignatures in.
import {
  formatNote,
  type NoteSignature,
  type OpenedCheckpoint,
  openCheckpoint,
  PolicyLedgerError,
  type VerifierKey,
  withSignatures,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { LogClient, View } from "../../log/index.ts";
import { ClientError } from "../../sdk/index.ts";
import { broken, CliError, EXIT } from "../exit.ts";
import type { WrongEntry } from "../log/replaying.ts";
import { addCheckpoint, advanceReplayed, contradictionOf, cosignReplayed, type Deciding } from "./decide.ts";
import { verifierTexts, type WitnessKeys } from "./keys.ts";
import { type ReplayTo, replayTo } from "./replay.ts";
import type { StateStore } from "./state.ts";

export interface Following {
  readonly log: LogClient;
  readonly keys: WitnessKeys;
  readonly storeOf: (origin: string) => StateStore;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** How entries are run again; null where they are not. */
  readonly replaying: Omit<ReplayTo, "log" | "keep"> | null;
  readonly told: (news: News) => void;
}

export interface News {
  readonly key: string;
  readonly origin: string;
  readonly size: number;
  readonly root: string;
}

export interface Round {
  readonly view: View;
  /** How many cosignatures were handed in. */
  readonly cosigned: number;
  /** Entries that do not hold: "replayed" is signed no more. */
  readonly wrong: readonly WrongEntry[];
}

interface Handed {
  readonly size: number;
  /** Seconds since 1970. */
  readonly at: number;
}

/** What was handed in by this process, by each key: after a start, the last one is handed in once more. */
export interface Posted {
  consistent: Handed;
  replayed: Handed;
}

export const NOTHING_POSTED: Posted = { consistent: { size: -1, at: 0 }, replayed: { size: -1, at: 0 } };

/** A log where nothing new comes is cosigned again by then, so that the times show that it is looked at. */
const AGAIN_S = 3_600;

/** Others' checkpoints that are cosigned in one round. */
const MOST_OTHERS = 16;

export async function followRound(following: Following, posted: Posted): Promise<Round> {
  const { log, keys, storeOf, now, signal } = following;
  const view = await log.checkpoint({ signal });
  const deciding: Deciding = { store: storeOf(view.origin), keys, now };
  const targets = [...(await othersOf(following, view)), view as OpenedCheckpoint];
  let cosigned = 0;
  for (const target of targets) {
    if (!isDue(target, posted.consistent, now())) continue;
    const signature = await consistentOf(following, deciding, view.keys, target);
    if (signature === null) continue;
    await handIn(following, target, signature);
    posted.consistent = { size: target.size, at: now() };
    cosigned += 1;
  }
  for (const target of following.replaying === null ? [] : targets) {
    if (!isDue(target, posted.replayed, now())) continue;
    const found = await replayedOf(following, deciding, target);
    if (found.wrong.length > 0) return { view, cosigned, wrong: found.wrong };
    if (found.signature === null) continue;
    await handIn(following, target, found.signature);
    posted.replayed = { size: target.size, at: now() };
    cosigned += 1;
  }
  return { view, cosigned, wrong: [] };
}

function isDue({ size }: OpenedCheckpoint, last: Handed, now: number): boolean {
  return size > last.size || (size === last.size && now - last.at >= AGAIN_S);
}

/** What others have cosigned and the log has signed, the smallest first, below the latest. */
async function othersOf({ log, signal }: Following, view: View): Promise<OpenedCheckpoint[]> {
  const { checkpoints } = await log.wire.cosigned({ signal });
  const found = new Map<number, OpenedCheckpoint>();
  for (const { note } of checkpoints.slice(0, MOST_OTHERS)) {
    const opened = openedOrNull(note, view.keys);
    if (opened !== null && opened.origin === view.origin && opened.size < view.size)
      found.set(opened.size, opened);
  }
  return [...found.values()].sort((a, b) => a.size - b.size);
}

function openedOrNull(note: string, keys: readonly VerifierKey[]): OpenedCheckpoint | null {
  try {
    return openCheckpoint(nodeHost, note, keys);
  } catch (error) {
    if (error instanceof PolicyLedgerError) return null;
    throw error;
  }
}

/** Null where more than this was cosigned before. */
async function consistentOf(
  { log, signal }: Following,
  deciding: Deciding,
  logs: readonly VerifierKey[],
  target: OpenedCheckpoint,
): Promise<NoteSignature | null> {
  for (;;) {
    const { held } = deciding.store.read().state;
    if (held !== null && held.size > target.size) return null;
    const link = held === null ? { proof: [] } : await log.link(held, target, { signal });
    const checkpoint = formatNote(ownOf(target));
    const request = { old: held?.size ?? 0, proof: link.proof, checkpoint };
    const answer = addCheckpoint(deciding, logs, request);
    if (answer.status === 200) return answer.cosignature;
    // Another process of this witness went on meanwhile.
    if (answer.status === 409 && answer.size !== request.old) continue;
    throw contradictionOf(logs, held, checkpoint, link) ?? broken(`it is not cosigned: ${answer.message}`);
  }
}

/** Without the cosignatures that came with it. */
function ownOf({ note, origin }: OpenedCheckpoint) {
  return { text: note.text, signatures: note.signatures.filter(({ name }) => name === origin) };
}

async function replayedOf(
  { log, signal, replaying }: Following,
  deciding: Deciding,
  target: OpenedCheckpoint,
): Promise<{ readonly signature: NoteSignature | null; readonly wrong: readonly WrongEntry[] }> {
  const { replayed, held } = deciding.store.read().state;
  // Never more than is known to be consistent, and nothing that lies back.
  if (held === null || target.size > held.size || target.size < replayed.size)
    return { signature: null, wrong: [] };
  // What others cosigned may be of another history than what is held.
  await log.consistency(target, held, { signal });
  const keep = (next: typeof replayed) => void advanceReplayed(deciding, next);
  const wrong = await replayTo({ ...replaying!, log, keep }, replayed, target);
  return { signature: wrong.length > 0 ? null : cosignReplayed(deciding, target.note.text), wrong };
}

async function handIn(
  { log, keys, signal, told }: Following,
  target: OpenedCheckpoint,
  signature: NoteSignature,
) {
  const { origin, size, root } = target;
  const note = formatNote(withSignatures(ownOf(target), [signature]));
  const own = verifierTexts(keys).filter((text) => text.startsWith(`${signature.name}+`));
  try {
    await log.wire.cosign(note, own, { signal });
  } catch (error) {
    if (!(error instanceof ClientError) || error.problem?.code !== "unknown_witness") throw error;
    throw new CliError(
      EXIT.service,
      `${origin} does not keep the cosignatures of ${signature.name}: ${error.message}`,
      {
        advice: `its operator lists witnesses by their keys: ${verifierTexts(keys).join(" ")}`,
        cause: error,
      },
    );
  }
  told({ key: signature.name, origin, size, root });
}
