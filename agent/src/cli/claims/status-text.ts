// The report of `status`: one claim in full, many as a table.
import type { Job } from "@policyledger/core/api";
import type { ClientError } from "../../sdk/index.ts";
import { fields, foreign, type Terminal, table } from "../terminal.ts";
import {
  entryUrl,
  expectedOf,
  idIn,
  jobCells,
  placeOf,
  rewardIn,
  runIn,
  signed,
  stateIn,
  unitOf,
} from "./texts.ts";

export interface Row {
  readonly claim_id: string;
  readonly file: string | null;
  readonly job: Job | null;
  /** Why nothing, or no more, is known. */
  readonly error: ClientError | null;
}

interface By {
  readonly terminal: Terminal;
  readonly endpoint: string;
}

export function statusText(rows: readonly Row[], by: By): string {
  const { terminal } = by;
  const [only] = rows;
  const parts = [rows.length === 1 ? inFull(only!, by) : listed(rows, by)];
  for (const { claim_id, job, error } of rows) {
    const unknown = error?.problem?.code === "not_found" ? "the service knows no such claim" : error?.message;
    const wrong = unknown ?? wrongWith(job);
    if (wrong !== null)
      parts.push(signed(terminal.paint.red("✗"), `${claim_id.slice(0, 12)}: ${wrong}`, terminal));
  }
  return parts.join("\n\n");
}

function wrongWith(job: Job | null): string | null {
  if (job?.state === "INVALID") {
    // Both rewards stand in the claim's own rows, in points.
    const why =
      job.kind === "plan" || job.replayed_reward === undefined ? `: ${job.message ?? "nothing is said"}` : "";
    return `${job.reason ?? "no reason is given"}${why}`;
  }
  return job?.state === "FAILED" ? "the service gave up on it; submitting again opens it anew" : null;
}

function inFull({ claim_id, file, job }: Row, { terminal, endpoint }: By): string {
  const state = stateIn(terminal.paint, job?.state ?? "UNKNOWN");
  const rows: [string, string][] = [["claim", claim_id]];
  if (file !== null) rows.push(["file", foreign(file)]);
  if (job !== null) {
    rows.push(
      ["agent", foreign(job.claim.agent_id)],
      ["of", placeOf(job.claim)],
      ["submitted", job.submitted_at],
    );
    if (job.decided_at !== undefined) rows.push(["decided", job.decided_at]);
    rows.push(...(job.kind === "plan" ? planRows(job) : policyRows(job)));
    if (job.index !== undefined)
      rows.push(["entry", String(job.index)], ["link", foreign(entryUrl(endpoint, job.index))]);
  }
  return [state, "", fields(terminal, rows)].join("\n");
}

function policyRows({
  claim,
  replayed_reward,
  verified_reward,
  evaluation,
}: JobOf<"policy">): [string, string][] {
  const unit = unitOf(claim.env_id);
  const rows: [string, string][] = [["claimed", rewardIn(claim.claimed_reward, unit)]];
  if (replayed_reward !== undefined) rows.push(["replayed", rewardIn(replayed_reward, unit)]);
  if (verified_reward !== undefined) rows.push(["verified", rewardIn(verified_reward, unit)]);
  if (evaluation !== undefined) rows.push(["expected", expectedOf(evaluation, unit)]);
  return rows;
}

function planRows({ claim, commits, ops }: JobOf<"plan">): [string, string][] {
  const rows: [string, string][] = [
    ["state", claim.final_state_hash],
    ["commit", claim.final_commit_hash],
  ];
  if (commits !== undefined && ops !== undefined) rows.push(["run", runIn({ commits, ops })]);
  return rows;
}

type JobOf<K extends Job["kind"]> = Extract<Job, { readonly kind: K }>;

function listed(rows: readonly Row[], { terminal, endpoint }: By): string {
  const columns = [
    { title: "file", least: 12 },
    { title: "state" },
    { title: "entry", right: true },
    { title: "reward", right: true },
    { title: "expected", right: true },
    { title: "claim" },
  ];
  const cells = rows.map(({ claim_id, file, job }) => {
    const { entry, reward, expected } = jobCells(job);
    const state = stateIn(terminal.paint, job?.state ?? "UNKNOWN");
    return [foreign(file ?? ""), state, entry, reward, expected, idIn(terminal, claim_id)];
  });
  const link = rows.some(({ job }) => job?.index !== undefined)
    ? ["", `${terminal.paint.dim("entries")}  ${foreign(endpoint)}/api/v1/ledger/ENTRY`]
    : [];
  return [table(terminal, columns, cells), ...link].join("\n");
}
