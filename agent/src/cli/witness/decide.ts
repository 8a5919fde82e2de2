// The one place in which a witness signs: decided by the core, written down, and only then cosigned. The follower and the
// witness protocol both come here.
import {
  type AddCheckpoint,
  type Checkpoint,
  continueFrom,
  cosign,
  decideAddCheckpoint,
  formatVerifierKey,
  type NoteSignature,
  PolicyLedgerError,
  type VerifierKey,
  type WitnessAnswer,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { ContradictionError } from "../../log/index.ts";
import type { WitnessKeys } from "./keys.ts";
import type { Held, Replayed, StateStore } from "./state.ts";

type Refused = Exclude<WitnessAnswer, { readonly status: 200 }>;
type Cosigned = { readonly status: 200; readonly text: string; readonly cosignature: NoteSignature };

export interface Deciding {
  readonly store: StateStore;
  readonly keys: WitnessKeys;
  /** Seconds since 1970. */
  readonly now: () => number;
}

export function addCheckpoint(
  { store, keys, now }: Deciding,
  logs: readonly VerifierKey[],
  request: AddCheckpoint,
): Refused | Cosigned {
  for (;;) {
    const { state, version } = store.read();
    const answer = decideAddCheckpoint(nodeHost, request, logs, checkpointOf(state.held));
    if (answer.status !== 200) return answer;
    const held = { ...answer.state, note: request.checkpoint };
    if (!store.replace(version, { ...state, held })) continue;
    const { text } = answer;
    return { status: 200, text, cosignature: cosign(nodeHost, text, now(), keys.consistent) };
  }
}

function checkpointOf(held: Checkpoint | null): Checkpoint | null {
  return held === null ? null : { origin: held.origin, size: held.size, root: held.root };
}

/**
 * What a checkpoint that the log has signed says against it, beside the one that is held. Null where it says nothing, or
 * where one of them is under a key that is known no more.
 */
export function contradictionOf(
  logs: readonly VerifierKey[],
  held: Held | null,
  shown: string,
  link: Parameters<typeof continueFrom>[4],
): ContradictionError | null {
  if (held === null) return null;
  const found = attempt(() => continueFrom(nodeHost, logs, held.note, shown, link));
  if (found === null || found.verdict === "ok") return null;
  return new ContradictionError(found.message, found.evidence, found.proven, logs.map(formatVerifierKey));
}

function attempt<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof PolicyLedgerError) return null;
    throw error;
  }
}

/** Writes down how far entries were run again; false when that was known already, or more. */
export function advanceReplayed({ store }: Pick<Deciding, "store">, replayed: Replayed): boolean {
  for (;;) {
    const { state, version } = store.read();
    if (state.replayed.size >= replayed.size) return false;
    if (store.replace(version, { ...state, replayed })) return true;
  }
}

/** What was run again, and is what this checkpoint covers. */
export function cosignReplayed({ keys, now }: Deciding, text: string): NoteSignature {
  return cosign(nodeHost, text, now(), keys.replayed);
}
