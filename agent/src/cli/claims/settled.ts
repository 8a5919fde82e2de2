// When claims have come to their end: is what the service says of them so, and is their entry theirs?
import { type Client, ClientError } from "../../sdk/index.ts";
import type { Pool } from "../replay/pool.ts";
import { contradictionsOf, entryContradictions } from "./contradictions.ts";
import type { Outcome } from "./outcome.ts";

const AT_ONCE = 6;

export async function checkOutcomes(
  outcomes: readonly Outcome[],
  by: { readonly client: Client; readonly pool: Pool; readonly signal: AbortSignal },
): Promise<void> {
  let next = 0;
  const one = async () => {
    while (next < outcomes.length) await checkOutcome(outcomes[next++]!, by);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

async function checkOutcome(
  outcome: Outcome,
  by: { readonly client: Client; readonly pool: Pool; readonly signal: AbortSignal },
): Promise<void> {
  const { job, finding, error } = outcome;
  if (error?.code === "false_answer") {
    outcome.contradictions = [{ message: error.message, differences: [] }];
    return;
  }
  if (job === null) return;
  try {
    const said = contradictionsOf(job, finding);
    const held = job.state === "RECORDED" ? await entryContradictions(by, job, finding.evaluation) : [];
    outcome.contradictions = [...said, ...held];
  } catch (thrown) {
    if (!(thrown instanceof ClientError)) throw thrown;
    if (thrown.code === "false_answer") {
      outcome.contradictions = [{ message: thrown.message, differences: [] }];
    } else outcome.error = thrown;
  }
}
