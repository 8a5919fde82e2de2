// `policyledger plan submit FILE…`: runs plans here, claims what they come to, and follows the claims to their entries.

import { CLAIM_LIMITS, checkPlan, type Fault, type PlanFault } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { planAssertion } from "../../plans/index.ts";
import type { FiledClaim } from "../claim-file.ts";
import { SUBMIT_OPTIONS, submitClaims } from "../claims/submitting.ts";
import type { Call, Command } from "../command.ts";
import { broken, CliError, EXIT } from "../exit.ts";
import { readPlanFile } from "../plan/file.ts";
import { tracedRun } from "../plan/trace.ts";
import { foreign } from "../terminal.ts";

export const planSubmit: Command = {
  name: "plan submit",
  about: "runs plans, claims what they come to, and waits until the claims stand in the ledger",
  takes: "FILE…",
  least: 1,
  most: Number.MAX_SAFE_INTEGER,
  asks: true,
  proves: true,
  options: SUBMIT_OPTIONS,
  more: [
    "FILE is a plan's document or a draft. It is run here first; one that may not run, or halts, cannot be claimed, and nothing is sent. " +
      "Submitting again is safe: the same claim is one claim. In the end the entry is fetched and compared with the claim, " +
      "the verdict with the run here, and the entry is proven to stand in the log. Claims of plans that are signed already are sent by `policyledger submit`.",
    "Exits with 1 if a plan does not finish or its claim is refused, or the service says what is not so; with 3 if one could not be " +
      "sent, or the log has never signed and a proof is asked for (--wait, --proof, --log-key, a quorum); with 4 if one is not decided or not proven in time.",
  ],
  examples: [
    ["policyledger plan submit examples/plans/settlement.json", "from the draft to the ledger"],
    ["policyledger plan submit plan.json --no-wait", "`policyledger status --wait` waits later"],
  ],
  run: (call) => submitClaims(call, planClaims(call), call.args.length > 1),
};

/** Each is run when its turn comes, and in memory only until it is sent. */
function* planClaims({ args, terminal }: Call): Generator<FiledClaim[], void, undefined> {
  for (const file of args) {
    const document = readPlanFile(file);
    const { faults } = checkPlan(nodeHost, document, CLAIM_LIMITS);
    if (faults.length > 0) throw mayNotRun(file, faults);
    const { run } = tracedRun(document, terminal);
    if (run.status !== "finished") {
      const why = run.status === "halted" ? `: ${run.code}: ${run.message}` : "";
      throw broken(`${foreign(file)} cannot be claimed: it is ${run.status}${why}`);
    }
    yield [{ where: file, claim: { assertion: planAssertion(run), document } }];
  }
}

function mayNotRun(file: string, found: readonly PlanFault[]): CliError {
  const faults = found.map(({ code, path, message }) => ({ path, message: `${code}: ${message}` }));
  const [{ path, message }] = faults as [Fault];
  return new CliError(EXIT.broken, `${foreign(file)} cannot be claimed: ${path}: ${message}`, { faults });
}
