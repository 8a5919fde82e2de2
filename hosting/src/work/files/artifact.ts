// An artifact: whether it is one that we accept, what its hash is, and what the policy does.
import {
  environmentKind,
  explainPolicy,
  makeEnvironment,
  policyHash,
  portableHost,
  readArtifact,
} from "@policyledger/core";
import type { FileReport, FileStep } from "../tasks.ts";
import { reportOf, step } from "./steps.ts";

export function checkArtifact(name: string, text: string): FileReport {
  const steps: FileStep[] = [];
  const artifact = step(
    steps,
    "Artifact",
    () => readArtifact(text.trim()),
    (found) =>
      `A policy of kind ${found.kind} for ${found.env_id}; its hash is ${policyHash(portableHost, found)}.`,
  );
  if (artifact !== null) {
    step(
      steps,
      "Policy",
      () => explainPolicy(makeEnvironment(environmentKind(artifact.env_id).id), artifact),
      ({ summary }) => summary.join(" "),
    );
  }
  return reportOf(name, "An artifact", steps);
}
