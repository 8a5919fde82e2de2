import { describe, expect, test } from "vitest";
import { codeOf, stateCountOf } from "../src/environments/kind.ts";
import { environmentKind, environmentKinds, makeEnvironment } from "../src/environments/registry.ts";
import { runEpisode } from "../src/episode.ts";
import { canonicalJson, type Json, utf8 } from "../src/json.ts";
import { MAX_ARTIFACT_BYTES, MAX_FAULTS, MAX_RULES } from "../src/limits.ts";
import {
  type Artifact,
  artifactText,
  parseArtifact,
  policyHash,
  type QTableArtifact,
  readArtifact,
} from "../src/policies/artifact.ts";
import { behaviourOf } from "../src/policies/behaviour.ts";
import { actorOf, loadPolicy } from "../src/policies/load.ts";
import { pathsOf, refusal } from "./refusal.ts";
import { artifactsOf, CYBER, ENERGY, everyArtifact, host } from "./samples.ts";

const cyber = environmentKind(CYBER);
const energy = environmentKind(ENERGY);
const named = (artifact: Artifact) => `${artifact.kind} of ${artifact.env_id}`;
const cases = everyArtifact.map((artifact) => [named(artifact), artifact] as const);
const [qTable, actionTable, linear, rules, random] = artifactsOf(cyber, 1) as unknown as Json[];

/** An artifact as JSON, with some fields other than they were. */
function changed(artifact: Json | undefined, changes: object): Json {
  return { ...(artifact as object), ...changes } as Json;
}

describe("readArtifact", () => {
  test.each(cases)("reads back the %s that artifactText wrote", (_, artifact) => {
    const text = artifactText(artifact);
    expect(readArtifact(text)).toEqual(artifact);
    expect(readArtifact(utf8(text))).toEqual(artifact);
    expect(parseArtifact(JSON.parse(text))).toEqual(artifact);
    expect(artifactText(readArtifact(text))).toBe(text);
    expect(policyHash(host, artifact)).toBe(host.sha256(text));
  });

  test.each([
    ["spaces", '{ "env_id":"cyber-defense-v1","kind":"random","v":1}'],
    ["another order", '{"kind":"random","env_id":"cyber-defense-v1","v":1}'],
    ["another spelling of a number", '{"env_id":"cyber-defense-v1","kind":"random","v":1.0}'],
  ])("refuses an artifact with %s: it is not canonical", (_, text) => {
    expect(refusal(() => readArtifact(text)).code).toBe("not_canonical");
  });

  test.each([
    ["1e999", '{"actions":1e999}'],
    ["NaN", '{"q":[[0,NaN]]}'],
    ["__proto__", '{"__proto__":{"kind":"random"},"v":1}'],
    ["a bomb of brackets", `{"q":${"[".repeat(MAX_ARTIFACT_BYTES - 10)}`],
    ["nothing", ""],
  ])("refuses %s", (_, text) => {
    expect(refusal(() => readArtifact(text)).code).toBe("invalid_json");
  });

  test("refuses one byte more than an artifact may have", () => {
    const text = `{"actions":"${"0".repeat(MAX_ARTIFACT_BYTES - 14)}"}`;
    expect(refusal(() => readArtifact(text)).code).toBe("invalid_artifact");
    expect(refusal(() => readArtifact(`${text} `)).code).toBe("too_large");
    const rows = Array.from({ length: 60_000 }, () => [1_000_000, 0]);
    const big = { ...(qTable as unknown as QTableArtifact), q: rows };
    expect(refusal(() => artifactText(big)).code).toBe("too_large");
  });
});

