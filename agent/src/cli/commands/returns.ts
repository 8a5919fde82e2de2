// `policyledger returns`: the distribution of a policy's returns over seeds, and where the verified reward lies in it.
import {
  environmentKind,
  evaluate,
  expectedBestOf,
  figuresOf,
  loadPolicy,
  presetOf,
  runEpisode,
  standingOf,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Call, Command } from "../command.ts";
import { broken, EXIT } from "../exit.ts";
import { provenJson, provenOrNull, provenText } from "../log/text.ts";
import { latestOf, requirePolicy } from "../reuse/choose.ts";
import { runSeeds } from "../reuse/run.ts";
import { bestOfText, type Claimed, type Ran, ranText } from "../reuse/text.ts";
import { type Meant, policyMeant, policyOfEntry } from "../show/meant.ts";
import { count, fields, foreign } from "../terminal.ts";

const USUAL_SEEDS = 3_000;
const MOST_SEEDS = 10_000_000;
/** Of so many seeds the best is told, as far as there are returns for them. */
const TRIES = [10, 100, 1_000, 10_000];

export const returns: Command = {
  name: "returns",
  about: "how a policy's return is spread over seeds, and how lucky the claimed seed was",
  takes: "INDEX|POLICY_HASH|FILE",
  least: 1,
  most: 1,
  asks: true,
  proves: true,
  options: {
    seeds: { value: "N", about: `how many, ${count(USUAL_SEEDS)} unless told otherwise: seeds 0, 1, 2, …` },
    from: { value: "SEED", about: "the first of them, instead of 0" },
    preset: { value: "PRESET", about: "where it runs, instead of where it was claimed" },
  },
  more: [
    "An agent chooses the seed that it claims on, and so may choose the best of many. Told are the whole distribution, the exact expected return, " +
      "which no choice of a seed can better, and what the best of so many seeds would be on average. The verified reward is run again, too.",
  ],
  examples: [
    ["policyledger returns 8", "of the policy in entry 8, over 3,000 seeds"],
    ["policyledger returns claim.json --seeds 100000 --json", "of a file, for machines"],
  ],
  run: async (call) => {
    const { given, signal, terminal, report } = call;
    const seeds = {
      first: given.integer("from", { min: 0, max: Number.MAX_SAFE_INTEGER - MOST_SEEDS }) ?? 0,
      count: given.integer("seeds", { min: 1, max: MOST_SEEDS }) ?? USUAL_SEEDS,
    };
    const meant = await policyNamed(call);
    const { artifact, env, entry } = meant;
    const proven = entry === null ? undefined : await provenOrNull(call.log(), entry, signal);
    const policy = loadPolicy(artifact);
    const claimed = entry === null || given.text("preset") !== undefined ? null : entry.entry;
    if (claimed !== null) requireReward(claimed, runEpisode(env, policy, claimed.seed).reward);
    const rewards = await runSeeds(env, policy, seeds, { signal, terminal });
    if (signal.aborted) return EXIT.interrupted;
    const kind = environmentKind(artifact.env_id);
    const { expected, optimum } = evaluate(nodeHost, env, policy.behaviour);
    const ran: Ran = {
      ...{ env, kind, rewards, expected, optimum, first: seeds.first },
      preset: presetOf(kind, env.config) ?? "a configuration of its own",
      figures: figuresOf(rewards),
      standing: claimed !== null && rewards.length > 1 ? standingOf(claimed.verified_reward, rewards) : null,
    };
    const best = TRIES.filter((tries) => tries <= rewards.length).map(
      (tries) => [tries, expectedBestOf(tries, rewards)] as const,
    );
    report(
      { ...jsonOf(meant, ran, best), ...(proven !== undefined && { proof: proven && provenJson(proven) }) },
      () =>
        [
          fields(terminal, headOf(meant)),
          ranText(ran, claimed, terminal),
          bestOfText(best, ran, terminal),
          ...(proven === undefined ? [] : [provenText(proven, terminal)]),
        ].join("\n\n"),
    );
    return EXIT.ok;
  },
};

/** Of several entries of a policy, the latest. */
async function policyNamed(call: Call): Promise<Meant> {
  const [named] = call.args as [string];
  if (/^(?:0|[1-9][0-9]{0,15})$/.test(named)) {
    return policyOfEntry(call, await call.client().entry(Number(named), { signal: call.signal }));
  }
  if (!/^[0-9a-f]{64}$/.test(named)) return policyMeant(call, null);
  return policyOfEntry(call, requirePolicy(await latestOf(call, call.client(), named)));
}

function requireReward({ seed, verified_reward }: Claimed, found: number): void {
  if (found === verified_reward) return;
  throw broken(`seed ${seed} earns ${found}, and the entry says ${verified_reward}`);
}

function headOf({ policy_hash, file, entry }: Meant): [string, string][] {
  const rows: [string, string][] = [["policy", policy_hash]];
  if (file !== null) rows.push(["file", foreign(file)]);
  if (entry !== null) rows.push(["entry", `${entry.entry.index}, by ${foreign(entry.entry.agent_id)}`]);
  return rows;
}

function jsonOf(
  { policy_hash, entry }: Meant,
  { env, first, rewards, figures, expected, optimum, standing }: Ran,
  best: readonly (readonly [tries: number, reward: number])[],
): object {
  const { mean, deviation, min, quartiles, max, episodes } = figures;
  return {
    policy_hash,
    ...(entry !== null && { entry: { ...entry.entry, current_hash: entry.current_hash } }),
    ran_in: env.config,
    seeds: { first, count: episodes },
    returns: { mean, standard_deviation: deviation, min, quartiles, max },
    expected_billionths: { expected, optimum },
    best_of: best.map(([tries, reward]) => ({ tries, reward })),
    claimed_among_them: standing,
    rewards,
  };
}
