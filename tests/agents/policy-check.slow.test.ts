// `policyledger policy check` on policies that keep the contract, that break it, and that cannot be checked at all.
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifactText } from "@policyledger/core";
import { expect, test } from "vitest";
import { EXAMPLE } from "../../agent/src/cli/commands/policy-check.ts";
import { until } from "../../scripts/until.ts";
import { expectGolden, newHome, policyledger } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "policyledger-check-"));
const home = newHome();

async function checked(name: string, text: string, ...args: readonly string[]) {
  writeFileSync(join(folder, name), text);
  const line = ["policy", "check", name, ...args];
  return { line, ran: await policyledger(line, { home, cwd: folder }) };
}

/** A policy whose choice is the expression. */
const choosing = (expression: string, before = "") =>
  `${before}\nexport default ({ actionSpace }) => Object.freeze({ actionSpace, reset({ seed }) { this_.seed = seed; }, selectAction(observation, { explore = true } = {}) { return ${expression}; } });\nconst this_ = {};`;

/** A policy with a number of its own. */
const own = (members: string) =>
  `export default ({ actionSpace }) => { let n = 0; return Object.freeze({ actionSpace, ${members} }); };`;

test("the example of the help keeps the contract", async () => {
  const { line, ran } = await checked("example.js", EXAMPLE);
  await expectGolden("policy-check", line, ran);
});

test("an action outside of the space is shown on the smallest input, with the fix", async () => {
  const { line, ran } = await checked("outside.js", choosing("observation.attack_severity * 3"));
  await expectGolden("policy-check-broken", line, ran);
  expect(ran.code).toBe(1);
});

test.each([
  ["shared state", choosing("this_.n = ((this_.n ?? 0) + 1) % 5"), "same_on_two_instances"],
  ["ambient randomness", choosing("Math.floor(Math.random() * 5)"), "same_on_two_instances"],
  ["a changed observation", choosing("(observation.attack_type = 0, 1)"), "observation_unchanged"],
  ["an action that is no number", choosing("'1'"), "action_in_space"],
  ["a promise", choosing("Promise.resolve(1)"), "synchronous"],
  ["an exception", choosing("observation.nothing.more"), "answers"],
  [
    "another space each time",
    "export default ({ actionSpace }) => ({ get actionSpace() { return new Proxy(actionSpace, { get: (space, name) => typeof space[name] === 'function' ? space[name].bind(space) : space[name] }); }, reset() {}, selectAction: () => 1 });",
    "space_same_object",
  ],
  [
    "a space that is only alike",
    "export default ({ actionSpace }) => ({ actionSpace: Object.create(actionSpace), reset() {}, selectAction: () => 1 });",
    "space_answers",
  ],
  [
    "one policy for all calls",
    "const one = { reset() {}, selectAction: () => 1 };\nexport default ({ actionSpace }) => Object.assign(one, { actionSpace });",
    "fresh_instance",
  ],
  ["a forgotten return", choosing("observation.attack_severity === 2 ? undefined : 1"), "action_given"],
  ["an action written to later", choosing("((this_.a ??= [0])[0]++, this_.a)"), "action_left_alone"],
  [
    "an observation written to later",
    choosing("(this_.kept && (this_.kept.attack_type ^= 1), this_.kept = observation, 1)"),
    "observation_not_kept",
  ],
  [
    "a space that changes",
    `let n = 4;\nconst space = { contains: () => true, sample: () => 0, equals: Object.is, same: () => true, describe: () => ({ n: n++ }) };\nexport default () => ({ get actionSpace() { return space; }, reset() {}, selectAction: () => 1 });`,
    "space_same_description",
  ],
  ["what reset forgets", own("reset() {}, selectAction: () => n++ % 5"), "same_after_reset"],
  [
    "what instances share",
    choosing("this_.n++ % 5").replace("this_.seed = seed", "this_.n = 0"),
    "instances_apart",
  ],
  [
    "greedy unless told to explore",
    own("reset() {}, selectAction: (_, { explore = false } = {}) => (explore ? 1 : 0)"),
    "explore_by_default",
  ],
  [
    "a space that can be exchanged",
    "export default ({ actionSpace }) => ({ actionSpace, reset() {}, selectAction: () => 1 });",
    "space_not_reassignable",
  ],
  [
    "a space that can be written to",
    "const space = { n: 5, contains: (x) => x < 5, sample: () => 0, equals: Object.is, same: () => true, describe() { return { n: this.n }; } };\nexport default () => ({ get actionSpace() { return space; }, reset() {}, selectAction: () => 1 });",
    "space_not_mutable",
  ],
  [
    "no reset",
    "export default ({ actionSpace }) => ({ actionSpace, selectAction: () => 1 });",
    "policy_shape",
  ],
])("%s breaks the property that is named", async (_, text, property) => {
  const { ran } = await checked(`broken-${property}.mjs`, text, "--json");
  const { ok, findings } = JSON.parse(ran.out);
  expect([ran.code, ok]).toEqual([1, false]);
  expect(findings.map((finding: { property: string }) => finding.property)).toContain(property);
  for (const { message, fix } of findings) expect([message, fix]).not.toContain("");
});

