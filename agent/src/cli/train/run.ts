// Advances a training in pieces, so that it can be watched, interrupted and written down meanwhile.
import { setImmediate } from "node:timers/promises";
import type { Training } from "@policyledger/core";
import { replaceFile } from "../home.ts";
import type { View } from "./view.ts";

const CHECKPOINT_MS = 2_000;
/** And at least so many times as long as writing one takes, which keeps the cost below a hundredth. */
const CHECKPOINT_PAUSES = 100;
/** A piece takes about as long; the view and Ctrl-C wait for it. */
const PIECE_MS = 20;

/** False where it was interrupted; then, and every few seconds, it stands in the checkpoint. */
export async function runTraining(
  training: Training,
  {
    view,
    checkpoint,
    signal,
  }: { readonly view: View; readonly checkpoint: string; readonly signal: AbortSignal },
): Promise<boolean> {
  let piece = 10;
  let next = performance.now() + CHECKPOINT_MS;
  let leave = true;
  try {
    while (!training.done) {
      const before = performance.now();
      view.set(training.advance(Math.ceil(piece)));
      const after = performance.now();
      // As many as take that long, going there gently: one slow piece, such as the first, does not count for much.
      piece = Math.max(1, Math.min(2 * piece, (piece * PIECE_MS) / Math.max(0.01, after - before)));
      if (after > next) {
        replaceFile(checkpoint, training.save());
        const written = performance.now();
        next = written + Math.max(CHECKPOINT_MS, CHECKPOINT_PAUSES * (written - after));
      }
      await setImmediate();
      if (signal.aborted) {
        replaceFile(checkpoint, training.save());
        return training.done;
      }
    }
    leave = false;
  } finally {
    // Of what did not come to its end, the last that was seen stays.
    view.end(leave);
  }
  return true;
}
