// Nobody is trusted: what the service says of a claim is compared with what replaying it here found, and its entry with
// the claim.
import type { Evaluation, Json, Sealed } from "@policyledger/core";
import type { Job } from "@policyledger/core/api";
import { type Difference, differing, evaluationDifferences } from "../replay/differences.ts";
import type { Pool } from "../replay/pool.ts";
import type { ClaimFinding } from "../replay/tasks.ts";

/** Something that the service says, and that is not so. */
export interface Contradiction {
  readonly message: string;
  readonly differences: readonly Difference[];
}

/** Of a claim that was decided; how far it is on its way is the service's to say. */
export function contradictionsOf(job: Job, finding: ClaimFinding): Contradiction[] {
  const { verdict, differences } = finding;
  const labels = [
    ...differing("agent_id", job.agent_id, job.claim.agent_id),
    ...(job.kind === "plan"
      ? differing("plan_hash", job.plan_hash, job.claim.plan_hash)
      : differing("policy_hash", job.policy_hash, job.claim.policy_hash)),
  ];
  const found =
    labels.length === 0 ? [] : [{ message: "the service lists the claim as another's", differences: labels }];
  if (job.state === "PENDING" || job.state === "FAILED") return found;
  const said = job.state === "INVALID" ? "INVALID" : "VALID";
  if (said !== verdict.verdict) {
    return [
      ...found,
      {
        message: `the service lies: it says ${said} of a claim that ${said === "VALID" ? "does not hold" : "holds"}`,
        differences: [
          {
            field: "verdict",
            said: job.reason === undefined ? said : `${said}: ${job.reason}`,
            found: verdict.verdict === "VALID" ? "VALID" : `INVALID: ${verdict.reason}`,
          },
          ...differences,
        ],
      },
    ];
  }
  const changed = foundDifferences(job, finding);
  if (changed.length === 0) return found;
  return [
    ...found,
    { message: "the service lies: its verdict is not what replay found", differences: changed },
  ];
}

export const NO_ENTRY = "the service calls the claim recorded, and names no entry";

/** Where what verification found, as the service says it, is not what was found here. */
function foundDifferences(job: Job, { verdict, evaluation }: ClaimFinding): Difference[] {
  const said: Readonly<Record<string, unknown>> = { ...job };
  const found: Readonly<Record<string, unknown>> = { ...verdict };
  const names =
    verdict.verdict === "VALID"
      ? ["verified_reward", "steps", "commits", "ops"]
      : ["reason", "replayed_reward", "replayed_state_hash", "replayed_commit_hash"];
  const differences = names.flatMap((name) => differing(name, said[name] as Json, found[name] as Json));
  if (verdict.verdict === "INVALID" || job.kind === "plan") return differences;
  return [...differences, ...evaluationDifferences(job.evaluation, evaluation ?? undefined)];
}

/** Of the entry that a RECORDED claim names: it is there, it is of this very claim, and signed by its key. */
export async function entryContradictions(
  pool: Pool,
  job: Job,
  { entry, text, current_hash }: Sealed,
  evaluation: Evaluation | null,
): Promise<Contradiction[]> {
  const [finding] = await pool.check([{ kind: "entry", text, subject: null }]);
  const { fault } = finding!;
  const isOfClaim = entry.claim_id === job.claim_id;
  const differences = [
    ...differing("claim_id", job.claim_id, entry.claim_id),
    ...(job.current_hash === undefined ? [] : differing("current_hash", job.current_hash, current_hash)),
    ...(isOfClaim && entry.kind === "policy" && evaluation !== null && entry.evaluation !== undefined
      ? evaluationDifferences(entry.evaluation, evaluation)
      : []),
  ];
  if (fault === null && differences.length === 0) return [];
  const what = isOfClaim ? "is not as it should be" : "is not of this claim";
  return [
    {
      message: `entry ${entry.index} ${what}${fault === null ? "" : `: ${fault.message}`}`,
      differences: [...finding!.differences, ...differences].filter(isFirstOfField),
    },
  ];
}

function isFirstOfField({ field }: Difference, at: number, all: readonly Difference[]): boolean {
  return all.findIndex((other) => other.field === field) === at;
}