test("classes, TypeScript, other environments and artifacts are taken too", async () => {
  const asClass =
    "export default class { #space; constructor({ actionSpace }) { this.#space = actionSpace; } get actionSpace() { return this.#space; } reset() {} selectAction() { return 0; } }";
  expect((await checked("class.mjs", asClass)).ran.code).toBe(0);
  const typed =
    "interface Seen { readonly demand: number }\nexport default ({ actionSpace }: any) => Object.freeze({ actionSpace, reset(): void {}, selectAction: ({ demand }: Seen): number => demand });";
  expect((await checked("typed.ts", typed, "--env", "energy-slot-v1", "--runs", "300")).ran.code).toBe(0);
  const artifact = artifactText({ v: 1, kind: "random", env_id: "energy-slot-v1" });
  const { ran } = await checked("random.json", artifact, "--json");
  expect(JSON.parse(ran.out)).toMatchObject({ ok: true, env_id: "energy-slot-v1" });
});

test.each<[string, string, string, readonly string[], number, string]>([
  ["has a mistake in it", "syntax.mjs", "export default (", [], 2, "SyntaxError"],
  [
    "throws when it is loaded",
    "throws.mjs",
    "throw new Error('no');",
    [],
    2,
    "loading it ended in Error: no",
  ],
  ["exports nothing", "nothing.mjs", "const a = 1;", [], 2, "has no default export"],
  ["imports what is not there", "imports.mjs", "import 'no-such-package';", [], 2, "no-such-package"],
  ["is no artifact", "none.json", '{"v":1}', [], 2, "cannot be checked"],
  [
    "is for another environment",
    "other.json",
    artifactText({ v: 1, kind: "random", env_id: "energy-slot-v1" }),
    ["--env", "cyber-defense-v1"],
    2,
    "the artifact is for energy-slot-v1",
  ],
])("a policy that %s is said to", async (_, name, text, args, exit, message) => {
  const { ran } = await checked(name, text, ...args);
  expect([ran.code, ran.out]).toEqual([exit, ""]);
  expect(ran.err).toContain(message);
});

test("a policy that never returns is ended, and the call is named", async () => {
  const endless = choosing("(() => { while (observation.attack_severity === 2); return 1; })()");
  const args = ["--time-limit", "2"];
  const { line, ran } = await checked("endless.js", endless, ...args);
  await expectGolden("policy-check-endless", line, ran);
  const loading = (await checked("loading.mjs", "for (;;);", ...args, "--json")).ran;
  expect(JSON.parse(loading.out)).toMatchObject({
    ok: false,
    findings: [
      { property: "returns", message: "it did not return within 2 s: it was at loading the module" },
    ],
  });
});

test("a policy that ends its thread breaks the contract", async () => {
  const { ran } = await checked("exit.mjs", choosing("process.exit(0)"));
  expect(ran.code).toBe(1);
  expect(ran.out).toContain("it ended its thread");
});

test("Ctrl-C ends a check", async () => {
  const runs = join(folder, "runs");
  const text = `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(runs)}, "");\nfor (;;);`;
  writeFileSync(join(folder, "long.mjs"), text);
  const interrupt = until("the policy runs", async () => existsSync(runs));
  const ran = await policyledger(["policy", "check", "long.mjs"], { home, cwd: folder, interrupt });
  expect(ran).toEqual({ code: 130, out: "", err: "\nStopping …\n" });
});

test("the help says that the module is run, and holds an example", async () => {
  const line = ["policy", "check", "--help"];
  const ran = await policyledger(line, { home });
  await expectGolden("policy-check---help", line, ran);
  expect(ran.out).toContain("YOUR MODULE IS RUN");
});

test("what is printed by a policy does not get into the report", async () => {
  const { ran } = await checked("loud.mjs", `console.log("LOUD");\n${EXAMPLE}`, "--json");
  expect(JSON.parse(ran.out).ok).toBe(true);
  expect(ran.err).toContain("LOUD");
});