describe("parseArtifact", () => {
  const row = (state: unknown, ...values: unknown[]) => [state, ...values];
  test.each<[string, Json, readonly string[]]>([
    ["null", null, ["/kind"]],
    ["a list", [], ["/kind"]],
    ["no kind", {}, ["/kind"]],
    ["an unknown kind", changed(random, { kind: "neural" }), ["/kind"]],
    ["a kind from the prototype", changed(random, { kind: "toString" }), ["/kind"]],
    ["a kind that is no text", changed(random, { kind: ["random"] }), ["/kind"]],
    ["another version", changed(random, { v: 2 }), ["/v"]],
    ["a field too many", changed(random, { code: "x()" }), ["/code"]],
    ["a default action that random has not", changed(random, { default_action: 0 }), ["/default_action"]],
    ["an unknown environment", changed(random, { env_id: "chess-v1" }), ["/env_id"]],
    ["a missing environment", { v: 1, kind: "random" }, ["/env_id"]],
    ["envelope faults, all of them", { kind: "random", v: "1", env_id: 7, x: 0 }, ["/v", "/env_id", "/x"]],
    ["a default action beyond the last", changed(qTable, { default_action: 5 }), ["/default_action"]],
    ["a negative default action", changed(actionTable, { default_action: -1 }), ["/default_action"]],
    ["half an action", changed(qTable, { default_action: 0.5 }), ["/default_action"]],
    ["a default action as text", changed(qTable, { default_action: "0" }), ["/default_action"]],
    ["q that is no list", changed(qTable, { q: {} }), ["/q"]],
    ["q that is missing", { v: 1, kind: "q-table", env_id: CYBER, default_action: 0 }, ["/q"]],
    ["a row that is no list", changed(qTable, { q: [0, null] }), ["/q/0", "/q/1"]],
    [
      "short and long rows",
      changed(qTable, { q: [row(0, 1, 2, 3, 4), row(1, 1, 2, 3, 4, 5, 6)] }),
      ["/q/0", "/q/1"],
    ],
    [
      "unknown states",
      changed(qTable, { q: [row(-1, 0, 0, 0, 0, 0), row(1.5, 0, 0, 0, 0, 0), row(108, 0, 0, 0, 0, 0)] }),
      ["/q/0/0", "/q/1/0", "/q/2/0"],
    ],
    [
      "states that do not ascend",
      changed(qTable, { q: [row(3, 0, 0, 0, 0, 0), row(3, 0, 0, 0, 0, 0), row(2, 0, 0, 0, 0, 0)] }),
      ["/q/1/0", "/q/2/0"],
    ],
    [
      "values that are no numbers, or too large",
      changed(qTable, { default_action: 9, q: [row(0, "0", null, 1e13, -1e13, [0])] }),
      ["/default_action", "/q/0/1", "/q/0/2", "/q/0/3", "/q/0/4", "/q/0/5"],
    ],
    ["actions that are no text", changed(actionTable, { actions: [0] }), ["/actions"]],
    ["too few actions", changed(actionTable, { actions: "0".repeat(107) }), ["/actions"]],
    ["too many actions", changed(actionTable, { actions: "0".repeat(109) }), ["/actions"]],
    [
      "unknown actions",
      changed(actionTable, { actions: `5aA/é${"0".repeat(103)}` }),
      Array(5).fill("/actions"),
    ],
    ["weights that are no list", changed(linear, { weights: "0" }), ["/weights"]],
    ["weights of too few actions", changed(linear, { weights: [[0]] }), ["/weights"]],
    [
      "weights of the wrong width, and wrong ones",
      changed(linear, {
        weights: [[], null, Array(15).fill(0), ["x", ...Array(13).fill(1e12 + 1)], Array(14).fill(0)],
      }),
      ["/weights/0", "/weights/1", "/weights/2", ...Array.from({ length: 14 }, (_, j) => `/weights/3/${j}`)],
    ],
    ["rules that are no list", changed(rules, { rules: {} }), ["/rules"]],
    [
      "too many rules",
      changed(rules, { rules: Array(MAX_RULES + 1).fill({ when: {}, action: 0 }) }),
      ["/rules"],
    ],
    [
      "rules of the wrong shape",
      changed(rules, {
        rules: [
          0,
          {},
          { when: {}, action: "0" },
          { when: { attack_type: 1 }, action: 0 },
          { when: {}, action: 0, also: 1 },
        ],
      }),
      ["/rules/0", "/rules/1", "/rules/2", "/rules/3", "/rules/4"],
    ],
    [
      "unknown actions, fields and values in rules",
      changed(rules, {
        rules: [
          { when: { severity: [0] }, action: 5 },
          { when: { attack_type: [0, 3], attack_severity: [1, 1], system_health: [-1] }, action: 0 },
          { when: { toString: [0] }, action: 0 },
        ],
      }),
      [
        "/rules/0/action",
        "/rules/0/when",
        "/rules/1/when/attack_type",
        "/rules/1/when/attack_severity",
        "/rules/1/when/system_health",
        "/rules/2/when",
      ],
    ],
  ])("refuses %s and names where", (_, value, paths) => {
    const run = () => parseArtifact(value);
    expect(refusal(run).code).toBe("invalid_artifact");
    expect([...pathsOf(run)].sort()).toEqual([...paths].sort());
  });

  test("names at most a hundred faults, in messages that stay short and printable", () => {
    for (const value of [
      changed(qTable, { q: Array(50_000).fill(0) }),
      changed(qTable, { q: Array(5_000).fill(row("\u001b[2J".repeat(5), 0, 0, 0, 0, 0)) }),
      changed(rules, { rules: Array(1_000).fill({ when: { ["\u001b[2J".repeat(9)]: [] }, action: 0 }) }),
      changed(random, Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`\u001b[2J${i}`, 0]))),
    ]) {
      const error = refusal(() => parseArtifact(value));
      expect(error.faults).toHaveLength(MAX_FAULTS);
      for (const { message } of error.faults) expect(message.length).toBeLessThan(200);
      expect(error.message.length).toBeLessThan(1_000);
      expect(error.message).not.toContain("\u001b");
    }
  });

  test("takes nothing from a __proto__ that JSON.parse made", () => {
    const tricky = JSON.parse(
      '{"v":1,"kind":"random","env_id":"cyber-defense-v1","__proto__":{"polluted":1}}',
    );
    expect(refusal(() => parseArtifact(tricky)).code).toBe("invalid_artifact");
    const within = changed(rules, {
      rules: [JSON.parse('{"when":{"__proto__":[0]},"action":0}')],
    });
    expect(pathsOf(() => parseArtifact(within))).toEqual(["/rules/0/when"]);
    expect({}).not.toHaveProperty("polluted");
  });

  test("accepts the limits themselves", () => {
    const values = [-1e12, 1e12, 0, -0.5, 1e-300];
    expect(parseArtifact(changed(qTable, { q: [row(107, ...values)] })).kind).toBe("q-table");
    expect(parseArtifact(changed(qTable, { q: [] })).kind).toBe("q-table");
    expect(
      parseArtifact(changed(rules, { rules: Array(MAX_RULES).fill({ when: {}, action: 4 }) })).kind,
    ).toBe("rules");
  });
});

