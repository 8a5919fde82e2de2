// What the tests of claims, entries and the chain are made of: agents with known keys, artifacts of every kind,
// honest claims about them, and a small ledger that holds every form of entry.
import { nodeHost, publicKeyOf, sign } from "../node/index.ts";
import { claimId, claimText, type PolicyClaim } from "../src/claim.ts";
import { type EntryContent, type Head, headOf, policyContent, type Sealed, sealEntry } from "../src/entry.ts";
import { type EnvironmentKind, stateCountOf } from "../src/environments/kind.ts";
import { environmentKind, environmentKinds, makeEnvironment } from "../src/environments/registry.ts";
import { runEpisode } from "../src/episode.ts";
import { evaluate } from "../src/evaluation/evaluate.ts";
import { canonicalJson, type JsonObject, utf8 } from "../src/json.ts";
import { type Artifact, artifactText } from "../src/policies/artifact.ts";
import { loadPolicy } from "../src/policies/load.ts";
import { stream } from "../src/random.ts";
import type { PolicySubmission } from "../src/submission.ts";

export const host = nodeHost;
export const CYBER = "cyber-defense-v1";
export const ENERGY = "energy-slot-v1";

export interface Agent {
  readonly agent_id: string;
  readonly secretKey: string;
}

export const ALICE: Agent = { agent_id: "alice", secretKey: "a1".repeat(32) };
export const BOB: Agent = { agent_id: "team.b/bob-2", secretKey: "b2".repeat(32) };

/** One artifact of each kind, different for every seed. */
export function artifactsOf(kind: EnvironmentKind, seed: number): readonly Artifact[] {
  const random = stream("policy", seed);
  const below = (n: number) => Math.floor(random() * n);
  const states = Array.from({ length: stateCountOf(kind) }, (_, state) => state);
  const weight = () => below(2_000) - 1_000;
  const common = { v: 1, env_id: kind.id } as const;
  const default_action = below(kind.actions.length);
  const [first, second] = [kind.fields[0]!, kind.fields[1]!];
  const flat = kind.fields.reduce((sum, { size }) => sum + size, 1);
  return [
    {
      ...common,
      kind: "q-table",
      default_action,
      q: states.filter(() => below(3) > 0).map((state) => [state, ...kind.actions.map(weight)]),
    },
    {
      ...common,
      kind: "action-table",
      default_action,
      actions: states.map(() => (below(5) === 0 ? "." : String(below(kind.actions.length)))).join(""),
    },
    {
      ...common,
      kind: "linear",
      weights: kind.actions.map(() => Array.from({ length: flat }, () => weight() / 8)),
    },
    {
      ...common,
      kind: "rules",
      default_action,
      rules: [
        { when: { [first.name]: [0, 1], [second.name]: [1] }, action: below(kind.actions.length) },
        { when: { [second.name]: [0, 2] }, action: below(kind.actions.length) },
        { when: {}, action: below(kind.actions.length) },
      ],
    },
    { ...common, kind: "random" },
  ];
}

export const everyArtifact: readonly Artifact[] = environmentKinds.flatMap((kind, i) =>
  artifactsOf(kind, i + 1),
);

/** What the policy really earns. */
export function earned(artifact: Artifact, seed: number, env_config: JsonObject = {}): number {
  return runEpisode(makeEnvironment(artifact.env_id, env_config), loadPolicy(artifact), seed).reward;
}

/** An honest claim, or one that is changed before it is signed. */
export function submissionOf(
  artifact: Artifact,
  options: {
    readonly agent?: Agent;
    readonly seed?: number;
    readonly env_config?: JsonObject;
    readonly changes?: Partial<PolicyClaim>;
  } = {},
): PolicySubmission {
  const { agent = ALICE, seed = 7, env_config = {}, changes = {} } = options;
  const text = artifactText(artifact);
  const claim: PolicyClaim = {
    v: 1,
    kind: "policy",
    agent_id: agent.agent_id,
    public_key: publicKeyOf(agent.secretKey),
    env_id: artifact.env_id,
    env_config,
    seed,
    policy_hash: host.sha256(text),
    claimed_reward: changes.claimed_reward ?? earned(artifact, seed, env_config),
    ...changes,
  };
  return { claim, signature: signed(agent, claimText(claim)), artifact: text };
}

