// A claim file: the verifier's own steps, one after the other.
import {
  claimText,
  isSignedBy,
  parseSubmission,
  portableHost,
  type Submission,
  verifyUnsignedClaim,
} from "@policyledger/core";
import type { FileReport, FileStep } from "../tasks.ts";
import { reportOf, step } from "./steps.ts";

export function checkSubmission(name: string, text: string): FileReport {
  const steps: FileStep[] = [];
  const submission = step(
    steps,
    "Form",
    () => parseSubmission(text.trim()),
    ({ claim }) => `A claim of ${claim.agent_id}.`,
  );
  if (submission === null) return reportOf(name, "A claim", steps);
  const { claim, signature } = submission;
  const isSigned = isSignedBy(portableHost, claimText(claim), claim.public_key, signature);
  steps.push({
    name: "Identity",
    holds: isSigned,
    text: isSigned
      ? `Key ${claim.public_key} has signed it.`
      : `The signature is not one of key ${claim.public_key} over this claim.`,
  });
  steps.push(replayed(submission));
  return reportOf(name, claim.kind === "plan" ? "A claim of a plan" : "A claim of a policy", steps);
}

function replayed(submission: Submission): FileStep {
  const verdict = verifyUnsignedClaim(portableHost, submission);
  if (verdict.verdict === "INVALID") {
    const { reason, message, faults } = verdict;
    return {
      name: "Replay",
      holds: false,
      text: `${message} (${reason})`,
      faults: faults.map(({ path, message }) => ({ path, message })),
    };
  }
  const text =
    "verified_reward" in verdict
      ? `${verdict.steps} steps earned ${verdict.verified_reward} tenths, as claimed.`
      : "The plan came to the state and the commit that are claimed.";
  return { name: "Replay", holds: true, text };
}
