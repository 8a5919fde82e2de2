// Claims and trainings that are signed by a key that means them, and yet absurd: they come past the door, and the
// stations have to judge them.
import { type Artifact, canonicalJson, claimText, type Json, type PolicyClaim } from "@policyledger/core";
import { generateKeyPair, nodeHost, sign } from "@policyledger/core/node";
import fc from "fast-check";
import { submissionOf } from "../../scripts/agents.ts";
import { agentNamed, CYBER } from "./agents.ts";
import { mutantsOf } from "./fuzz-values.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

export const agent = agentNamed("fuzz/agent");
/** An artifact that is small enough to be changed everywhere. */
const RULES: Artifact = {
  default_action: 1,
  env_id: "cyber-defense-v1",
  kind: "rules",
  rules: [
    { action: 3, when: { attack_severity: [2] } },
    { action: 2, when: { attack_severity: [1], attack_type: [1, 2] } },
  ],
  v: 1,
};
export const samples = [1, 2, 3].map((seed) => submissionOf(agent, RULES, CYBER, seed));

/** Signed by a key that means it: whatever this is, it is judged by the stations and not only by the door. */
export const signedClaims: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("fuzz/a", "fuzz/b", ".", "..", "__proto__", "/", "~", "a/../b", "__x__"),
    fc.oneof(
      fc.constant("cyber-defense-v1"),
      fc.constantFrom("energy-slot-v1", "chess-v1", "constructor", "-"),
    ),
    fc.oneof(
      fc.constantFrom(
        {},
        { preset: "standard" },
        { preset: "extended" },
        { preset: "__proto__" },
        { preset: 1 },
      ),
      fc.dictionary(fc.stringMatching(/^[a-z_~/.]{1,9}$/), fc.jsonValue(), { maxKeys: 5 }),
    ),
    fc.oneof(fc.nat(), fc.constant(Number.MAX_SAFE_INTEGER)),
    fc.oneof(fc.constantFrom(samples[0]!.claim.claimed_reward, 0, Number.MIN_SAFE_INTEGER), fc.integer()),
    fc.oneof(
      fc.constant(samples[0]!.artifact),
      mutantsOf(RULES),
      fc
        .dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue(), { maxKeys: 4 })
        .map((one) => JSON.stringify(one)),
    ),
  )
  .map(([agent_id, env_id, env_config, seed, claimed_reward, text]) => {
    const { secretKey, publicKey } = agentNamed(agent_id);
    const artifact = plainJson(text) ?? {};
    const claim = {
      ...{ v: 1, kind: "policy", agent_id, public_key: publicKey, env_id, env_config, seed, claimed_reward },
      policy_hash: nodeHost.sha256(canonicalJson(artifact)),
    } as unknown as PolicyClaim;
    return JSON.stringify({ claim, signature: sign(secretKey, utf8(claimText(claim))), artifact });
  });

/** A mutant that is strict JSON none the less. */
function plainJson(text: string): Json | null {
  try {
    const value = JSON.parse(text) as Json;
    canonicalJson(value);
    return value;
  } catch {
    return null;
  }
}

/** Trainings that are signed, each by a key of its own, and short if they are trainings at all. */
export const signedTrainings: fc.Arbitrary<string> = mutantsOf({
  ...CYBER,
  episodes: 20,
  env_config: {},
}).map((text) => {
  const { secretKey, publicKey } = generateKeyPair();
  const request = { v: 1, kind: "train", public_key: publicKey, training: plainJson(text), claim_seed: 1 };
  const signature = sign(secretKey, utf8(canonicalJson(request as Json)));
  return JSON.stringify({ request, signature });
});