describe("behaviourOf", () => {
  test("takes the largest value of a Q-table, the smallest action of equal ones, and else the default", () => {
    const artifact: Artifact = {
      v: 1,
      kind: "q-table",
      env_id: CYBER,
      default_action: 3,
      q: [
        [0, 1, 2, 2, 0, 2],
        [1, -1, -1, -1, -1, -1],
        [5, -3, -2, -1, -0.5, -0.25],
        [107, 0, 0, 0, 1e-300, 1e-300],
      ],
    };
    const table = behaviourOf(artifact) as Uint8Array;
    expect([...table.slice(0, 7)]).toEqual([1, 0, 3, 3, 3, 4, 3]);
    expect(table[107]).toBe(3);
    expect(table).toHaveLength(108);
  });

  test("reads an action table as digits, a dot as the default", () => {
    const actions = `01234.${"2".repeat(101)}.`;
    const table = behaviourOf({ v: 1, kind: "action-table", env_id: CYBER, default_action: 4, actions });
    expect([...(table as Uint8Array)].join("")).toBe(`012344${"2".repeat(101)}4`);
  });

  test("adds a linear policy's bias and the weights of the values that are seen", () => {
    const width = 1 + 25 + 11 + 2;
    const save = new Array(width).fill(0);
    const use = new Array(width).fill(0);
    use[0] = -1; // bias
    use[1 + 3] = 0.5; // slot 3
    use[1 + 25 + 10] = 0.25; // a full battery
    use[1 + 25 + 11 + 1] = 1; // demand
    const artifact: Artifact = { v: 1, kind: "linear", env_id: ENERGY, weights: [save, use] };
    const table = behaviourOf(artifact) as Uint8Array;
    const act = (slot: number, battery: number, demand: number) =>
      table[codeOf(energy, { slot, battery, demand })];
    expect(act(0, 5, 0)).toBe(0); // -1 < 0
    expect(act(0, 5, 1)).toBe(0); // a tie at 0 goes to SAVE
    expect(act(3, 5, 1)).toBe(1); // 0.5
    expect(act(3, 10, 0)).toBe(0); // -0.25
    expect(act(0, 10, 1)).toBe(1); // 0.25
  });

  test("follows the first rule that matches, every named field of it, and else the default", () => {
    const artifact: Artifact = {
      v: 1,
      kind: "rules",
      env_id: CYBER,
      default_action: 1,
      rules: [
        { when: { attack_severity: [2], alert_confidence: [1] }, action: 3 },
        { when: { attack_severity: [1, 2], attack_type: [1, 2] }, action: 2 },
        { when: { attack_severity: [] }, action: 0 },
        { when: { attack_severity: [2] }, action: 4 },
      ],
    };
    const table = behaviourOf(artifact) as Uint8Array;
    const act = (attack_severity: number, attack_type: number, alert_confidence: number) =>
      table[
        codeOf(cyber, {
          attack_severity,
          attack_type,
          system_health: 0,
          alert_confidence,
          time_under_attack: 1,
        })
      ];
    expect(act(2, 2, 1)).toBe(3);
    expect(act(2, 2, 0)).toBe(2);
    expect(act(1, 1, 1)).toBe(2);
    expect(act(2, 0, 0)).toBe(4);
    expect(act(1, 0, 1)).toBe(1);
    expect(act(0, 1, 1)).toBe(1);
  });

  test("says of a random policy that it is uniform", () => {
    expect(behaviourOf({ v: 1, kind: "random", env_id: ENERGY })).toBe("uniform");
  });
});

