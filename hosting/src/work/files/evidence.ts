// Evidence against a log: whether it shows what it says.
import { checkEvidence, parseEvidence, portableHost } from "@policyledger/core";
import type { FileReport, FileStep } from "../tasks.ts";
import { keysFrom } from "./keys.ts";
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
  const keys = keysFrom(steps, keyTexts);
  if (keys === null) return reportOf(name, what, steps);
  const found = step(
    steps,
    "Signatures",
    () => checkEvidence(portableHost, keys, evidence),
    () => "The log has signed both checkpoints.",
  );
  if (found !== null) {
    const { proven, message } = found;
    const rest = proven ? "It convicts the log." : "The log may still show a proof that it is one history.";
    steps.push({ name: "What it shows", holds: proven ? true : null, text: `${message}. ${rest}` });
  }
  return reportOf(name, what, steps);
}
