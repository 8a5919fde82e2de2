// `policyledger show`: one policy as people read it.
import {
  environmentKind,
  evaluate,
  explainPolicy,
  loadPolicy,
  type PlanEntry,
  presetOf,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { BOARD_OPTIONS } from "../board/wanted.ts";
import type { Call, Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { provenJson, provenOrNull, provenText } from "../log/text.ts";
import { tracedJson, tracedRun, tracedText } from "../plan/trace.ts";
import { policyMeant } from "../show/meant.ts";
import { type Shown, showText } from "../show/text.ts";

export const show: Command = {
  name: "show",
  about: "what a policy does, as people read it",
  takes: "[HASH|FILE]",
  least: 0,
  most: 1,
  asks: true,
  proves: true,
  options: {
    ...BOARD_OPTIONS,
    preset: { value: "PRESET", about: "of the board; of a policy that is named, where it is looked at" },
    entry: { value: "N", about: "the policy of this entry; of a plan, how its run goes" },
    situations: { about: "a row for each situation, instead of all of them in a grid" },
  },
  more: [
    "A policy by its hash, in a file (an artifact, or a claim as `train` writes it), of an entry, or the best of a board. Situations are those that it can " +
      "get into; shares are exact, over all that can happen in an episode. A feature decides where two situations that differ in " +
      "it alone get different actions. Nothing is run: `reuse` checks a policy against the ledger and runs it.",
  ],
  examples: [
    ["policyledger show", "the best policy of cyber-defense-v1, standard"],
    [
      "policyledger show claim.json --preset high_pressure",
      "the policy in a file, and what it would do there",
    ],
    ["policyledger show --entry 5 --situations", "all that it does, a row a situation"],
  ],
  run: async (call) => {
    const { given, report, terminal } = call;
    const index = given.integer("entry", { min: 0 });
    const sealed = index === undefined ? null : await call.client().entry(index, { signal: call.signal });
    if (sealed?.entry.kind === "plan") return showPlan(call, sealed.entry, sealed.current_hash);
    const meant = await policyMeant(call, sealed);
    const { artifact, env, entry, file, policy_hash } = meant;
    const proven = entry === null ? undefined : await provenOrNull(call.log(), entry, call.signal);
    const kind = environmentKind(artifact.env_id);
    const explanation = explainPolicy(env, artifact);
    const { expected, optimum } = evaluate(nodeHost, env, loadPolicy(artifact).behaviour);
    const preset = presetOf(kind, env.config);
    const shown: Shown = { ...meant, kind, preset, explanation, expected, optimum };
    const json = {
      policy_hash,
      ...(entry !== null && { entry: { ...entry.entry, current_hash: entry.current_hash } }),
      ...(proven && { proof: provenJson(proven) }),
      ...(file !== null && { file }),
      env_config: env.config,
      expected_billionths: { expected, optimum },
      explanation,
    };
    report(json, () => {
      const text = showText(shown, terminal, given.is("situations"));
      return proven === undefined ? text : `${text}\n\n${provenText(proven, terminal)}`;
    });
    return EXIT.ok;
  },
};

/** A plan is shown by running it: the entry says what it must come to. */
async function showPlan(call: Call, entry: PlanEntry, current_hash: string): Promise<number> {
  const { given, report, signal, terminal } = call;
  const { document } = await call.client().plan(entry.plan_hash, { signal });
  const traced = tracedRun(document, terminal);
  const { run } = traced;
  const ends = run.status === "finished" && run.finalCommitHash === entry.final_commit_hash;
  report({ entry: { ...entry, current_hash }, ...tracedJson(traced), as_recorded: ends }, () => {
    const wrong = `${terminal.paint.red("✗")} entry ${entry.index} says that it ends in commit ${entry.final_commit_hash}`;
    return [tracedText(traced, terminal, given.is("all")), ...(ends ? [] : ["", wrong])].join("\n");
  });
  return ends ? EXIT.ok : EXIT.broken;
}
