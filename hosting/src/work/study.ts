// Looks at a recorded policy closely: what it does in which situation, and the episode that earned the reward, step by
// step. Nothing is shown of a policy that does not earn what its entry says.
import { createClient } from "@policyledger/agent";
import { environmentKind, explainPolicy, portableHost, reusePolicy } from "@policyledger/core";
import type { Step, Tasks } from "./tasks.ts";

type StudyTask = Tasks["study"];

export async function studyEntry(
  { origin, entry }: StudyTask["input"],
  _: unknown,
  signal: AbortSignal,
): Promise<StudyTask["done"]> {
  const text = await createClient(origin).policy(entry.policy_hash, { signal });
  const { current_hash: __, ...fields } = entry;
  const { artifact, env, run } = reusePolicy(portableHost, fields as never, text);
  const kind = environmentKind(entry.env_id);
  const steps: Step[] = [];
  const { reward } = run(entry.seed, (state, action, reward) => {
    const total = (steps.at(-1)?.total ?? 0) + reward;
    steps.push({ observation: labelsOf(kind.fields, state), action: kind.actions[action]!, reward, total });
  });
  return { artifact: text, explanation: explainPolicy(env, artifact), steps, reward };
}

type Fields = ReturnType<typeof environmentKind>["fields"];

/** The code counts through the fields, the last one fastest. */
function labelsOf(fields: Fields, code: number): Record<string, string | number> {
  let rest = code;
  const pairs = fields.toReversed().map(({ name, size, labels }) => {
    const value = rest % size;
    rest = (rest - value) / size;
    return [name, labels?.[value] ?? value] as const;
  });
  return Object.fromEntries(pairs.reverse());
}
