// `policyledger plan run FILE`: runs a plan here and shows how it went.
import { writeFileSync } from "node:fs";
import { CLAIM_LIMITS, checkPlan, receiptsText } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { readPlanFile } from "../plan/file.ts";
import { tracedJson, tracedRun, tracedText } from "../plan/trace.ts";

export const planRun: Command = {
  name: "plan run",
  about: "runs a plan here and shows how it went",
  takes: "FILE",
  least: 1,
  most: 1,
  asks: false,
  endsAtOnce: true,
  options: {
    all: { about: "shows every attempt of a long run" },
    receipts: { value: "FILE", about: "writes the receipts of a run that finishes" },
  },
  more: [
    "FILE is a plan's document, or a draft of one, as `policyledger plan seal` takes it. Each attempt is shown with its batch, what " +
      "came of it, and ε against its bound.",
    "Exits with 1 if the plan may not run, or halts.",
  ],
  examples: [
    ["policyledger plan run examples/plans/settlement.json", "the batches, and the state that they end in"],
    ["policyledger plan run plan.json --json", "for machines"],
    [
      "policyledger plan run plan.json --receipts receipts.json",
      "then: policyledger plan check plan.json receipts.json",
    ],
  ],
  run: async ({ args: [file], given, report, terminal }) => {
    const document = readPlanFile(file!);
    const traced = tracedRun(document, terminal);
    const { run } = traced;
    const to = given.text("receipts");
    if (to !== undefined && run.status === "finished") writeFileSync(to, `${receiptsText(run.receipts)}\n`);
    report(tracedJson(traced), () => tracedText(traced, terminal, given.is("all")));
    const [tooLarge] = run.status === "refused" ? [] : checkPlan(nodeHost, document, CLAIM_LIMITS).faults;
    if (tooLarge !== undefined)
      terminal.note(`! it cannot be claimed: ${tooLarge.path}: ${tooLarge.message}`);
    return run.status === "finished" ? EXIT.ok : EXIT.broken;
  },
};
