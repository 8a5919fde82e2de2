// `npm run tour`: the life of a claim in one process. Agents train and claim; the claims are verified, recorded, audited
// and ranked; the best policy is reused; and one changed digit in the ledger is found.
import {
  auditChain,
  best,
  claimText,
  EMPTY_RANKING,
  environmentKind,
  evaluate,
  foldRanking,
  type Head,
  headOf,
  loadPolicy,
  makeEnvironment,
  type PolicyEntry,
  type PolicySubmission,
  policyContent,
  prepareEvaluation,
  readArtifact,
  reusePolicy,
  type Sealed,
  sealEntry,
  startTraining,
  type TrainingOptions,
  verifyClaim,
} from "@policyledger/core";
import { generateKeyPair, nodeHost } from "@policyledger/core/node";
import { presetName, submissionOf, type Trained } from "./agents.ts";
import { bold, dim, green, heading, red, short, sparkline, table, wrap } from "./terminal.ts";

const started = performance.now();
const CYBER = { env_id: "cyber-defense-v1" } as const;
const TRAININGS: readonly (readonly [string, TrainingOptions])[] = [
  ["agents/ada", { ...CYBER, algorithm: "q-learning", seed: 1, episodes: 20_000 }],
  ["agents/bo", { ...CYBER, algorithm: "double-q-learning", seed: 2, episodes: 3_000 }],
  ["agents/cy", { ...CYBER, algorithm: "q-learning", seed: 3, episodes: 300 }],
  [
    "agents/di",
    { ...CYBER, algorithm: "q-learning", seed: 4, episodes: 20_000, env_config: { preset: "high_pressure" } },
  ],
  ["agents/ed", { env_id: "energy-slot-v1", algorithm: "q-learning", seed: 5, episodes: 20_000 }],
];

console.log(
  `${bold("PolicyLedger")}  agents claim, a verifier that trusts nobody replays, a ledger keeps what held.`,
);
console.log(
  dim("The whole life of a claim in this one process: no network, no cloud account, nothing is written."),
);

const trained = train();
const submissions = claim(trained);
const valid = verify(submissions);
const ledger = record(valid);
audit(ledger);
const winner = rank(ledger);
reuse(winner, submissions);
tamper(ledger);

const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `\nAll of it took ${seconds} s. ${dim("Next: npm test, npm run bench, docs/environments.md, docs/formats.md.")}`,
);

function train(): readonly Trained[] {
  heading(1, "Train", "Each agent learns alone, where nobody watches. Everything follows from its seed.");
  const rows: string[][] = [];
  const result = TRAININGS.map(([id, config]) => {
    const training = startTraining(config);
    const points = Array.from(
      { length: 12 },
      () => training.advance(Math.ceil(config.episodes! / 12)).average,
    );
    const { average } = training.progress();
    rows.push([
      id,
      config.env_id,
      presetName(config),
      config.algorithm,
      count(config.episodes!),
      sparkline(points),
      inPoints(average, config.env_id),
    ]);
    return { agent: { id, ...generateKeyPair() }, artifact: training.artifact(), config };
  });
  table(["agent", "environment", "preset", "algorithm", "episodes", "average", "last 100"], rows);
  return result;
}

/** Every agent signs two claims on seeds of its choice; one lies about its reward, one puts its name to another's. */
function claim(all: readonly Trained[]): readonly PolicySubmission[] {
  heading(
    2,
    "Claim",
    "An agent signs: this policy, in this environment, from this seed, earned this reward.",
  );
  const honest = all.flatMap(({ agent, artifact, config }) =>
    [11, 42].map((seed) => submissionOf(agent, artifact, config, seed)),
  );
  const { agent, artifact, config } = all[2]!;
  const liar = submissionOf(agent, artifact, config, 7, 9_999);
  const thief = { ...honest[0]!, claim: { ...honest[0]!.claim, agent_id: "agents/eve" } };
  console.log(`    ${honest.length + 2} claims submitted; the first one, as it is signed:`);
  console.log(`    ${dim(wrap(claimText(honest[0]!.claim), 96))}`);
  return [...honest, liar, thief];
}

function verify(all: readonly PolicySubmission[]): readonly PolicySubmission[] {
  heading(
    3,
    "Verify",
    "Identity, artifact, replay, reward: in that order, and the reward must be equal, exactly.",
  );
  const valid: PolicySubmission[] = [];
  const rows = all.map((submission) => {
    const { agent_id, env_id, seed, claimed_reward } = submission.claim;
    const verdict = verifyClaim(nodeHost, submission);
    const claimed = inPoints(claimed_reward, env_id);
    if (verdict.verdict === "INVALID") {
      const found = verdict.replayed_reward;
      return [
        agent_id,
        env_id,
        String(seed),
        claimed,
        found === undefined ? "-" : inPoints(found, env_id),
        red(`✗ ${verdict.reason}`),
      ];
    }
    valid.push(submission);
    return [
      agent_id,
      env_id,
      String(seed),
      claimed,
      inPoints(verdict.verified_reward, env_id),
      green("✓ VALID"),
    ];
  });
  table(["agent", "environment", "seed", "claimed", "replayed", "verdict"], rows);
  return valid;
}

