// `policyledger plan seal DRAFT`: a plan's document from a draft, with all its hashes.
import { writeFileSync } from "node:fs";
import { checkPlan, planDocumentText } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { readPlanFile } from "../plan/file.ts";
import { foreign } from "../terminal.ts";

export const planSeal: Command = {
  name: "plan seal",
  about: "makes a plan's document of a draft, with all its hashes",
  takes: "DRAFT FILE",
  least: 2,
  most: 2,
  asks: false,
  options: {},
  more: [
    "A draft names its kernels, and leaves out what follows from the rest: footprints, digests, hashes, allow-lists. FILE is " +
      "replaced by the document in its normal form. The same draft gives the same document.",
    "Exits with 1 if the plan may not run: all its faults are shown, and FILE is written all the same.",
  ],
  examples: [
    ["policyledger plan seal examples/plans/split.json plan.json", "then: policyledger plan run plan.json"],
  ],
  run: async ({ args: [draft, file], report, terminal }) => {
    const document = readPlanFile(draft!);
    const { planHash, faults } = checkPlan(nodeHost, document);
    writeFileSync(file!, `${planDocumentText(nodeHost, document)}\n`);
    report({ file, plan_hash: planHash, faults }, () =>
      [
        `${terminal.paint.dim("plan")}  ${planHash}`,
        ...faults.map(
          ({ code, path, message }) =>
            `${terminal.paint.red("✗")} ${foreign(path, 80)}  ${code}: ${foreign(message, 400)}`,
        ),
      ].join("\n"),
    );
    return faults.length === 0 ? EXIT.ok : EXIT.broken;
  },
};
