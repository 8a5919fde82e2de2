// How claims, verdicts and differences are put into words and tables.
import { type Claim, type Evaluation, environmentKinds, type Json, type PlanClaim } from "@policyledger/core";
import type { Job } from "@policyledger/core/api";
import type { Difference } from "../replay/differences.ts";
import { billionths, counted, foreign, type Paint, points, short, type Terminal, wrap } from "../terminal.ts";

/** How many units are a point; null where the environment is not known here. */
export function unitOf(envId: string): number | null {
  return environmentKinds.find(({ id }) => id === envId)?.rewardUnit ?? null;
}

/** The unit of what a claim is about; a plan earns nothing. */
export function unitOfClaim(claim: Claim | null): number | null {
  return claim === null || claim.kind === "plan" ? null : unitOf(claim.env_id);
}

/** "109.9 points". */
export function rewardIn(reward: number, unit: number | null): string {
  return unit === null ? `${reward} units` : `${points(reward, unit)} points`;
}

/** "cyber-defense-v1 standard, seed 42", or "plan 472b9a53ba6b". */
export function placeOf(about: Place | Pick<PlanClaim, "kind" | "plan_hash">): string {
  if ("plan_hash" in about) return `plan ${short(about.plan_hash)}`;
  const { env_id, env_config, seed } = about;
  const { preset = "standard", ...more } = env_config;
  const changed = Object.keys(more).length === 0 ? "" : ", changed";
  return `${foreign(env_id, 64)} ${foreign(String(preset), 64)}${changed}, seed ${seed}`;
}

interface Place {
  readonly env_id: string;
  readonly env_config: { readonly [key: string]: unknown };
  readonly seed: number;
}

/** What a plan's run came to: "6 ops in 4 commits". */
export function runIn({ ops, commits }: { readonly ops: number; readonly commits: number }): string {
  return `${counted(ops, "op")} in ${counted(commits, "commit")}`;
}

export function expectedOf({ expected, optimum }: Evaluation, unit: number | null): string {
  if (unit === null) return `${expected} of at most ${optimum} billionths of a unit`;
  return `${billionths(expected, unit)} of at most ${billionths(optimum, unit)}`;
}

const SHADES: Readonly<Record<string, keyof Paint>> = {
  RECORDED: "green",
  VALID: "green",
  PENDING: "yellow",
  INVALID: "red",
  FAILED: "red",
  REFUSED: "red",
  FALSE: "red",
  LIES: "red",
  "NOT SENT": "yellow",
  HOLDS: "green",
  UNCHECKED: "yellow",
  UNKNOWN: "yellow",
};

export function stateIn(paint: Paint, state: string): string {
  const shade = SHADES[state];
  return shade === undefined ? foreign(state, 16) : paint[shade](state);
}

/** The address of an entry, which says all that the ledger holds of the claim. */
export function entryUrl(endpoint: string, index: number): string {
  return `${endpoint}/api/v1/ledger/${index}`;
}

/** In full where a line has room for it. */
export function idIn({ width }: Pick<Terminal, "width">, id: string): string {
  return width >= ROOM_FOR_IDS ? id : short(id);
}

const ROOM_FOR_IDS = 130;

/** Both values of each field under one another; they may be hashes, which fill a line. */
export function differenceLines(
  differences: readonly Difference[],
  { paint }: Pick<Terminal, "paint">,
  {
    said,
    unit,
    indent = 4,
  }: { readonly said: string; readonly unit: number | null; readonly indent?: number },
): string[] {
  const widest = Math.max(said.length, "found".length);
  const space = " ".repeat(indent);
  return differences.flatMap(({ field, said: claimed, found }) => [
    `${space}${field}`,
    `${space}  ${paint.dim(said.padEnd(widest))}  ${paint.red(shown(field, claimed, unit))}`,
    `${space}  ${paint.dim("found".padEnd(widest))}  ${paint.green(shown(field, found, unit))}`,
  ]);
}

const REWARDS = ["claimed_reward", "verified_reward", "replayed_reward"];

/** Exact: what is rounded may look the same and differ. */
function shown(field: string, value: Json, unit: number | null): string {
  if (value === null) return field === "signature" ? "none of its key over this claim" : "nothing";
  if (REWARDS.includes(field) && typeof value === "number") return rewardIn(value, unit);
  if (field === "evaluation.expected" || field === "evaluation.optimum") {
    return `${value} billionths${typeof value === "number" && unit !== null ? ` (${billionths(value, unit)} points)` : ""}`;
  }
  // Twice as long as a line.
  if (field === "signature") return `${foreign(String(value), 48)}`;
  return foreign(typeof value === "string" ? value : JSON.stringify(value), 160);
}

/** A paragraph behind a sign. */
export function signed(sign: string, text: string, { width }: Pick<Terminal, "width">): string {
  return `${sign} ${wrap(foreign(text, 2_000), width, 2)}`;
}

/** What a job says, in the columns that tables of claims share. */
export function jobCells(job: Job | null): {
  readonly entry: string;
  readonly reward: string;
  readonly expected: string;
} {
  if (job === null) return { entry: "", reward: "", expected: "" };
  const entry = job.index === undefined ? "" : String(job.index);
  if (job.kind === "plan") return { entry, reward: "", expected: "" };
  const unit = unitOf(job.claim.env_id);
  return {
    entry,
    reward: job.verified_reward === undefined || unit === null ? "" : points(job.verified_reward, unit),
    expected: job.evaluation === undefined || unit === null ? "" : billionths(job.evaluation.expected, unit),
  };
}
