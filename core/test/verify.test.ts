import { describe, expect, test } from "vitest";
import { claimId, claimText, type PolicyClaim } from "../src/claim.ts";
import { makeEnvironment } from "../src/environments/registry.ts";
import { runEpisode } from "../src/episode.ts";
import { portableHost } from "../src/host.ts";
import { canonicalJson, type Json } from "../src/json.ts";
import { MAX_ARTIFACT_BYTES } from "../src/limits.ts";
import { type Artifact, artifactText } from "../src/policies/artifact.ts";
import { loadPolicy } from "../src/policies/load.ts";
import { type PolicySubmission, parseSubmission } from "../src/submission.ts";
import { type Reason, verifyClaim, verifyUnsignedClaim } from "../src/verify.ts";
import {
  ALICE,
  BOB,
  CYBER,
  ENERGY,
  earned,
  everyArtifact,
  host,
  sent,
  signed,
  submissionOf,
} from "./samples.ts";

const [qTable] = everyArtifact as readonly [Artifact];
const honest = submissionOf(qTable, { seed: 42 });

/** A claim about any text as artifact, rightly hashed and signed. */
function about(artifact: string, changes: Partial<PolicyClaim> = {}): PolicySubmission {
  const claim = { ...honest.claim, policy_hash: host.sha256(artifact), ...changes };
  return { claim, artifact, signature: signed(ALICE, claimText(claim)) };
}

const withBadSignature = (submission: PolicySubmission): PolicySubmission => ({
  ...submission,
  signature: "0".repeat(128),
});