export function signed(agent: Agent, text: string): string {
  return sign(agent.secretKey, utf8(text));
}

/** A submission as an agent would send it. */
export function sent({ claim, signature, artifact }: PolicySubmission): string {
  return JSON.stringify({ claim, signature, artifact: JSON.parse(artifact) }, null, 2);
}

/** The content of a policy's entry; `evaluated` adds the evaluation. */
export function contentOf(
  submission: PolicySubmission,
  artifact: Artifact,
  evaluated: boolean,
): EntryContent {
  const { claim, signature } = submission;
  const env = makeEnvironment(claim.env_id, claim.env_config);
  const found = { claim_id: claimId(host, claim), signature };
  if (!evaluated) return policyContent(claim, found);
  const evaluation = evaluate(host, env, loadPolicy(artifact).behaviour);
  return policyContent(claim, { ...found, evaluation });
}

/** The content of a plan's entry, with made-up hashes. */
export function planContent(agent: Agent, name: string): EntryContent {
  const hash = (part: string) => host.sha256(`${name} ${part}`);
  const claim = {
    v: 1,
    kind: "plan",
    agent_id: agent.agent_id,
    public_key: publicKeyOf(agent.secretKey),
    plan_hash: hash("plan"),
    initial_state_hash: hash("initial"),
    final_state_hash: hash("final"),
    final_commit_hash: hash("commit"),
  } as const;
  const text = canonicalJson(claim);
  const { v: _, ...kept } = claim;
  return { ...kept, claim_id: host.sha256(text), signature: signed(agent, text), commits: 3, ops: 17 };
}

/** Seals contents one after the other, a minute apart. */
export function seal(contents: readonly EntryContent[]): readonly Sealed[] {
  const ledger: Sealed[] = [];
  for (const content of contents) ledger.push(sealNext(ledger, content));
  return ledger;
}

function sealNext(ledger: readonly Sealed[], content: EntryContent): Sealed {
  const last = ledger.at(-1);
  const head: Head | null = last === undefined ? null : headOf(last);
  return sealEntry(host, head, content, `2026-02-28T23:${10 + ledger.length}:59.125Z`);
}

/** Twelve contents: both environments, several configurations, with and without evaluation, two plans. */
export function contents(): readonly EntryContent[] {
  const [cyberQ, cyberTable, cyberLinear, cyberRules, cyberRandom] = artifactsOf(environmentKind(CYBER), 1);
  const [energyQ, energyTable, energyLinear] = artifactsOf(environmentKind(ENERGY), 2);
  const policy = (
    artifact: Artifact,
    agent: Agent,
    env_config: JsonObject,
    evaluated: boolean,
    seed: number,
  ) => contentOf(submissionOf(artifact, { agent, env_config, seed }), artifact, evaluated);
  return [
    policy(energyQ!, ALICE, {}, true, 7),
    policy(cyberTable!, BOB, { preset: "short_burst" }, false, 0),
    planContent(BOB, "first"),
    policy(cyberLinear!, ALICE, { preset: "high_pressure", horizon: 5 }, false, Number.MAX_SAFE_INTEGER),
    policy(
      cyberRules!,
      ALICE,
      { horizon: 6, severity_percent: [0, 0, 100], high_stays_percent: 100 },
      true,
      3,
    ),
    policy(energyTable!, BOB, { preset: "half_battery" }, true, 99),
    planContent(ALICE, "second"),
    policy(cyberRandom!, ALICE, { horizon: 4 }, true, 12),
    policy(cyberQ!, BOB, { preset: "standard" }, false, 12),
    policy(energyLinear!, ALICE, { slots: 3 }, false, 5),
    // The chain records configurations without knowing them.
    {
      ...policy(cyberQ!, ALICE, {}, false, 1),
      ...reclaimed(cyberQ!, { "\u0001}": ['"}{\\', 1e21, -0.5, "\u007f"] }),
    },
    policy(cyberTable!, ALICE, {}, false, 2),
  ];
}

/** What changes in an entry when its claim has a configuration that no environment has. */
function reclaimed(artifact: Artifact, env_config: JsonObject): object {
  const honest = submissionOf(artifact, { seed: 1 });
  const claim = { ...honest.claim, env_config };
  const text = claimText(claim);
  return { env_config, claim_id: host.sha256(text), signature: signed(ALICE, text) };
}
