// `policyledger reuse`: takes a policy from the ledger, checks all of it, and only then runs it.
import { writeFileSync } from "node:fs";
import {
  canonicalJson,
  type Environment,
  type EnvironmentKind,
  environmentKind,
  evaluate,
  figuresOf,
  presetOf,
  type Seeds,
  standingOf,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { seenIn } from "../audit/kept.ts";
import { presetNamed, queryOf } from "../board/wanted.ts";
import type { Call, Command } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { provenJson } from "../log/text.ts";
import { type Checked, checkChosen, environmentOfEntry } from "../reuse/check.ts";
import { CHOICE_OPTIONS, chosenBy } from "../reuse/choose.ts";
import { runSeeds } from "../reuse/run.ts";
import { checksText, chosenText, type Ran, ranText } from "../reuse/text.ts";
import { endText, showSteps, watchedEpisode } from "../reuse/watch.ts";
import { count } from "../terminal.ts";

const USUAL_EPISODES = 1_000;
const MOST_EPISODES = 10_000_000;
const PACE_MS = 250;
/** Some twenty requests. */
const WHOLE_UP_TO = 10_000;

export const reuse: Command = {
  name: "reuse",
  about: "takes the best policy, checks all of it, and runs it",
  takes: "",
  least: 0,
  most: 0,
  asks: true,
  proves: true,
  options: {
    ...CHOICE_OPTIONS,
    in: { value: "PRESET", about: "run it in another preset than the claimed one" },
    seeds: {
      value: "N",
      about: `how many episodes, ${count(USUAL_EPISODES)} unless told otherwise: seeds 0, 1, 2, …`,
    },
    from: { value: "SEED", about: "the first of these seeds, instead of 0" },
    seed: { value: "SEED", about: "one episode, with this seed" },
    watch: { about: "show one episode step by step, of --seed or of the claimed one" },
    delay: {
      value: "MS",
      about: `between the steps that are shown; ${PACE_MS} on a terminal, elsewhere none`,
    },
    whole: {
      about: `to know that the best is the best, read the whole ledger also where it has more than ${count(WHOLE_UP_TO)} entries`,
    },
    out: { value: "FILE", about: "keep the checked artifact, byte for byte as it was hashed" },
  },
  more: [
    "Checked before it runs: that the entry stands in the log, under a checkpoint that continues the one seen before, and that the " +
      "quorum cosigned, where one is demanded; the artifact's hash; the entry's hash, claim id and signature; every link from the entry to the head " +
      "that the service names, and to the head that an earlier `audit` remembered; that no entry read stands before it on its " +
      "board; and by one replay the recorded reward and evaluation. What does not hold ends with exit code 1, and nothing is run.",
  ],
  examples: [
    ["policyledger reuse", "the best policy of cyber-defense-v1 over 1,000 seeds"],
    [
      "policyledger reuse --by expected --in high_pressure --seeds 10000",
      "in harder conditions than it was claimed in",
    ],
    ["policyledger reuse --entry 8 --watch", "the episode that was claimed in entry 8"],
  ],
  run: async (call) => {
    const wanted = wantedOf(call);
    const client = call.client();
    const chosen = await chosenBy(call, client);
    const kind = environmentKind(chosen.sealed.entry.env_id);
    const preset = call.given.text("in");
    if (preset !== undefined) presetNamed(kind, preset);
    const { signal, terminal, home, given } = call;
    const seen = seenIn(home.ledgerFolder(client.endpoint));
    const wholeUpTo = given.is("whole") ? Number.MAX_SAFE_INTEGER : WHOLE_UP_TO;
    const reading = { client, signal, terminal };
    const checked = await checkChosen(reading, chosen, { log: call.log(), seen, wholeUpTo });
    const env = environmentOfEntry(checked.sealed, preset ?? null);
    keep(call, checked);
    const told = { checked, env, kind, endpoint: client.endpoint };
    return wanted.watch ? watch(call, told, wanted.seed) : run(call, told, wanted.seeds);
  },
};

interface Told {
  readonly checked: Checked;
  readonly env: Environment;
  readonly kind: EnvironmentKind;
  readonly endpoint: string;
}

function wantedOf({ given }: Call) {
  const largest = Number.MAX_SAFE_INTEGER;
  const seed = given.integer("seed", { min: 0, max: largest });
  const many = given.integer("seeds", { min: 1, max: MOST_EPISODES });
  const from = given.integer("from", { min: 0, max: largest - MOST_EPISODES });
  const watch = given.is("watch");
  if ((seed !== undefined || watch) && (many !== undefined || from !== undefined)) {
    throw usage(`${watch ? "--watch" : "--seed"} is of one episode: no --seeds and no --from`);
  }
  if (!watch && given.text("delay") !== undefined) throw usage("--delay is for --watch");
  const seeds: Seeds =
    seed === undefined ? { first: from ?? 0, count: many ?? USUAL_EPISODES } : { first: seed, count: 1 };
  return { watch, seed, seeds };
}

function keep({ given, terminal }: Call, { text }: Checked): void {
  const file = given.text("out");
  if (file === undefined) return;
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw usage(`Cannot write ${file}: ${(error as Error).message}`);
  }
  terminal.note(`kept in ${file}`);
}

