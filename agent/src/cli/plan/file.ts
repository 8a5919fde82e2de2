// Plans and receipts in files: a plan's document, or a draft of one that is sealed as it is read; a chain of receipts.
import { readFileSync } from "node:fs";
import {
  acceptPlanDocument,
  type Json,
  limits,
  type PlanDocument,
  PolicyLedgerError,
  parseJson,
  parseReceipts,
  type ReceiptChain,
  sealPlan,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { CliError, EXIT, usage } from "../exit.ts";
import { foreign } from "../terminal.ts";

/** A draft names its kernels, a document lists them. */
export function readPlanFile(file: string): PlanDocument {
  return reading(file, "holds no plan", (bytes) => {
    const value = parseJson(bytes, { maxBytes: limits.MAX_PLAN_BYTES, maxDepth: limits.MAX_PLAN_JSON_DEPTH });
    return isDraft(value) ? sealPlan(nodeHost, value) : acceptPlanDocument(value);
  });
}

export function readReceiptsFile(file: string): ReceiptChain {
  return reading(file, "holds no receipts", (bytes) => parseReceipts(withoutLineFeed(bytes)));
}

function isDraft(value: Json): boolean {
  const { kernels } = Object(value) as { kernels?: unknown };
  return kernels !== null && typeof kernels === "object" && !Array.isArray(kernels);
}

/** A file of one line may end it; what counts is the line. */
function withoutLineFeed(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
}

function reading<T>(file: string, what: string, read: (bytes: Buffer) => T): T {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw usage(`Cannot read ${foreign(file)}: ${code === "ENOENT" ? "there is no such file" : message}`);
  }
  try {
    return read(bytes);
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    const { message, faults } = error;
    throw new CliError(EXIT.usage, `${foreign(file)} ${what}: ${message}`, { faults, cause: error });
  }
}
