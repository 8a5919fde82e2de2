// What became of a claim that `submit` was given, from the replay here to its entry.
import type { Claim, Sealed } from "@policyledger/core";
import type { Job } from "@policyledger/core/api";
import type { ProvenEntry } from "../../log/index.ts";
import type { ClientError } from "../../sdk/index.ts";
import { EXIT, exitOf } from "../exit.ts";
import { provenJson } from "../log/text.ts";
import type { ClaimFinding } from "../replay/tasks.ts";
import type { Contradiction } from "./contradictions.ts";
import type { Fate } from "./sending.ts";
import { entryUrl } from "./texts.ts";
import { isFinal } from "./waiting.ts";

export interface Outcome {
  readonly where: string;
  readonly claim: Claim;
  readonly claim_id: string;
  /** Of the replay here. */
  readonly finding: ClaimFinding;
  /** Withheld: it does not hold, and was not sent. */
  fate: Fate | { readonly kind: "withheld" };
  /** The last that was heard of it. */
  job: Job | null;
  /** Why no more was heard. */
  error: ClientError | null;
  contradictions: readonly Contradiction[];
  /** Its entry, when it has one. */
  sealed: Sealed | null;
  /** That the entry stands in the log; null where that is not known. */
  proven: ProvenEntry | null;
}

export type State = Job["state"] | "FALSE" | "REFUSED" | "NOT SENT" | "LIES";

export function stateOf({ fate, job, contradictions }: Outcome): State {
  if (contradictions.length > 0) return "LIES";
  switch (fate.kind) {
    case "withheld":
      return "FALSE";
    case "refused":
      return "REFUSED";
    case "unsent":
      return "NOT SENT";
    case "accepted":
      return job?.state ?? fate.accepted.state;
  }
}

/** The worst of all: what does not hold before what failed, and that before what is late. */
export function exitOfOutcomes(outcomes: readonly Outcome[], waited: boolean): number {
  const exits = outcomes.map((outcome) => exitOfOne(outcome, waited));
  return (
    [EXIT.broken, EXIT.usage, EXIT.service, EXIT.waiting].find((exit) => exits.includes(exit)) ?? EXIT.ok
  );
}

function exitOfOne(outcome: Outcome, waited: boolean): number {
  const { error, job } = outcome;
  switch (stateOf(outcome)) {
    case "LIES":
    case "FALSE":
    case "REFUSED":
    case "INVALID":
      return EXIT.broken;
    case "NOT SENT":
    case "FAILED":
      return EXIT.service;
    case "RECORDED":
      return EXIT.ok;
    case "PENDING":
    case "VALID":
      if (error !== null) return exitOf(error);
      return waited && !isFinal(job) ? EXIT.waiting : EXIT.ok;
  }
}

export function outcomeJson(outcome: Outcome, endpoint: string): object {
  const { where, claim, claim_id, finding, fate, job, error, contradictions, proven } = outcome;
  const { verdict, evaluation } = finding;
  const index = job?.index;
  return {
    file: where,
    claim_id,
    agent_id: claim.agent_id,
    state: stateOf(outcome),
    ...(fate.kind === "accepted" && { known: fate.accepted.known }),
    ...(index !== undefined && { index, entry_url: entryUrl(endpoint, index) }),
    ...(proven !== null && { proof: provenJson(proven) }),
    ...(job !== null && foundIn(job)),
    ...(job?.reason !== undefined && { reason: job.reason, message: job.message, faults: job.faults }),
    ...(fate.kind === "refused" && { problem: fate.problem }),
    ...(fate.kind === "unsent" && fate.error !== null && { error: errorJson(fate.error) }),
    ...(error !== null && { error: errorJson(error) }),
    replayed: { ...verdict, ...(evaluation !== null && { evaluation }) },
    ...(contradictions.length > 0 && { contradictions }),
  };
}

/** What the service says that verification found. */
function foundIn(job: Job): object {
  if (job.kind === "plan") return job.commits === undefined ? {} : { commits: job.commits, ops: job.ops };
  const { verified_reward, evaluation } = job;
  return {
    ...(verified_reward !== undefined && { verified_reward }),
    ...(evaluation !== undefined && { evaluation }),
  };
}

function errorJson({ code, message, problem }: ClientError): object {
  return { code, message, ...(problem !== undefined && { problem }) };
}