describe("verifyClaim", () => {
  test.each(
    everyArtifact.flatMap((artifact) => [
      { artifact, seed: 0, env_config: {}, of: artifact.env_id, kind: artifact.kind },
      {
        artifact,
        seed: Number.MAX_SAFE_INTEGER,
        env_config: { preset: "standard" },
        of: artifact.env_id,
        kind: artifact.kind,
      },
    ]),
  )("accepts an honest claim of a $kind in $of with seed $seed", ({ artifact, seed, env_config }) => {
    const submission = parseSubmission(sent(submissionOf(artifact, { agent: BOB, seed, env_config })));
    const episode = runEpisode(makeEnvironment(artifact.env_id, env_config), loadPolicy(artifact), seed);
    const expected = {
      verdict: "VALID",
      claim_id: claimId(host, submission.claim),
      verified_reward: episode.reward,
      steps: episode.steps,
    };
    expect(verifyClaim(host, submission)).toEqual(expected);
    expect(verifyClaim(portableHost, submission)).toEqual(expected);
    expect(verifyUnsignedClaim(host, submission)).toEqual(expected);
  });

  const other = artifactText(everyArtifact[5]!);
  const refused: readonly (readonly [Reason, string, PolicySubmission])[] = [
    ["limits", "an artifact too large", about("x".repeat(MAX_ARTIFACT_BYTES + 1))],
    ["limits", "an artifact too large in bytes only", about("€".repeat(MAX_ARTIFACT_BYTES / 2))],
    ["limits", "a configuration too large", about(honest.artifact, { env_config: { x: "a".repeat(2_048) } })],
    ["limits", "a claim too large", about(honest.artifact, { env_config: { x: "a".repeat(9_000) } })],
    ["bad_signature", "a signature of zeros", withBadSignature(honest)],
    [
      "bad_signature",
      "another agent's signature",
      { ...honest, signature: signed(BOB, claimText(honest.claim)) },
    ],
    [
      "bad_signature",
      "a signature over other bytes",
      { ...honest, signature: signed(ALICE, `${claimText(honest.claim)} `) },
    ],
    ["hash_mismatch", "another artifact", { ...honest, artifact: other }],
    ["hash_mismatch", "an artifact with a space", { ...honest, artifact: `${honest.artifact} ` }],
    [
      "unknown_environment",
      "an environment that there is not",
      about(honest.artifact, { env_id: "cyber-defense-v2" }),
    ],
    ["artifact_refused", "an artifact that is no JSON", about("policy")],
    ["artifact_refused", "an artifact that is not canonical", about(`${honest.artifact} `)],
    [
      "artifact_refused",
      "an artifact with a state too many",
      about(artifactText({ ...qTable, q: [[108, 0, 0, 0, 0, 0]] } as Artifact)),
    ],
    ["artifact_refused", "an artifact of another environment", about(other)],
    ["bad_config", "an unknown preset", about(honest.artifact, { env_config: { preset: "easy" } })],
    ["bad_config", "a horizon out of bounds", about(honest.artifact, { env_config: { horizon: 0 } })],
    ["bad_config", "an unknown field", about(honest.artifact, { env_config: { bonus: 1 } })],
    [
      "bad_config",
      "severities that do not add up",
      about(honest.artifact, { env_config: { severity_percent: [0, 0, 95] } }),
    ],
    [
      "reward_mismatch",
      "one tenth more",
      about(honest.artifact, { claimed_reward: honest.claim.claimed_reward + 1 }),
    ],
    [
      "reward_mismatch",
      "one tenth less",
      about(honest.artifact, { claimed_reward: honest.claim.claimed_reward - 1 }),
    ],
    ["reward_mismatch", "another seed", about(honest.artifact, { seed: 43 })],
  ];

  test.each(refused)("answers %s for %s", (reason, _, submission) => {
    const verdict = verifyClaim(host, submission);
    expect(verdict).toMatchObject({ verdict: "INVALID", reason, claim_id: claimId(host, submission.claim) });
    expect(verifyClaim(host, submission)).toEqual(verdict);
    if (reason !== "bad_signature") expect(verifyUnsignedClaim(host, submission)).toEqual(verdict);
    else expect(verifyUnsignedClaim(host, submission).verdict).toBe("VALID");
  });

  test("reaches every reason there is", () => {
    expect([...new Set(refused.map(([reason]) => reason))]).toEqual([
      "limits",
      "bad_signature",
      "hash_mismatch",
      "unknown_environment",
      "artifact_refused",
      "bad_config",
      "reward_mismatch",
    ]);
  });

  test("names what replay found only where it came that far", () => {
    const lie = about(honest.artifact, { claimed_reward: 10_000 });
    expect(verifyClaim(host, lie)).toMatchObject({ replayed_reward: honest.claim.claimed_reward });
    expect(verifyClaim(host, withBadSignature(lie))).not.toHaveProperty("replayed_reward");
  });

  test("names the faults of an artifact and of a configuration with their paths", () => {
    const faults = (submission: PolicySubmission) => {
      const verdict = verifyClaim(host, submission);
      return verdict.verdict === "INVALID" ? verdict.faults.map(({ path }) => path) : [];
    };
    expect(faults(about(artifactText({ ...qTable, default_action: 9 } as Artifact)))).toEqual([
      "/default_action",
    ]);
    expect(faults(about(honest.artifact, { env_config: { horizon: 0, x: 1 } }))).toEqual(["/horizon", "/x"]);
  });

  test("gives the first reason of several, in the order of its steps", () => {
    const reasonOf = (submission: PolicySubmission) => {
      const verdict = verifyClaim(host, submission);
      return verdict.verdict === "INVALID" ? verdict.reason : verdict.verdict;
    };
    // All is wrong at first; then one fault after the other is mended.
    const wrong = {
      env_id: "no-such-v1",
      env_config: { preset: "x" },
      claimed_reward: 1,
      policy_hash: "0".repeat(64),
    };
    const large = "x".repeat(MAX_ARTIFACT_BYTES + 1);
    expect(reasonOf(withBadSignature(about(large, wrong)))).toBe("limits");
    expect(reasonOf(withBadSignature(about("{}", wrong)))).toBe("bad_signature");
    expect(reasonOf(about("{}", wrong))).toBe("hash_mismatch");
    const { policy_hash: _, ...hashed } = wrong;
    expect(reasonOf(about("{}", hashed))).toBe("unknown_environment");
    expect(reasonOf(about("{}", { ...hashed, env_id: CYBER }))).toBe("artifact_refused");
    expect(reasonOf(about(honest.artifact, { ...hashed, env_id: ENERGY }))).toBe("artifact_refused");
    expect(reasonOf(about(honest.artifact, { ...hashed, env_id: CYBER }))).toBe("bad_config");
    expect(reasonOf(about(honest.artifact, { claimed_reward: honest.claim.claimed_reward + 1 }))).toBe(
      "reward_mismatch",
    );
    expect(reasonOf(about(honest.artifact))).toBe("VALID");
  });

  test("changes nothing of what it is given", () => {
    const before = canonicalJson(honest as unknown as Json);
    const frozen = Object.freeze({
      ...honest,
      claim: Object.freeze({ ...honest.claim, env_config: Object.freeze({}) }),
    });
    const verdict = verifyClaim(host, frozen);
    expect(verifyClaim(host, frozen)).toEqual(verdict);
    expect(canonicalJson(frozen as unknown as Json)).toBe(before);
  });

  test("compares rewards over equivalent configurations, but keeps their claims apart", () => {
    const whole = { horizon: 24, severity_percent: [50, 30, 20], high_stays_percent: 60 };
    const verdicts = [{}, { preset: "standard" }, whole, { preset: "extended", horizon: 24 }].map(
      (env_config) => verifyClaim(host, submissionOf(qTable, { seed: 42, env_config })),
    );
    for (const verdict of verdicts) expect(verdict).toMatchObject({ verified_reward: earned(qTable, 42) });
    expect(new Set(verdicts.map(({ claim_id }) => claim_id)).size).toBe(4);
  });
});
