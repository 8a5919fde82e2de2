// A claim file: the verifier's own steps, one after the other, each by its name.
import {
  type Claim,
  claimText,
  environmentKind,
  isSignedBy,
  parseSubmission,
  portableHost,
  type Submission,
  verifyUnsignedClaim,
} from "@policyledger/core";
import { reward } from "../../ui/numbers.ts";
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
  steps.push(...verified(submission));
  return reportOf(name, claim.kind === "plan" ? "A claim of a plan" : "A claim of a policy", steps);
}

type Verdict = ReturnType<typeof verifyUnsignedClaim>;
type Reason = Extract<Verdict, { verdict: "INVALID" }>["reason"];

/** A step of verification, what it says when it holds, and the reasons that it fails for. */
type Stage = readonly [name: string, text: string, reasons: readonly Reason[]];

/** The first reason that there is says how far it came: what is before it holds, what is behind it was not reached. */
function verified(submission: Submission): FileStep[] {
  const verdict = verifyUnsignedClaim(portableHost, submission);
  const stages = stagesOf(submission.claim, verdict);
  if (verdict.verdict === "VALID") return stages.map(([name, text]) => ({ name, holds: true, text }));
  const { reason, message, faults } = verdict;
  const failed = stages.findIndex(([, , reasons]) => reasons.includes(reason));
  return stages.map(([name, text], i) => {
    if (i < failed) return { name, holds: true, text };
    if (i > failed) return { name, holds: null, text: "It did not come to that." };
    return {
      ...{ name, holds: false, text: `${message} (${reason})` },
      faults: faults.map(({ path, message }) => ({ path, message })),
    };
  });
}

const BOUNDS: Stage = ["Bounds", "It is within every limit.", ["limits"]];

function stagesOf(claim: Claim, verdict: Verdict): readonly Stage[] {
  if (claim.kind === "plan") {
    return [
      BOUNDS,
      [
        "Plan",
        `It has the hashes that the claim names, ${claim.plan_hash}.`,
        ["hash_mismatch", "plan_refused"],
      ],
      ["Run", "It came to its end.", ["plan_halted"]],
      ["Final state", "It is the one that is claimed.", ["final_state_mismatch"]],
      ["Final commit", "It is the one that is claimed.", ["final_commit_mismatch"]],
    ];
  }
  const { env_id, policy_hash, seed, claimed_reward } = claim;
  const steps = "steps" in verdict ? `${verdict.steps} steps` : "An episode";
  return [
    BOUNDS,
    [
      "Artifact",
      `It has the hash that the claim names, ${policy_hash}.`,
      ["hash_mismatch", "artifact_refused", "unknown_environment"],
    ],
    ["Replay", `${steps} in ${env_id} on seed ${seed}.`, ["bad_config"]],
    ["Reward", `The replay earned ${rewardIn(env_id, claimed_reward)}, as claimed.`, ["reward_mismatch"]],
  ];
}

/** An environment that there is not has no unit; then nothing is said of its rewards either. */
function rewardIn(env_id: string, earned: number): string {
  try {
    return reward(earned, environmentKind(env_id).rewardUnit);
  } catch {
    return String(earned);
  }
}
