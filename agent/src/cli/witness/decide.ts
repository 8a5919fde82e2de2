// The one place in which a witness signs: decided by the core, written down, and only then cosigned. The follower and the
// witness protocol both come here.
import {
  type AddCheckpoint,
  type Checkpoint,
  cosign,
  decideAddCheckpoint,
  type NoteSignature,
  type VerifierKey,
  type WitnessAnswer,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { WitnessKeys } from "./keys.ts";
import type { Replayed, StateStore } from "./state.ts";

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
