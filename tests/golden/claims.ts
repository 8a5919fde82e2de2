// Claims that are signed, and the verdicts on them. The keys are those of RFC 8032, 7.1, TEST 1 to 3, whose secret
// halves are public; signatures.ts holds what they signed, so that nothing here has to sign.
import {
  artifactText,
  canonicalJson,
  claimId,
  claimText,
  environmentKind,
  type Host,
  type Json,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  type PolicySubmission,
  parseClaim,
  parseSubmission,
  policyHash,
  portableHost,
  readArtifact,
  runEpisode,
  type Verdict,
  verifyClaim,
  verifyStrict,
  verifyUnsignedClaim,
} from "@policyledger/core";
import { type ARTIFACT_KINDS, artifactOf } from "./artifacts.ts";
import { answer, bytesOf, type GoldenCase, withoutEngine } from "./case.ts";
import { CUSTOM_CONFIGS } from "./episodes.ts";
import { ED25519, SIGNATURES } from "./signatures.ts";

export const AGENTS = {
  alpha: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", // TEST 1
  "beta/2": "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", // TEST 2
  "g.a_m-ma": "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", // TEST 3
} as const;

type Agent = keyof typeof AGENTS;
const CYBER = "cyber-defense-v1";
const ENERGY = "energy-slot-v1";

interface Plot {
  readonly agent: Agent;
  readonly env_id: string;
  readonly env_config: { readonly [key: string]: Json };
  readonly artifact: (typeof ARTIFACT_KINDS)[number];
  readonly seed: number;
}

const PLOTS: readonly Plot[] = [
  { agent: "alpha", env_id: CYBER, env_config: {}, artifact: "rules", seed: 7 },
  {
    agent: "beta/2",
    env_id: ENERGY,
    env_config: { preset: "low_demand" },
    artifact: "action-table",
    seed: Number.MAX_SAFE_INTEGER,
  },
  { agent: "g.a_m-ma", env_id: CYBER, env_config: CUSTOM_CONFIGS[CYBER]!, artifact: "linear", seed: 0 },
  {
    agent: "alpha",
    env_id: ENERGY,
    env_config: { preset: "standard" },
    artifact: "random",
    seed: 4_294_967_296,
  },
  { agent: "beta/2", env_id: CYBER, env_config: { horizon: 24 }, artifact: "q-table", seed: 7 },
  { agent: "g.a_m-ma", env_id: CYBER, env_config: { preset: "standard" }, artifact: "rules", seed: 8 },
];

interface Asserted {
  readonly claim: PolicyClaim;
  readonly artifact: string;
  /** The signed text. */
  readonly text: string;
}

/** Claims that are true: each says what its policy earns. */
function policyClaims(): Asserted[] {
  return PLOTS.map(({ agent, env_id, env_config, artifact: kind, seed }) => {
    const artifact = artifactOf(environmentKind(env_id), kind);
    const { reward } = runEpisode(makeEnvironment(env_id, env_config), loadPolicy(artifact), seed);
    const claim: PolicyClaim = {
      v: 1,
      kind: "policy",
      agent_id: agent,
      public_key: AGENTS[agent],
      env_id,
      env_config,
      seed,
      policy_hash: policyHash(portableHost, artifact),
      claimed_reward: reward,
    };
    return { claim, artifact: artifactText(artifact), text: claimText(claim) };
  });
}

const hashOf = (text: string): string => portableHost.sha256(text);

/** A claim about a plan, as text: the core reads its entry only. */
export const planClaim = {
  agent_id: "beta/2",
  final_commit_hash: hashOf("final commit"),
  final_state_hash: hashOf("final state"),
  initial_state_hash: hashOf("initial state"),
  kind: "plan",
  plan_hash: hashOf("plan"),
  public_key: AGENTS["beta/2"],
  v: 1,
} as const;

/** All texts that signatures.ts has a signature of, in its order. */
export function signedTexts(): { readonly agent: Agent; readonly text: string }[] {
  const policies = policyClaims().map(({ claim, text }) => ({ agent: claim.agent_id as Agent, text }));
  return [...policies, { agent: "beta/2", text: canonicalJson(planClaim) }];
}

export function submissions(): PolicySubmission[] {
  return policyClaims().map(({ claim, artifact }, i) => ({ claim, artifact, signature: SIGNATURES[i]! }));
}

function goldenOf(host: Host, { claim, artifact, signature }: PolicySubmission): Json {
  const whole = `{ "signature":"${signature}","claim":${canonicalJson({ ...claim })},\n"artifact":${artifact}}`;
  const parsed = parseSubmission(whole) as PolicySubmission;
  return {
    text: claimText(claim),
    id: claimId(host, claim),
    again:
      claimText(parseClaim(JSON.parse(claimText(claim)))) === claimText(parsed.claim) &&
      parsed.artifact === artifact,
    verdict: verdictOf(verifyClaim(host, parsed)),
  };
}

