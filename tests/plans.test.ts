// The example plans of examples/plans come to what they are examples of.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  CLAIM_LIMITS,
  checkPlan,
  checkReceipts,
  type PlanEvent,
  parsePlanDocument,
  planDocumentText,
  portableHost,
  replayReceipts,
  runPlan,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { examplePlan } from "../scripts/plans.ts";

interface Expected {
  readonly about: string;
  readonly attempts: readonly string[];
  readonly end: Readonly<Record<string, string>> | string;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  settlement: {
    about: "payments with limits and fees at two banks, of which one cannot be made",
    attempts: [
      "1-salary 4-gift: committed",
      "2-rent 3-loan: committed",
      "5-invoice: committed",
      "6-refund: committed",
    ],
    end: {
      alice: "198",
      bob: "69",
      carol: "304",
      dave: "125",
      erin: "63",
      "fees.north": "3",
      "fees.south": "3",
      "limit.alice": "-100",
      "limit.dave": "-20",
    },
  },
  diamond: {
    about: "one op, two that need it, and one that needs both",
    attempts: ["top: committed", "left right: committed", "bottom: committed"],
    end: { bottom: "35", left: "10", right: "25", top: "5" },
  },
  split: {
    about: "two deliveries that are fine alone and too much together: the gate splits them",
    attempts: [
      "by-rail by-road relabel: fail.gate_eps, split",
      "by-rail, forced: committed",
      "by-road relabel: committed",
    ],
    end: { labels: "1", "stock.east": "5", "stock.west": "7" },
  },
  halt: {
    about: "a pot that is shared among nobody: an op alone fails, which ends the run",
    attempts: ["1-collect 2-leave: committed", "3-share: fail.kernel_error, halt"],
    end: "err.kernel_error.singleton",
  },
  cap: {
    about: "a cube that does not fit into 24 bits on its way, though its remainder would",
    attempts: ["1-cube: committed", "2-cube: committed", "3-cube: err.cap.bigint_bits_exceeded, halt"],
    end: "err.cap.bigint_bits_exceeded",
  },
};

function inWords({ batch, forced, outcome }: PlanEvent): string {
  const how = outcome.kind === "committed" ? "committed" : `${outcome.code}, ${outcome.transform}`;
  return `${batch.join(" ")}${forced ? ", forced" : ""}: ${how}`;
}

test("there is an expectation of each example, and an example of each", () => {
  const files = readdirSync(fileURLToPath(new URL("../examples/plans", import.meta.url)));
  expect(files.sort()).toEqual(
    Object.keys(EXPECTED)
      .map((name) => `${name}.json`)
      .sort(),
  );
});

describe.each(Object.entries(EXPECTED))("%s", (name, { about, attempts, end }) => {
  const document = examplePlan(name);

  test(`runs as it should: ${about}`, () => {
    const events: string[] = [];
    const run = runPlan(nodeHost, document, { observe: (event) => events.push(inWords(event)) });
    expect(events).toEqual(attempts);
    if (run.status === "refused") throw new Error("refused");
    expect(
      run.status === "finished"
        ? Object.fromEntries(run.finalState.map(([field, value]) => [field, `${value}`]))
        : run.code,
    ).toEqual(end);
  });

  test("may be claimed, and its normal form is read back as itself", () => {
    const { faults, planHash } = checkPlan(portableHost, document, CLAIM_LIMITS);
    expect(faults).toEqual([]);
    const text = planDocumentText(nodeHost, document);
    const again = parsePlanDocument(text);
    expect(planDocumentText(portableHost, again)).toBe(text);
    expect(checkPlan(nodeHost, again).planHash).toBe(planHash);
  });

  test("leaves receipts that both verifiers accept, where it finishes", () => {
    const run = runPlan(nodeHost, document);
    if (run.status === "refused") throw new Error("refused");
    const isWhole = run.status === "finished";
    expect(checkReceipts(portableHost, document, run.receipts).ok).toBe(isWhole);
    expect(replayReceipts(portableHost, document, run.receipts).ok).toBe(isWhole);
  });
});
