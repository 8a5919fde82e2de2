// Evidence against a log: whether it shows what it says.
import { checkEvidence, type Evidence, parseEvidence, portableHost } from "@policyledger/core";
import type { FileReport, FileStep } from "../tasks.ts";
import { keysFrom } from "./keys.ts";
import { reportOf, step } from "./steps.ts";

const UNPROVEN: Readonly<Record<Evidence["what"], string>> = {
  rollback: "Notes do not say which of them was shown first: it convicts nobody.",
  split_view: "The log may still show a proof that it is one history.",
};

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
    const rest = proven ? "It convicts the log." : UNPROVEN[found.what];
    steps.push({ name: "What it shows", holds: proven ? true : null, text: `${message}. ${rest}` });
  }
  return reportOf(name, what, steps);
}
