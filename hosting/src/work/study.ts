// Looks at a recorded policy closely: what it does in which situation, and the episode that earned the reward, step by
// step. Nothing is shown of a policy that does not earn what its entry says.
import { environmentKind, explainPolicy, observationOf } from "@policyledger/core";
import { recordedPolicy } from "./recorded-policy.ts";
import type { Step, Tasks } from "./tasks.ts";

type StudyTask = Tasks["study"];

export async function studyEntry(
  input: StudyTask["input"],
  _: unknown,
  signal: AbortSignal,
): Promise<StudyTask["done"]> {
  const { reuse } = await recordedPolicy(input, signal);
  const { artifact, env, run } = reuse();
  const kind = environmentKind(env.id);
  const steps: Step[] = [];
  const { reward } = run(input.entry.seed, (state, action, reward) => {
    const total = (steps.at(-1)?.total ?? 0) + reward;
    steps.push({ observation: observationOf(kind, state), action: kind.actions[action]!, reward, total });
  });
  return { explanation: explainPolicy(env, artifact), steps, reward };
}
