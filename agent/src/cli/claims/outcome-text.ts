// The report of `submit`: one claim in full, many as a table, and below it whatever went wrong.
import { provenSaid, saidText, viewSaid } from "../log/text.ts";
import { counted, fields, foreign, type Terminal, table } from "../terminal.ts";
import { type Outcome, stateOf } from "./outcome.ts";
import {
  differenceLines,
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
  unitOfClaim,
} from "./texts.ts";

interface By {
  readonly terminal: Terminal;
  readonly endpoint: string;
}

export function reportOf(outcomes: readonly Outcome[], by: By): string {
  const [only] = outcomes;
  const parts = outcomes.length === 1 ? [inFull(only!, by)] : [listed(outcomes, by)];
  for (const outcome of outcomes) {
    const wrong = wrongWith(outcome, by);
    if (wrong !== "") parts.push(wrong);
  }
  return parts.join("\n\n");
}

function inFull(outcome: Outcome, { terminal, endpoint }: By): string {
  const { where, claim, claim_id, job, fate, proven } = outcome;
  const { paint } = terminal;
  const known = fate.kind === "accepted" && fate.accepted.known ? paint.dim("  (was known already)") : "";
  const rows: [string, string][] = [
    ["claim", claim_id],
    ["agent", foreign(claim.agent_id)],
    ["of", placeOf(claim)],
  ];
  rows.push(...foundRows(outcome));
  if (job?.index !== undefined) {
    rows.push(["entry", String(job.index)], ["link", foreign(entryUrl(endpoint, job.index))]);
  }
  const proof = proven === null ? [] : ["", saidText(provenSaid(proven), terminal)];
  return [
    `${stateIn(paint, stateOf(outcome))}  ${foreign(where)}${known}`,
    "",
    fields(terminal, rows),
    ...proof,
  ].join("\n");
}

/** What was verified, or claimed and replayed here. */
function foundRows({ claim, job, finding }: Outcome): [string, string][] {
  const { verdict } = finding;
  if (claim.kind === "plan") {
    if (job?.kind === "plan" && job.commits !== undefined && job.ops !== undefined) {
      return [["run", `${runIn({ commits: job.commits, ops: job.ops })}, verified`]];
    }
    return "commits" in verdict ? [["run", `${runIn(verdict)}, as replayed here`]] : [];
  }
  const unit = unitOf(claim.env_id);
  const found = verdict.verdict === "VALID" ? ", as replayed here" : "";
  if (job?.kind !== "policy" || job.verified_reward === undefined) {
    return [["reward", `${rewardIn(claim.claimed_reward, unit)} claimed${found}`]];
  }
  return [
    ["reward", `${rewardIn(job.verified_reward, unit)}, verified`],
    ...(job.evaluation === undefined
      ? []
      : [["expected", expectedOf(job.evaluation, unit)] as [string, string]]),
  ];
}

function listed(outcomes: readonly Outcome[], { terminal, endpoint }: By): string {
  const rows = outcomes.map((outcome) => {
    const { entry, reward, expected } = jobCells(outcome.job);
    const state = stateIn(terminal.paint, stateOf(outcome));
    return [foreign(outcome.where), state, entry, reward, expected, idIn(terminal, outcome.claim_id)];
  });
  const columns = [
    { title: "file", least: 12 },
    { title: "state" },
    { title: "entry", right: true },
    { title: "reward", right: true },
    { title: "expected", right: true },
    { title: "claim" },
  ];
  const states = new Map<string, number>();
  for (const outcome of outcomes) states.set(stateOf(outcome), (states.get(stateOf(outcome)) ?? 0) + 1);
  const summary = [...states]
    .map(([state, number]) => `${number} ${stateIn(terminal.paint, state)}`)
    .join(", ");
  const link = outcomes.some(({ job }) => job?.index !== undefined)
    ? [`${terminal.paint.dim("entries")}  ${foreign(endpoint)}/api/v1/ledger/ENTRY`]
    : [];
  const proven = outcomes.flatMap(({ proven: each }) => each ?? []);
  const proof =
    proven.length === 0
      ? []
      : [
          "",
          `${counted(proven.length, "entry is", "entries are")} proven to stand in the log`,
          saidText(viewSaid(proven[0]!.view), terminal),
        ];
  return [
    table(terminal, columns, rows),
    "",
    `${counted(outcomes.length, "claim")}: ${summary}`,
    ...link,
    ...proof,
  ].join("\n");
}

/** Empty for what is as it should be. */
function wrongWith(outcome: Outcome, { terminal }: By): string {
  const { where, claim, finding, fate, job, error, contradictions } = outcome;
  const { paint } = terminal;
  const unit = unitOfClaim(claim);
  const cross = paint.red("✗");
  const lines: string[] = [];
  for (const { message, differences } of contradictions) {
    lines.push(signed(cross, `${where}: ${message}`, terminal));
    lines.push(...differenceLines(differences, terminal, { said: "the service says", unit }));
  }
  if (contradictions.length > 0) return lines.join("\n");
  if (fate.kind === "withheld" || job?.state === "INVALID") {
    const { verdict, differences } = finding;
    if (verdict.verdict === "INVALID") {
      const why = differences.length > 0 ? "" : `: ${verdict.message}`;
      lines.push(signed(cross, `${where} does not hold: ${verdict.reason}${why}`, terminal));
      lines.push(...differenceLines(differences, terminal, { said: "claimed", unit }));
      lines.push(...faultLines(verdict.faults, terminal));
    }
    if (fate.kind === "withheld") lines.push("  It was not sent; --even-if-false sends it all the same.");
  }
  if (fate.kind === "refused") {
    const { code, detail, errors } = fate.problem;
    lines.push(signed(cross, `${where} is refused: ${code}: ${detail}`, terminal));
    lines.push(...faultLines(errors, terminal));
    const advice = ADVICE[code];
    if (advice !== undefined) lines.push(signed(" ", advice, terminal));
  }
  if (fate.kind === "unsent" && fate.error !== null) {
    lines.push(signed(cross, `${where} was not sent: ${fate.error.message}`, terminal));
    lines.push("  Submitting again is safe.");
  }
  if (job?.state === "FAILED") {
    lines.push(
      signed(cross, `${where}: the service gave up on it; submitting again opens it anew`, terminal),
    );
  }
  if (error !== null) lines.push(signed(cross, `${where}: ${error.message}`, terminal));
  return lines.join("\n");
}

const ADVICE: Readonly<Record<string, string>> = {
  key_mismatch:
    "`policyledger init --agent ID` chooses another label; the claim file need not be made again.",
  reserved_label: "`policyledger init --agent ID` chooses another label.",
};

function faultLines(
  faults: readonly { readonly path: string; readonly message: string }[],
  { paint }: Terminal,
): string[] {
  return faults.map(
    ({ path, message }) => `    ${paint.dim(foreign(path, 80) || "all of it")}  ${foreign(message)}`,
  );
}
