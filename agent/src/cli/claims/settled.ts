// When claims have come to their end: is what the service says of them so, and is their entry theirs?
import { type Client, ClientError } from "../../sdk/index.ts";
import { progress } from "../progress.ts";
import type { Pool } from "../replay/pool.ts";
import type { Terminal } from "../terminal.ts";
import { contradictionsOf, entryContradictions, NO_ENTRY } from "./contradictions.ts";
import type { Outcome } from "./outcome.ts";

const AT_ONCE = 6;

interface By {
  readonly client: Client;
  readonly pool: Pool;
  readonly signal: AbortSignal;
}

export async function checkOutcomes(
  outcomes: readonly Outcome[],
  by: By & { readonly terminal: Terminal },
): Promise<void> {
  const bar = progress(by.terminal, { label: "checking", total: outcomes.length, unit: "claims" });
  let next = 0;
  let done = 0;
  const one = async () => {
    while (next < outcomes.length) {
      await checkOutcome(outcomes[next++]!, by);
      bar.set(++done);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, one));
  } finally {
    bar.end();
  }
}

async function checkOutcome(outcome: Outcome, by: By): Promise<void> {
  const { job, finding, error } = outcome;
  if (error?.code === "false_answer") {
    outcome.contradictions = [{ message: error.message, differences: [] }];
    return;
  }
  if (job === null) return;
  try {
    const said = contradictionsOf(job, finding);
    outcome.contradictions = said;
    if (job.state !== "RECORDED") return;
    if (job.index === undefined) throw new ClientError("false_answer", NO_ENTRY);
    outcome.sealed = await by.client.entry(job.index, { signal: by.signal });
    const held = await entryContradictions(by.pool, job, outcome.sealed, finding.evaluation);
    outcome.contradictions = [...said, ...held];
  } catch (thrown) {
    if (!(thrown instanceof ClientError)) throw thrown;
    if (thrown.code === "false_answer") {
      outcome.contradictions = [{ message: thrown.message, differences: [] }];
    } else outcome.error = thrown;
  }
}
