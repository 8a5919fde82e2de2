// Advances a training in pieces, so that it can be watched, interrupted and written down meanwhile.
import { setImmediate } from "node:timers/promises";
import type { Training } from "@policyledger/core";
import { replaceFile } from "../home.ts";
import type { View } from "./view.ts";

const CHECKPOINT_MS = 10_000;
/** A piece takes about as long; the view and Ctrl-C wait for it. */
const PIECE_MS = 20;

/** False where it was interrupted; then, and every ten seconds, it stands in the checkpoint. */
export async function runTraining(
  training: Training,
  {
    view,
    checkpoint,
    signal,
  }: { readonly view: View; readonly checkpoint: string; readonly signal: AbortSignal },
): Promise<boolean> {
  let piece = 10;
  let saved = performance.now();
  try {
    while (!training.done) {
      const before = performance.now();
      view.set(training.advance(Math.ceil(piece)));
      const after = performance.now();
      // As many as take that long, going there gently: one slow piece, such as the first, does not count for much.
      piece = Math.max(1, Math.min(2 * piece, (piece * PIECE_MS) / Math.max(0.01, after - before)));
      if (after - saved > CHECKPOINT_MS) {
        replaceFile(checkpoint, training.save());
        saved = after;
      }
      await setImmediate();
      if (signal.aborted) {
        replaceFile(checkpoint, training.save());
        return training.done;
      }
    }
  } finally {
    view.end();
  }
  return true;
}
