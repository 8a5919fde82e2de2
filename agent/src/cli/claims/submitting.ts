// Submits claims: replays them here, signs and sends them, waits for their verdicts, and checks what came of them.
import { claimId } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Client, ClientError } from "../../sdk/index.ts";
import type { FiledClaim } from "../claim-file.ts";
import type { Call, Options } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { progress } from "../progress.ts";
import { type Pool, replayPool } from "../replay/pool.ts";
import { checkSpread } from "../replay/spread.ts";
import { type ClaimFinding, claimTask } from "../replay/tasks.ts";
import { counted, foreign } from "../terminal.ts";
import { exitOfOutcomes, type Outcome, outcomeJson } from "./outcome.ts";
import { reportOf } from "./outcome-text.ts";
import { agentIdOf, type OwnClaim, signedBy } from "./own.ts";
import { keepProof, proveOutcomes, tellUnproven } from "./proving.ts";
import { remember } from "./remembered.ts";
import { type Fate, send } from "./sending.ts";
import { checkOutcomes } from "./settled.ts";
import { isFinal, MAX_TIMEOUT_S, waitForClaims } from "./waiting.ts";

export const SUBMIT_OPTIONS: Options = {
  agent: { value: "ID", about: "the label to sign under (otherwise as `init` was told)" },
  proof: { value: "FILE", about: "keep the proof that the entry stands in the log, a .tlog-proof" },
  wait: { about: "ends when their entries are proven, as it does anyway" },
  "no-wait": { about: "ends when the claims are accepted" },
  timeout: { value: "SECONDS", about: "how long to wait for all verdicts together (120)" },
  "even-if-false": { about: "also sends claims that do not hold when they are replayed here" },
};

/** `many` says that there may be more than one. */
export async function submitClaims(
  call: Call,
  filed: Iterable<readonly FiledClaim[]>,
  many: boolean,
): Promise<number> {
  const { given, terminal, signal } = call;
  if (given.text("proof") !== undefined && (given.is("no-wait") || many)) {
    throw usage("--proof is of one claim that is waited for");
  }
  if (given.is("wait") && given.is("no-wait")) throw usage("--wait or --no-wait, not both");
  const timeout = given.number("timeout", { min: 0, max: MAX_TIMEOUT_S }) ?? 120;
  const client = call.client();
  const pool = replayPool();
  try {
    const outcomes = await sendAll(call, client, pool, filed);
    const sent = outcomes.filter(({ fate }) => fate.kind === "accepted");
    let stopped = signal.aborted;
    let unproven: ClientError | null = null;
    if (!given.is("no-wait") && sent.length > 0 && !stopped) {
      const ids = [...new Set(sent.map(({ claim_id }) => claim_id))];
      const waited = await waitForClaims(ids, { client, terminal, signal, timeout });
      for (const outcome of sent) Object.assign(outcome, waited.get(outcome.claim_id));
      stopped = signal.aborted;
      if (!stopped) await checkOutcomes(sent, { client, pool, signal, terminal });
      if (!stopped) unproven = await proveOutcomes(sent, { log: call.log(), signal, timeout });
      keepProof(call, sent);
    }
    const { endpoint } = client;
    call.report({ endpoint, claims: outcomes.map((outcome) => outcomeJson(outcome, endpoint)) }, () =>
      reportOf(outcomes, { terminal, endpoint }),
    );
    if (stopped) return tellHowToGoOn(call, outcomes);
    if (!given.is("no-wait")) tellHowToWait(call, outcomes, "not decided in time, and safe");
    const exit = exitOfOutcomes(outcomes, !given.is("no-wait"));
    return unproven === null ? exit : tellUnproven(unproven, call, exit);
  } finally {
    await pool.close();
  }
}

/** Round by round: artifacts are not kept in memory longer than until they are sent. */
async function sendAll(
  call: Call,
  client: Client,
  pool: Pool,
  claims: Iterable<readonly FiledClaim[]>,
): Promise<Outcome[]> {
  const { terminal, signal } = call;
  // What is missing is better said before the first is sent.
  if (call.given.text("agent") !== undefined) agentIdOf(call);
  const bar = progress(terminal, { label: "sending", total: null, unit: "claims" });
  const outcomes: Outcome[] = [];
  try {
    for (const filed of claims) {
      const own = await Promise.all(filed.map((one) => signedBy(call, one)));
      const findings = await checkSpread(
        pool,
        own.map(({ submission }) => claimTask(submission)),
      );
      const round = own.map((one, i) => outcomeOf(one, findings[i]!));
      const isSent = (i: number) =>
        findings[i]!.verdict.verdict === "VALID" || call.given.is("even-if-false");
      const at = own.flatMap((_, i) => (isSent(i) ? [i] : []));
      const stopped = signal.aborted || outcomes.some(({ fate }) => fate.kind === "unsent");
      const fates: Fate[] = stopped
        ? at.map(() => ({ kind: "unsent", error: null }))
        : await send(
            client,
            at.map((i) => own[i]!.submission),
            signal,
          );
      for (const [k, i] of at.entries()) round[i]!.fate = fates[k]!;
      rememberAccepted(call, client, round);
      outcomes.push(...round);
      bar.set(outcomes.length);
    }
    return outcomes;
  } catch (error) {
    const sent = outcomes.filter(({ fate }) => fate.kind === "accepted").length;
    if (sent > 0)
      terminal.note(
        `${counted(sent, "claim was", "claims were")} accepted before; see \`policyledger status\``,
      );
    throw error;
  } finally {
    bar.end();
  }
}

function outcomeOf({ where, submission }: OwnClaim, finding: ClaimFinding): Outcome {
  const { claim } = submission;
  return {
    where,
    claim,
    claim_id: claimId(nodeHost, claim),
    finding,
    fate: { kind: "withheld" },
    job: null,
    error: null,
    contradictions: [],
    sealed: null,
    proven: null,
  };
}

function rememberAccepted({ home }: Call, { endpoint }: Client, round: readonly Outcome[]): void {
  const at = new Date().toISOString();
  const accepted = round.filter(({ fate }) => fate.kind === "accepted");
  remember(
    home,
    endpoint,
    accepted.map(({ claim_id, where }) => ({ claim_id, file: where, at })),
  );
}

function tellHowToGoOn(call: Call, outcomes: readonly Outcome[]): number {
  const { note, paint } = call.terminal;
  const unsent = outcomes.filter(({ fate }) => fate.kind === "unsent").length;
  tellHowToWait(call, outcomes, "accepted and safe");
  if (unsent > 0) {
    note(
      `${paint.yellow("!")} ${counted(unsent, "claim was", "claims were")} not sent; submitting again is safe`,
    );
  }
  return EXIT.interrupted;
}

function tellHowToWait({ terminal, given }: Call, outcomes: readonly Outcome[], how: string): void {
  const { note, paint } = terminal;
  const open = outcomes.filter(({ fate, job }) => fate.kind === "accepted" && !isFinal(job));
  if (open.length === 0) return;
  const [only] = open.length === 1 ? open : [];
  note(`${paint.yellow("!")} ${counted(open.length, "claim is", "claims are")} ${how}; to go on:`);
  const which = only === undefined ? `--last ${open.length}` : only.claim_id.slice(0, 16);
  const where = given.text("endpoint") === undefined ? "" : ` --endpoint ${foreign(given.text("endpoint")!)}`;
  note(`  policyledger status --wait ${which}${where}`);
}
