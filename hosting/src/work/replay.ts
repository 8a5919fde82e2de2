// Runs a recorded policy again: fetches its artifact, which must have the recorded hash, and plays the recorded seed in the
// same loop in which it was trained and verified. The exact expected return is computed again too.
import { PolicyLedgerError } from "@policyledger/core";
import { recordedPolicy } from "./recorded-policy.ts";
import type { Tasks } from "./tasks.ts";

type Replay = Tasks["replay"];

export async function replayEntry(
  input: Replay["input"],
  _: unknown,
  signal: AbortSignal,
): Promise<Replay["done"]> {
  const { reuse } = await recordedPolicy(input, signal);
  const started = performance.now();
  const took = () => performance.now() - started;
  try {
    const { reward, steps } = reuse().run(input.entry.seed);
    return { holds: true, reward, message: `${steps} steps earned it again`, milliseconds: took() };
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    return { holds: false, reward: null, message: error.message, milliseconds: took() };
  }
}
