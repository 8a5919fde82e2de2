// `policyledger policy check FILE`: proves the policy contract on a policy that somebody wrote.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { environmentKinds } from "@policyledger/core";
import type { Finding, Report } from "@policyledger/core/check";
import type { Command } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { checkedInThread } from "../policy-check/thread.ts";
import { count, foreign, type Terminal, wrap } from "../terminal.ts";

/** It keeps the contract; a test checks it. */
export const EXAMPLE =
  "export default ({ actionSpace }) => Object.freeze({ actionSpace, reset() {}, " +
  "selectAction: ({ attack_severity }) => (attack_severity === 2 ? 3 : 1) });";

export const policyCheck: Command = {
  name: "policy check",
  about: "proves the policy contract on a policy that you wrote",
  takes: "FILE",
  least: 1,
  most: 1,
  asks: false,
  options: {
    env: { value: "ENV", about: "whose observations it is tried on (cyber-defense-v1, or the artifact's)" },
    runs: { value: "N", about: "random inputs for each property (100)" },
    seed: { value: "N", about: "the same seed tries the same inputs (1)" },
    "time-limit": { value: "SECONDS", about: "after which it counts as never returning (30)" },
  },
  more: [
    "FILE is an artifact (.json), or a module of yours in JavaScript or TypeScript (that from Node 22.18 on). YOUR MODULE IS RUN, with " +
      "all that it may do on this machine. Its default export, a function or a class, makes a new policy each time it is called:",
    EXAMPLE,
    "What is proved: each call returns, an action that lies in the action space; the same seed and observations give the same actions; the observation is " +
      "not changed; the action space stays the same. What breaks is shown on the smallest input that was found.",
  ],
  examples: [
    ["policyledger policy check policy.js", "on observations of cyber-defense-v1"],
    ["policyledger policy check policy.ts --env energy-slot-v1 --runs 1000", "more thoroughly"],
  ],
  run: async ({ args: [file], given, report, signal, terminal }) => {
    const env_id = given.text("env") ?? null;
    const known = environmentKinds.map(({ id }) => id);
    if (env_id !== null && !known.includes(env_id)) {
      throw usage(`there is no environment ${foreign(env_id, 64)}`, `there are ${known.join(", ")}`);
    }
    if (!existsSync(file!)) throw usage(`there is no file ${foreign(file!)}`);
    const seconds = given.number("time-limit", { min: 0.1, max: 3_600 }) ?? 30;
    const runs = given.integer("runs", { min: 1, max: 1_000_000 }) ?? 100;
    const seed = given.integer("seed", { min: 0, max: 2 ** 31 - 1 }) ?? 1;
    const task = { file: resolve(file!), env_id, runs, seed };
    const checked = await checkedInThread(task, { seconds, signal, terminal });
    if ("refused" in checked)
      throw usage(`${foreign(file!)} cannot be checked: ${foreign(checked.refused, 500)}`);
    const { report: found } = checked;
    report({ ok: found.ok, env_id: checked.env_id, checked: found.checked, findings: found.findings }, () =>
      textOf(found, checked.env_id, terminal),
    );
    return found.ok ? EXIT.ok : EXIT.broken;
  },
};

function textOf({ ok, checked, findings }: Report, env_id: string | null, terminal: Terminal): string {
  const { paint } = terminal;
  const byProperty = new Map(findings.map((finding) => [finding.property, finding]));
  const widest = Math.max(...checked.map(({ property }) => property.length));
  const lines = checked.map(({ property, runs }) => {
    const finding = byProperty.get(property);
    const tried = paint.dim(runs === 1 ? "once" : `${count(runs)} inputs`);
    if (finding === undefined) return `${paint.green("✓")} ${property.padEnd(widest)}  ${tried}`;
    return [
      `${paint.red("✗")} ${property.padEnd(widest)}  ${tried}`,
      ...findingLines(finding, terminal),
    ].join("\n");
  });
  const end = ok
    ? `${paint.green("✓")} it keeps the contract, as far as was tried on observations of ${env_id}`
    : `${paint.red("✗")} it breaks the contract`;
  return [...lines, "", end].join("\n");
}

function findingLines({ message, fix, counterexample }: Finding, { paint, width }: Terminal): string[] {
  // Spaces between the parts, where lines may break.
  const input = foreign(JSON.stringify(counterexample, null, 1).replace(/\n\s*/g, " "), 400);
  return [
    `    ${wrap(foreign(message, 1_000), width, 4)}`,
    ...(counterexample === null ? [] : [`    ${paint.dim("input")}  ${wrap(input, width, 11)}`]),
    `    ${paint.dim("fix")}    ${wrap(foreign(fix, 500), width, 11)}`,
  ];
}
