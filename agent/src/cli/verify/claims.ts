// Checks claims by replaying them here: of files, and of claims that the service knows.
import { type Claim, claimId, type PlanClaim, type PolicyClaim, type Submission } from "@policyledger/core";
import type { Job } from "@policyledger/core/api";
import { nodeHost } from "@policyledger/core/node";
import { ClientError } from "../../sdk/index.ts";
import { type FiledClaim, isSigned, type UnsignedClaim } from "../claim-file.ts";
import { contradictionsOf, entryContradictions, NO_ENTRY } from "../claims/contradictions.ts";
import type { Pool } from "../replay/pool.ts";
import { checkSpread } from "../replay/spread.ts";
import { type ClaimFinding, claimTask, type Unsigned } from "../replay/tasks.ts";
import type { ServiceClient } from "../service.ts";
import type { Checked, Wrong } from "./checked.ts";

export interface By {
  readonly client: ServiceClient;
  readonly pool: Pool;
  readonly signal: AbortSignal;
}

/** Of files alone; nobody is asked. */
export async function checkFiled(filed: readonly FiledClaim[], pool: Pool): Promise<Checked[]> {
  const submissions = filed.map(({ claim }) => (isSigned(claim) ? claim : withoutAgent(claim)));
  const findings = await checkSpread(
    pool,
    submissions.map((submission) => claimTask(submission)),
  );
  return filed.map(({ where, claim }, i) => checkedOf(where, submissions[i]!, findings[i]!, isSigned(claim)));
}

/** Stands where the agent will: what is replayed depends on neither. */
const NOBODY = { v: 1, agent_id: "nobody", public_key: "0".repeat(64) } as const;

function withoutAgent(claim: UnsignedClaim): Unsigned {
  if ("document" in claim) {
    const { assertion, document } = claim;
    return { claim: { ...NOBODY, kind: "plan", ...assertion }, document };
  }
  const { assertion, artifact } = claim;
  return { claim: { ...NOBODY, kind: "policy", ...assertion }, artifact };
}

function checkedOf(
  what: string,
  { claim }: Submission | Unsigned,
  { verdict, evaluation, differences }: ClaimFinding,
  signed: boolean,
): Checked {
  const wrong: Wrong[] =
    verdict.verdict === "VALID"
      ? []
      : [{ message: messageOf(verdict, differences.length > 0), differences, said: "claimed" }];
  return {
    what,
    state: verdict.verdict === "VALID" ? "HOLDS" : "FALSE",
    claim,
    claim_id: signed ? verdict.claim_id : null,
    verdict,
    evaluation,
    job: null,
    wrong,
  };
}

/** Where both values stand below it, the message would say them again, in other units. */
function messageOf(
  verdict: Extract<ClaimFinding["verdict"], { verdict: "INVALID" }>,
  shown: boolean,
): string {
  const faults =
    verdict.faults.length > 1 ? verdict.faults.map(({ path, message }) => `${path}: ${message}`) : [];
  return [`it does not hold: ${verdict.reason}${shown ? "" : `: ${verdict.message}`}`, ...faults].join("; ");
}

/** A claim with its artifact, and the file that they are from. */
interface FiledSubmission {
  readonly what: string;
  readonly submission: Submission;
}

/** What the service says of a claim, compared with what replaying it here finds; the artifact is the file's, or fetched. */
export async function checkJob(by: By, id: string, filed: FiledSubmission | null): Promise<Checked> {
  try {
    return await checkAnswers(by, id, filed);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== "false_answer") throw error;
    const wrong = [{ message: error.message, differences: [], said: "the service says" }];
    const claim = filed?.submission.claim ?? null;
    const nothing = { verdict: null, evaluation: null, job: null };
    return { what: filed?.what ?? id, state: "LIES", claim, claim_id: id, ...nothing, wrong };
  }
}

async function checkAnswers(
  by: By,
  id: string,
  filed: { what: string; submission: Submission } | null,
): Promise<Checked> {
  const what = filed?.what ?? id;
  const { client, pool, signal } = by;
  const job = await client.claim(id, { signal });
  const submission = await submissionOf(client, job, filed?.submission ?? null, signal);
  if (submission === null) return unchecked(what, job);
  const [finding] = await pool.check([claimTask(submission)]);
  const checked = checkedOf(what, submission, finding!, true);
  const lies = contradictionsOf(job, finding!);
  const held = job.state === "RECORDED" ? await entryOf(by, job, finding!) : [];
  const said = [...lies, ...held].map((each) => ({ ...each, said: "the service says" }));
  return {
    ...checked,
    job,
    state: said.length > 0 ? "LIES" : checked.state === "HOLDS" && isOpen(job) ? "PENDING" : checked.state,
    wrong: said.length > 0 ? said : checked.wrong,
  };
}

/** Given up is not decided either. */
function isOpen({ state }: Job): boolean {
  return state === "PENDING" || state === "FAILED";
}

async function entryOf(
  { client, pool, signal }: By,
  job: Job,
  { evaluation }: ClaimFinding,
): ReturnType<typeof entryContradictions> {
  if (job.index === undefined) return [{ message: NO_ENTRY, differences: [] }];
  try {
    return await entryContradictions(pool, job, await client.entry(job.index, { signal }), evaluation);
  } catch (error) {
    if (error instanceof ClientError && error.code === "false_answer") {
      return [{ message: error.message, differences: [] }];
    }
    throw error;
  }
}

/**
 * What the service says was claimed, with the artifact or document of the file, or fetched. Null where the service does
 * not give that: only those of claims that hold are anybody's.
 */
async function submissionOf(
  client: ServiceClient,
  { claim, signature }: Job,
  filed: Submission | null,
  signal: AbortSignal,
): Promise<Submission | null> {
  try {
    if (claim.kind === "plan") {
      const own = filed !== null && "document" in filed ? filed.document : null;
      const document = own ?? (await client.plan(claim.plan_hash, { signal })).document;
      return { claim: claim as PlanClaim, signature, document };
    }
    const own = filed !== null && "artifact" in filed ? filed.artifact : null;
    const artifact = own ?? (await client.policy(claim.policy_hash, { signal }));
    return { claim: claim as PolicyClaim, signature, artifact };
  } catch (error) {
    if (error instanceof ClientError && error.problem?.status === 404) return null;
    throw error;
  }
}

function unchecked(what: string, job: Job): Checked {
  const reason = job.state === "INVALID" ? `INVALID (${job.reason})` : job.state;
  return {
    what,
    state: "UNCHECKED",
    claim: job.claim as Claim,
    claim_id: job.claim_id,
    verdict: null,
    evaluation: null,
    job,
    wrong: [
      {
        message: `the service says ${reason} and does not give the ${job.kind === "plan" ? "document" : "artifact"}, so that nothing can be replayed: whoever has the claim file can check it with \`policyledger verify FILE --job\``,
        differences: [],
        said: "",
      },
    ],
  };
}

export function idOf({ claim }: Submission): string {
  return claimId(nodeHost, claim);
}
