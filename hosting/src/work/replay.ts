// Runs a recorded policy again: fetches its artifact, which must have the recorded hash, and plays the recorded seed in the
// same loop in which it was trained and verified. The exact expected return is computed again too.
import { createClient } from "@policyledger/agent";
import { PolicyLedgerError, portableHost, reusePolicy } from "@policyledger/core";
import type { Tasks } from "./tasks.ts";

type Replay = Tasks["replay"];

export async function replayEntry(
  { origin, entry }: Replay["input"],
  _: unknown,
  signal: AbortSignal,
): Promise<Replay["done"]> {
  const artifact = await createClient(origin).policy(entry.policy_hash, { signal });
  const started = performance.now();
  const { current_hash: __, ...fields } = entry;
  const took = () => performance.now() - started;
  try {
    const { run } = reusePolicy(portableHost, fields as never, artifact);
    const { reward, steps } = run(entry.seed);
    return { holds: true, reward, message: `${steps} steps earned it again`, milliseconds: took() };
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    return { holds: false, reward: null, message: error.message, milliseconds: took() };
  }
}
