import { describe, expect, test } from "vitest";
import type { PolicyEntry } from "../src/entry.ts";
import { makeEnvironment } from "../src/environments/registry.ts";
import { runEpisode } from "../src/episode.ts";
import { prepareEvaluation } from "../src/evaluation/evaluate.ts";
import { artifactText } from "../src/policies/artifact.ts";
import { loadPolicy } from "../src/policies/load.ts";
import { policyOfEntries, reusePolicy } from "../src/reuse.ts";
import { refusal } from "./refusal.ts";
import { contentOf, ENERGY, everyArtifact, host, seal, submissionOf } from "./samples.ts";

const artifact = everyArtifact[0]!;
const text = artifactText(artifact);
const [sealed] = seal([contentOf(submissionOf(artifact, { env_config: { horizon: 8 } }), artifact, true)]);
const entry = sealed!.entry as PolicyEntry;

function entryOf(changes: Partial<PolicyEntry>): PolicyEntry {
  return { ...entry, ...changes };
}

describe("reusePolicy", () => {
  test.each(everyArtifact.map((one) => [one.kind, one.env_id, one] as const))(
    "runs a %s of %s as the ledger recorded it",
    (_, env_id, one) => {
      const [recorded] = seal([contentOf(submissionOf(one, { seed: 3 }), one, false)]);
      const reusable = reusePolicy(host, recorded!.entry as PolicyEntry, artifactText(one));
      expect(reusable.artifact).toEqual(one);
      for (const seed of [0, 3, 3, 77]) {
        expect(reusable.run(seed)).toEqual(runEpisode(makeEnvironment(env_id), loadPolicy(one), seed));
      }
      expect(reusable.run(3).reward).toBe((recorded!.entry as PolicyEntry).verified_reward);
    },
  );

  test.each<[string, PolicyEntry, string, RegExp]>([
    ["another artifact", entry, artifactText(everyArtifact[1]!), /hashes to/],
    ["an artifact with a space", entry, `${text} `, /hashes to/],
    [
      "an artifact that is not canonical",
      entryOf({ policy_hash: host.sha256(`${text} `) }),
      `${text} `,
      /canonical/,
    ],
    ["an artifact that is no policy", entryOf({ policy_hash: host.sha256("{}") }), "{}", /unknown kind/],
    [
      "a policy of another environment",
      entryOf({ env_id: ENERGY }),
      text,
      /artifact is for cyber-defense-v1/,
    ],
    ["an unknown configuration", entryOf({ env_config: { preset: "x" } }), text, /unknown preset/],
    [
      "a reward that is not earned",
      entryOf({ verified_reward: entry.verified_reward + 1 }),
      text,
      /replay earned/,
    ],
    ["another seed", entryOf({ seed: 1_234 }), text, /replay earned/],
  ])("refuses %s", (_, recorded, artifactGiven, message) => {
    const error = refusal(() => reusePolicy(host, recorded, artifactGiven));
    expect(error.code).toBe("policy_refused");
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`of entry ${entry.index}`);
  });

  test("refuses by the hash before it reads anything", () => {
    const error = refusal(() => reusePolicy(host, entry, "[".repeat(1_000_000)));
    expect(error.message).toMatch(/hashes to/);
    expect(error.faults).toEqual([]);
  });

  test("keeps the faults of what it refuses", () => {
    const broken = text.replace('"default_action":', '"default_action":9');
    const error = refusal(() => reusePolicy(host, entryOf({ policy_hash: host.sha256(broken) }), broken));
    expect(error.faults.map(({ path }) => path)).toEqual(["/default_action"]);
  });
});

describe("policyOfEntries", () => {
  const entries = [{ horizon: 8 }, { horizon: 12 }, { horizon: 8 }].map((env_config, i) => {
    const [one] = seal([contentOf(submissionOf(artifact, { env_config, seed: i }), artifact, true)]);
    return one!.entry as PolicyEntry;
  });

  test("says of each entry what reusePolicy says, whatever it said of those before", () => {
    const [first, other, third] = entries as [PolicyEntry, PolicyEntry, PolicyEntry];
    const false_ = { ...third, evaluation: other.evaluation! };
    const reuse = policyOfEntries(host, text);
    for (const one of [entryOf({ policy_hash: "ab".repeat(32) }), first, false_, other, third, false_]) {
      const said = outcome(() => reuse(one).run(one.seed));
      expect(said).toEqual(outcome(() => reusePolicy(host, one, text).run(one.seed)));
    }
    expect(outcome(() => reuse(false_).run(0))).toMatch(/it evaluates to/);
  });

  test("prepares each configuration once", () => {
    const prepared: unknown[] = [];
    const reuse = policyOfEntries(host, text, (env) => {
      prepared.push(env.config);
      return prepareEvaluation(env);
    });
    for (const one of [...entries, ...entries]) reuse(one);
    expect(prepared).toHaveLength(2);
  });

  function outcome(run: () => unknown): unknown {
    try {
      return run();
    } catch (error) {
      return (error as Error).message;
    }
  }
});