function record(valid: readonly PolicySubmission[]): readonly Sealed[] {
  heading(4, "Record", "What held is appended; each entry holds the hash of the one before it.");
  const ledger: Sealed[] = [];
  let head: Head | null = null;
  for (const { claim, signature, artifact } of valid) {
    const env = makeEnvironment(claim.env_id, claim.env_config);
    const { behaviour } = loadPolicy(readArtifact(artifact));
    const content = policyContent(claim, {
      claim_id: nodeHost.sha256(claimText(claim)),
      signature,
      evaluation: evaluate(nodeHost, env, behaviour, prepareEvaluation(env)),
    });
    const sealed = sealEntry(nodeHost, head, content, new Date().toISOString());
    ledger.push(sealed);
    head = headOf(sealed);
  }
  const rows = ledger.map(({ entry, current_hash }) => {
    const { index, previous_hash, agent_id, env_id, verified_reward } = entry as PolicyEntry;
    return [
      String(index),
      short(previous_hash),
      short(current_hash),
      agent_id,
      inPoints(verified_reward, env_id),
    ];
  });
  table(["entry", "previous", "hash", "agent", "reward"], rows);
  return ledger;
}

function audit(ledger: readonly Sealed[]): void {
  heading(
    5,
    "Audit",
    "Anyone can check the whole chain alone, against the size and the head that they remember.",
  );
  const report = auditChain(nodeHost, textsOf(ledger), { ...expected(ledger), signatures: true });
  console.log(`    ${green(`✓ ${report.summary}`)}; head ${short(report.head!)}, every signature checked`);
}

function rank(ledger: readonly Sealed[]): PolicyEntry {
  heading(
    6,
    "Rank",
    "By the reward on the claimed seed; beside it the exact expected return over all seeds.",
  );
  const ranking = foldRanking(
    EMPTY_RANKING,
    ledger.map(({ entry }) => entry),
  );
  const rows = Object.values(ranking.boards).flatMap(({ env_id, preset, by_reward }) =>
    by_reward.map((place, i) => {
      const entry = ledger[place.index]!.entry as PolicyEntry;
      const { expected, optimum } = entry.evaluation!;
      return [
        i === 0 ? `${env_id} ${preset}` : "",
        String(i + 1),
        place.agent_id,
        inPoints(place.verified_reward, env_id),
        inPoints(expected / 1e9, env_id),
        `${((100 * expected) / optimum).toFixed(1)} %`,
      ];
    }),
  );
  table(["board", "place", "agent", "reward", "expected", "of optimum"], rows);
  const first = best(ranking, CYBER.env_id, "standard")!;
  return ledger[first.index]!.entry as PolicyEntry;
}

function reuse(entry: PolicyEntry, submissions: readonly PolicySubmission[]): void {
  heading(
    7,
    "Reuse",
    "The best policy, checked against its entry, then run on fresh seeds: nothing is trained.",
  );
  const { artifact } = submissions.find(({ claim }) => claim.policy_hash === entry.policy_hash)!;
  const { run } = reusePolicy(nodeHost, entry, artifact);
  const returns = Array.from({ length: 1_000 }, (_, i) => run(1_000_000 + i).reward);
  const mean = returns.reduce((sum, reward) => sum + reward, 0) / returns.length;
  const spread = Math.sqrt(
    returns.reduce((sum, reward) => sum + (reward - mean) ** 2, 0) / (returns.length - 1),
  );
  console.log(
    `    ${entry.agent_id}, policy ${short(entry.policy_hash)}: 1,000 fresh seeds, mean ${inPoints(mean, entry.env_id)}, ` +
      `spread ${inPoints(spread, entry.env_id)}, expected ${inPoints(entry.evaluation!.expected / 1e9, entry.env_id)}`,
  );
}

function tamper(ledger: readonly Sealed[]): void {
  heading(8, "Tamper", "One digit of one recorded reward is changed, and the ledger audited again.");
  const texts = textsOf(ledger);
  const at = 4;
  texts[at] = texts[at]!.replace(/"verified_reward":(-?\d*)(\d)\}/, (_, rest, digit) => {
    return `"verified_reward":${rest}${(Number(digit) + 1) % 10}}`;
  });
  const { summary } = auditChain(nodeHost, texts, expected(ledger));
  console.log(`    ${red(`✗ ${wrap(summary, 94, 6)}`)}`);
}

function expected(ledger: readonly Sealed[]): { expected: { size: number; head: string } } {
  return { expected: { size: ledger.length, head: ledger.at(-1)!.current_hash } };
}

function textsOf(ledger: readonly Sealed[]): string[] {
  return ledger.map(({ text }) => text);
}

/** Rewards are integers in the environment's unit; people read points. */
function inPoints(reward: number, env_id: string): string {
  return (reward / environmentKind(env_id).rewardUnit).toFixed(1);
}

function count(n: number): string {
  return n.toLocaleString("en");
}
