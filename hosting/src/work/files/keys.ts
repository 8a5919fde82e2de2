// Keys of logs, under which signatures are checked.
import { parseVerifierKey, portableHost, type VerifierKey } from "@policyledger/core";
import type { FileStep } from "../tasks.ts";
import { step } from "./steps.ts";

/** Null where there are none, or one is none: the steps say so. */
export function keysFrom(steps: FileStep[], texts: readonly string[]): readonly VerifierKey[] | null {
  if (texts.length > 0) {
    return step(
      steps,
      "Key",
      () => texts.map((text) => parseVerifierKey(portableHost, text)),
      (keys) => `Checked under ${[...new Set(keys.map(({ name }) => name))].join(", ")}.`,
    );
  }
  const text =
    "This browser knows no log yet: give the log's key above, or look at an entry of the ledger, which remembers it.";
  steps.push({ name: "Key", holds: null, text });
  return null;
}
