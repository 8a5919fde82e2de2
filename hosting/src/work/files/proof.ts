// A proof file: that its entry stands in the log whose key is given, or known to this browser.
import { parseProofFile, portableHost, verifyProofFile } from "@policyledger/core";
import type { FileReport, FileStep } from "../tasks.ts";
import { keysFrom } from "./keys.ts";
import { reportOf, step } from "./steps.ts";

export function checkProof(
  name: string,
  text: string,
  entry: string | null,
  keyTexts: readonly string[],
): FileReport {
  const steps: FileStep[] = [];
  const what = "A proof";
  const file = step(
    steps,
    "Form",
    () => parseProofFile(text),
    ({ index, path }) => `Of entry ${index}, with ${path.length} hashes.`,
  );
  if (file === null) return reportOf(name, what, steps);
  if (entry === null) {
    steps.push({
      name: "Entry",
      holds: null,
      text: "Drop the entry's file together with the proof: a proof is about an entry.",
    });
    return reportOf(name, what, steps);
  }
  const keys = keysFrom(steps, keyTexts);
  if (keys === null) return reportOf(name, what, steps);
  step(
    steps,
    "Inclusion and signature",
    () => verifyProofFile(portableHost, text, { entry: entry.trim(), keys }),
    ({ origin, index, size }) =>
      `${origin} has signed a log of ${size} entries, in which this is entry ${index}.`,
  );
  return reportOf(name, what, steps);
}
