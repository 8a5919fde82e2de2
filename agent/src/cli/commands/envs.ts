// `policyledger envs`: the environments, their presets and spaces, and what simple policies reach in them.
import { type EnvironmentKind, environmentKinds, makeEnvironment } from "@policyledger/core";
import { reachedIn } from "../baselines.ts";
import type { Command } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { billionths, count, foreign, type Terminal, table, wrap } from "../terminal.ts";

export const envs: Command = {
  name: "envs",
  about: "the environments, their presets, and what simple policies reach in them",
  takes: "[ENV]",
  least: 0,
  most: 1,
  asks: false,
  options: {},
  more: [
    "Returns are points of one episode, exact over all that the environment may draw: of a policy that takes any action, of a few " +
      "rules as one would write them first, and the most that any policy can expect.",
  ],
  examples: [
    ["policyledger envs", "all of them"],
    ["policyledger envs cyber-defense-v1 --json", "one of them, for machines"],
  ],
  run: async ({ args: [name], report, terminal }) => {
    const kinds = environmentKinds.filter(({ id }) => name === undefined || id === name);
    if (kinds.length === 0) {
      throw usage(
        `there is no environment ${foreign(name!, 64)}`,
        `there are ${environmentKinds.map(({ id }) => id).join(", ")}`,
      );
    }
    const described = kinds.map(describe);
    report({ environments: described }, () => described.map((one) => textOf(one, terminal)).join("\n\n"));
    return EXIT.ok;
  },
};

type Described = ReturnType<typeof describe>;

function describe(kind: EnvironmentKind) {
  const { id, summary, rewardUnit, fields, actions, presets } = kind;
  return {
    env_id: id,
    summary,
    reward_unit: rewardUnit,
    fields,
    actions,
    presets: Object.entries(presets).map(([preset, config]) => ({
      preset,
      config,
      horizon: makeEnvironment(id, { preset }).horizon,
      expected_billionths: reachedIn(kind, preset),
    })),
  };
}

function textOf(
  { env_id, summary, reward_unit, fields, actions, presets }: Described,
  terminal: Terminal,
): string {
  const { paint, width } = terminal;
  const observations = fields.reduce((product, { size }) => product * size, 1);
  const points = (value: number | null) => (value === null ? "" : billionths(value, reward_unit));
  const columns = [
    { title: "preset" },
    { title: "steps", right: true },
    { title: "random", right: true },
    { title: "rules", right: true },
    { title: "optimum", right: true },
  ];
  const rows = presets.map(({ preset, horizon, expected_billionths: { random, rules, optimum } }) => [
    preset,
    String(horizon),
    points(random),
    points(rules),
    points(optimum),
  ]);
  return [
    `${paint.bold(env_id)}  ${wrap(summary, width, env_id.length + 2)}`,
    "",
    `observes  ${count(observations)} situations`,
    ...fields.map(
      ({ name, size, labels }) =>
        `          ${wrap(`${name}: ${labels?.join(", ") ?? `0 to ${size - 1}`}`, width, 12)}`,
    ),
    `acts      ${wrap(actions.map((action, i) => `${i} ${action}`).join(", "), width, 10)}`,
    "",
    table(terminal, columns, rows),
  ].join("\n");
}