describe("loadPolicy", () => {
  test.each(cases)("acts for %s the same by observation and by state code", (_, artifact) => {
    const env = makeEnvironment(artifact.env_id);
    const policy = loadPolicy(artifact);
    const viaContract = actorOf(loadPolicy(artifact), env.observations, { explore: false });
    for (const seed of [0, 1, 2 ** 53 - 1]) {
      expect(runEpisode(env, viaContract, seed)).toEqual(runEpisode(env, policy, seed));
    }
  });

  test("explores as often as epsilon says, only when it may, and takes every action then", () => {
    const artifact: Artifact = { v: 1, kind: "q-table", env_id: CYBER, default_action: 2, q: [] };
    const policy = loadPolicy(artifact, { epsilon: 0.5 });
    const [observation] = makeEnvironment(CYBER).observations;
    policy.reset({ seed: 5 });
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) counts[policy.selectAction(observation!)]! += 1;
    // 0.1 each, and 0.5 more for action 2; five standard deviations are 150 and 245.
    for (const action of [0, 1, 3, 4]) expect(Math.abs(counts[action]! - 1_000)).toBeLessThan(150);
    expect(Math.abs(counts[2]! - 6_000)).toBeLessThan(245);
    for (let i = 0; i < 100; i++) expect(policy.selectAction(observation!, { explore: false })).toBe(2);
  });

  test("takes every action of a random policy equally often", () => {
    const policy = loadPolicy(random as unknown as Artifact);
    policy.reset({ seed: 6 });
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10_000; i++) counts[policy.act(0)]! += 1;
    for (const count of counts) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  test("refuses observations of another environment, and drawing before a reset", () => {
    const policy = loadPolicy(qTable as unknown as Artifact);
    const [other] = makeEnvironment(ENERGY).observations;
    for (const wrong of [other!, {}, null, 7, { attack_severity: 9 }])
      expect(refusal(() => policy.selectAction(wrong as never)).code).toBe("invalid_space");
    const [own] = makeEnvironment(CYBER).observations;
    expect(refusal(() => loadPolicy(random as unknown as Artifact).selectAction(own!)).code).toBe(
      "not_reset",
    );
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53, "1"])
      expect(refusal(() => policy.reset({ seed: seed as number })).code).toBe("invalid_seed");
  });

  test("lays out a table for every state of its environment", () => {
    for (const artifact of everyArtifact) {
      const { behaviour } = loadPolicy(artifact);
      const kind = environmentKinds.find(({ id }) => id === artifact.env_id)!;
      if (behaviour !== "uniform") expect(behaviour).toHaveLength(stateCountOf(kind));
    }
    expect(canonicalJson([...(loadPolicy(everyArtifact[0]!).behaviour as Uint8Array)])).toMatch(
      /^\[[0-4,]+\]$/,
    );
  });
});