function verdictOf(verdict: Verdict): Json {
  const json = JSON.parse(JSON.stringify(verdict));
  return verdict.verdict === "VALID" ? json : { ...json, message: withoutEngine(verdict.message) };
}

/** One true claim made false in every way that there is. */
function falseClaims(host: Host): Json {
  const [true_, , , , other] = submissions() as [
    PolicySubmission,
    PolicySubmission,
    PolicySubmission,
    PolicySubmission,
    PolicySubmission,
  ];
  const { claim, artifact } = true_;
  const unsigned = (changes: Partial<PolicyClaim>, text = artifact): Json =>
    verdictOf(verifyUnsignedClaim(host, { claim: { ...claim, ...changes }, artifact: text }));
  const withArtifact = (text: string): Json => unsigned({ policy_hash: host.sha256(text) }, text);
  const energy = artifactText(artifactOf(environmentKind(ENERGY), "random"));
  return {
    foreignSignature: verdictOf(verifyClaim(host, { ...true_, signature: other.signature })),
    alteredClaim: verdictOf(verifyClaim(host, { ...true_, claim: { ...claim, agent_id: "beta" } })),
    hash: unsigned({}, other.artifact),
    reward: unsigned({ claimed_reward: claim.claimed_reward + 1 }),
    environment: withArtifact(energy),
    unknown: unsigned({ env_id: "cyber-defense-v2" }),
    config: unsigned({ env_config: { horizon: 0.5, severity_percent: [50, 30, 21], zeal: 1 } }),
    limits: unsigned({ env_config: { preset: "\u00e9".repeat(1_100) } }),
    notCanonical: withArtifact(` ${artifact}`),
    faulty: withArtifact(artifact.replace('"action":', '"action":1')),
    noJson: withArtifact("{"),
    long: withArtifact(`"${"x".repeat(262_144)}"`),
  };
}

export const claimCases: readonly GoldenCase[] = [
  ...PLOTS.map(({ artifact, env_id }, i) => ({
    name: `claim: ${i}, ${artifact} in ${env_id}`,
    value: (host: Host) => goldenOf(host, submissions()[i]!),
  })),
  { name: "claim: verdicts on false ones", value: falseClaims },
  {
    name: "claim: submissions refused",
    value: () => {
      const { claim, artifact, signature } = submissions()[0]!;
      const refused = (changes: { readonly [key: string]: Json | undefined }): Json =>
        answer(() => {
          const json = { claim: { ...claim }, artifact: JSON.parse(artifact), signature, ...changes };
          return parseSubmission(JSON.stringify(json)).signature;
        });
      return [
        refused({}),
        refused({ signature: signature.toUpperCase() }),
        refused({ signature: undefined, more: 1, "a/b": 2 }),
        refused({
          claim: {
            ...claim,
            v: 2,
            kind: "plan",
            seed: -1,
            claimed_reward: 0.5,
            agent_id: "\u00e9",
            public_key: "",
          },
        }),
        refused({ claim: { ...claim, seed: 9007199254740992, claimed_reward: -9007199254740992 } }),
        refused({ claim: { ...claim, env_config: { preset: "x".repeat(2_050) } } }),
        refused({ claim: { ...claim, extra: null, env_config: [] } }),
        refused({ claim: null, artifact: "text" }),
        answer(() => parseSubmission("[]").signature),
        answer(() => parseClaim(null).agent_id),
      ];
    },
  },
  {
    name: "ed25519: signatures that hold and do not hold",
    value: (host) =>
      ED25519.map(({ public_key, message, signature }) =>
        verifyStrict(host, bytesOf(public_key), bytesOf(message), bytesOf(signature)),
      ),
  },
  {
    name: "ed25519: wrong lengths",
    value: (host) => {
      const { public_key, message, signature } = ED25519[0]!;
      const [A, M, S] = [bytesOf(public_key), bytesOf(message), bytesOf(signature)];
      return [
        verifyStrict(host, A.subarray(1), M, S),
        verifyStrict(host, A, M, S.subarray(0, 63)),
        host.verifyEd25519(new Uint8Array(33), M, S),
        host.verifyEd25519(A, M, new Uint8Array(0)),
      ];
    },
  },
  {
    name: "claim: artifacts read back from submissions",
    value: (host) => submissions().map(({ artifact }) => policyHash(host, readArtifact(artifact))),
  },
];