async function run(call: Call, told: Told, seeds: Seeds): Promise<number> {
  const { checked, env, kind } = told;
  const { signal, terminal } = call;
  const { entry } = checked.sealed;
  const rewards = await runSeeds(env, checked.policy, seeds, { signal, terminal });
  if (rewards.length > 0) {
    const { expected, optimum } = evaluate(nodeHost, env, checked.policy.behaviour);
    const isClaimed =
      canonicalJson(env.config) === canonicalJson(environmentOfEntry(checked.sealed, null).config);
    const ran: Ran = {
      ...{ env, kind, rewards, expected, optimum, first: seeds.first },
      preset: presetOf(kind, env.config) ?? "a configuration of its own",
      figures: figuresOf(rewards),
      standing: isClaimed && rewards.length > 1 ? standingOf(entry.verified_reward, rewards) : null,
    };
    call.report(jsonOf(told, ran), () =>
      [
        chosenText(checked, kind, terminal),
        checksText(checked, told.endpoint, terminal),
        ranText(ran, entry, terminal),
      ].join("\n\n"),
    );
  }
  if (!signal.aborted) return EXIT.ok;
  terminal.note(
    `${terminal.paint.yellow("!")} Stopped after ${count(rewards.length)} of ${count(seeds.count)} episodes`,
  );
  return EXIT.interrupted;
}

async function watch(call: Call, told: Told, seed: number | undefined): Promise<number> {
  const { checked, env, kind } = told;
  const { given, signal, terminal } = call;
  const pace = given.integer("delay", { min: 0, max: 60_000 }) ?? (terminal.isLive ? PACE_MS : 0);
  const watched = watchedEpisode(env, checked.policy, seed ?? checked.sealed.entry.seed);
  if (given.json) {
    const { watched: steps, ...episode } = watched;
    call.report({ ...checkedJson(told), episode: { ...episode, steps } }, () => "");
    return EXIT.ok;
  }
  terminal.print(chosenText(checked, kind, terminal));
  terminal.print(`\n${checksText(checked, told.endpoint, terminal)}\n`);
  const shown = await showSteps(kind, watched, { delay: pace, signal, terminal });
  if (shown < watched.steps) {
    terminal.note(`${terminal.paint.yellow("!")} Stopped after ${shown} of ${watched.steps} steps`);
    return EXIT.interrupted;
  }
  terminal.print(`\n${endText(watched, kind.rewardUnit)}`);
  return EXIT.ok;
}

function checkedJson({ checked, env, endpoint }: Told) {
  const { sealed, chain, first } = checked;
  const { entry, current_hash } = sealed;
  return {
    endpoint,
    entry: { ...entry, current_hash },
    ...(first !== null && { board: queryOf(first.board) }),
    checked: {
      from: chain.from,
      size: chain.size,
      head: chain.head,
      audited: chain.seen,
      best: bestOf(checked),
      proof: provenJson(checked.proven),
    },
    ran_in: env.config,
  };
}

/** Of how much it is known to be the best; null where it was not said to be, or is not any more. */
function bestOf({ first, chain }: Checked): string | null {
  if (first === null || chain.newer !== null) return null;
  return chain.from === 0 ? "of all entries" : "of the entries read";
}

function jsonOf(told: Told, { first, rewards, figures, expected, optimum, standing }: Ran): object {
  const { mean, deviation, min, quartiles, max, episodes } = figures;
  return {
    ...checkedJson(told),
    seeds: { first, count: episodes },
    returns: { mean, standard_deviation: deviation, min, quartiles, max },
    expected_billionths: { expected, optimum },
    claimed_among_them: standing,
    rewards,
  };
}
