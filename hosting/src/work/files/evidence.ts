// Evidence against a log: whether it shows what it says.
import { checkEvidence, parseEvidence, parseVerifierKey, portableHost } from "@policyledger/core";
import type { FileReport, FileStep } from "../tasks.ts";
import { reportOf, step } from "./steps.ts";

export function checkEvidenceFile(name: string, text: string, keyTexts: readonly string[]): FileReport {
  const steps: FileStep[] = [];
  const what = "Evidence against a log";
  const evidence = step(
    steps,
    "Form",
    () => parseEvidence(text.trim()),
    (found) => `It says: ${found.what.replace("_", " ")}.`,
  );
  if (evidence === null) return reportOf(name, what, steps);
  if (keyTexts.length === 0) {
    steps.push({
      name: "Key",
      holds: null,
      text: "This browser knows no log yet whose signatures it could check.",
    });
    return reportOf(name, what, steps);
  }
  const keys = keyTexts.map((key) => parseVerifierKey(portableHost, key));
  step(
    steps,
    "What it shows",
    () => checkEvidence(portableHost, keys, evidence),
    ({ proven, message }) =>
      `${message}. ${proven ? "It convicts the log." : "The log may still show a proof."}`,
  );
  return reportOf(name, what, steps);
}
