// Faults that a review of the whole core found, each as it was found.
import { describe, expect, test } from "vitest";
import { checkPolicy } from "../check/index.ts";
import { nodeHost as host, publicKeyOf, sign } from "../node/index.ts";
import {
  type Artifact,
  artifactText,
  auditChain,
  BoxSpace,
  canonicalJson,
  checkEntry,
  claimText,
  environmentKind,
  episodeSeed,
  evaluate,
  headOf,
  loadPolicy,
  makeEnvironment,
  type PolicyClaim,
  type PolicyEntry,
  parseJson,
  parseSubmission,
  policyContent,
  policyHash,
  readEntry,
  recorder,
  reusePolicy,
  runEpisode,
  type Sealed,
  sealEntry,
  startTraining,
  verifyClaim,
} from "../src/index.ts";
import { refusal } from "./refusal.ts";

const secret = "07".repeat(32);
const monitor: Artifact = { v: 1, kind: "rules", env_id: "cyber-defense-v1", default_action: 1, rules: [] };

function claimOf(artifact: Artifact, seed: number): PolicyClaim {
  return {
    v: 1,
    kind: "policy",
    agent_id: "review",
    public_key: publicKeyOf(secret),
    env_id: artifact.env_id,
    env_config: {},
    seed,
    policy_hash: policyHash(host, artifact),
    claimed_reward: runEpisode(makeEnvironment(artifact.env_id), loadPolicy(artifact), seed).reward,
  };
}

const submit = (claim: PolicyClaim, artifact = monitor) => ({
  claim,
  signature: sign(secret, new TextEncoder().encode(JSON.stringify(claim))),
  artifact: artifactText(artifact),
});

function contentOf(claim: PolicyClaim) {
  const signature = sign(secret, new TextEncoder().encode(claimText(claim)));
  return policyContent(claim, { claim_id: host.sha256(claimText(claim)), signature });
}

function ledgerOf(count: number): Sealed[] {
  const sealed: Sealed[] = [];
  for (let i = 0; i < count; i++) {
    const head = sealed.length === 0 ? null : headOf(sealed.at(-1)!);
    sealed.push(sealEntry(host, head, contentOf(claimOf(monitor, i)), `2026-01-01T00:00:${10 + i}.000Z`));
  }
  return sealed;
}

describe("what is shared cannot be changed by whoever it is handed to", () => {
  test("the list of observations, a kind's presets, actions and fields are frozen", () => {
    const env = makeEnvironment("cyber-defense-v1");
    expect(() => (env.observations as unknown[]).reverse()).toThrow(TypeError);
    const kind = environmentKind("energy-slot-v1");
    expect(() => Object.assign(kind.presets.standard, { slots: 3 })).toThrow(TypeError);
    expect(() => (kind.actions as string[]).push("CHEAT")).toThrow(TypeError);
    expect(() => Object.assign(kind.fields[0]!, { size: 1 })).toThrow(TypeError);
    expect(makeEnvironment("energy-slot-v1").config).toEqual(kind.presets.standard);
  });

  test("a loaded policy hands out a copy of its behaviour", () => {
    const policy = loadPolicy(monitor);
    (policy.behaviour as Uint8Array).fill(0);
    expect(policy.act(0)).toBe(1);
  });

  test("a Box whose shape was inferred keeps the policy contract", () => {
    const space = new BoxSpace(0, 1);
    expect(() => Object.assign(space.shape, { 0: 9 })).toThrow(TypeError);
    const policy = Object.freeze({
      actionSpace: space,
      reset: () => {},
      selectAction: () => space.sample(1),
    });
    expect(checkPolicy(() => Object.freeze({ ...policy }), new BoxSpace(-1, 1)).findings).toEqual([]);
  });
});

describe("an audit vouches for no entry that is in doubt", () => {
  const ledger = ledgerOf(8);
  const texts = ledger.map(({ text }) => text);
  const later = (text: string) => text.replace(".000Z", ".001Z");

  test("two changed entries leave the size before the first", () => {
    const changed = texts.map((text, i) => (i === 3 ? later(text) : text));
    changed[5] = changed[5]!.replace(/"previous_hash":"[0-9a-f]+"/, `"previous_hash":"${"0".repeat(64)}"`);
    expect(auditChain(host, changed)).toMatchObject({ ok: false, size: 3, head: null });
  });

  test("an expected size that is no size is refused", () => {
    for (const size of [Number.NaN, -1, 1.5]) {
      const expected = { size, head: ledger.at(-1)!.current_hash };
      expect(refusal(() => auditChain(host, texts, { expected })).code).toBe("invalid_audit");
    }
  });

  test("an audit goes on behind a trusted entry, and checkEntry follows one link", () => {
    const from = headOf(ledger[3]!);
    const expected = { size: 8, head: ledger[7]!.current_hash };
    expect(auditChain(host, texts.slice(4), { from, expected })).toMatchObject({ ok: true, size: 8 });
    expect(auditChain(host, texts.slice(5), { from }).fault).toMatchObject({ index: 4, code: "wrong_index" });
    expect(checkEntry(host, from, texts[4]!)).toEqual(headOf(ledger[4]!));
    expect(checkEntry(host, null, texts[0]!)).toEqual(headOf(ledger[0]!));
    const other = { ...from, current_hash: "0".repeat(64) };
    const error = refusal(() => checkEntry(host, other, texts[4]!));
    expect(error.code).toBe("broken_chain");
    expect(error.message).toContain("entry 4 says");
  });
});

test("training from a sparse Q-table, verification and reuse take its default action alike", () => {
  const sparse: Artifact = {
    v: 1,
    kind: "q-table",
    env_id: "cyber-defense-v1",
    default_action: 3,
    q: [[0, 0, 5, 0, 0, 0]],
  };
  const training = startTraining(
    {
      algorithm: "q-learning",
      env_id: "cyber-defense-v1",
      seed: 5,
      episodes: 20,
      learning_rate: 0,
      epsilon: { start: 0, end: 0, decay: 1 },
    },
    sparse,
  );
  for (let i = 0; i < 20; i++) {
    const [trained, replayed] = [recorder(host), recorder(host)];
    training.advance(1, { observe: trained.observe });
    runEpisode(makeEnvironment("cyber-defense-v1"), loadPolicy(sparse), episodeSeed(5, i), replayed.observe);
    expect(trained.steps).toEqual(replayed.steps);
    expect(trained.steps.some(({ action }) => action === 3)).toBe(true);
  }
});

describe("what is no claim gets no verdict", () => {
  const claim = claimOf(monitor, 1);

  test.each([
    ["a negative seed", { seed: -1 }],
    ["a seed in text", { seed: "42" }],
    ["another version", { v: 99 }],
    ["another kind", { kind: "plan" }],
    ["a field too many", { note: "" }],
    ["a label that a terminal obeys", { agent_id: "\u202e evil" }],
  ])("verifyClaim refuses %s", (_, change) => {
    const changed = { ...claim, ...change } as PolicyClaim;
    expect(refusal(() => verifyClaim(host, submit(changed))).code).toBe("invalid_claim");
  });

  test("verifyClaim refuses a claim that writes itself as another", () => {
    const lying = { ...claim, toJSON: () => ({ ...claim, claimed_reward: 999_999 }) };
    expect(refusal(() => verifyClaim(host, { ...submit(claim), claim: lying })).code).toBe("invalid_json");
  });

  test("verifyClaim refuses an artifact that is not a text", () => {
    const submission = { ...submit(claim), artifact: undefined as unknown as string };
    expect(refusal(() => verifyClaim(host, submission)).code).toBe("invalid_claim");
  });

  test("sealEntry refuses a claim id that its fields do not make", () => {
    const content = { ...contentOf(claim), claim_id: "0".repeat(64) };
    const { code, faults } = refusal(() => sealEntry(host, null, content, "2026-01-01T00:00:00.000Z"));
    expect([code, faults[0]!.path]).toEqual(["invalid_entry", "/claim_id"]);
  });
});

test("reusePolicy computes the entry's evaluation again", () => {
  const claim = claimOf(monitor, 3);
  const evaluation = evaluate(host, makeEnvironment(claim.env_id), loadPolicy(monitor).behaviour);
  const entry = { ...contentOf(claim), index: 0 } as PolicyEntry;
  expect(reusePolicy(host, { ...entry, evaluation }, artifactText(monitor)).run(3).reward).toBe(
    claim.claimed_reward,
  );
  const lie = { ...evaluation, expected: 9_000_000_000_000_000 };
  expect(refusal(() => reusePolicy(host, { ...entry, evaluation: lie }, artifactText(monitor))).code).toBe(
    "policy_refused",
  );
});

describe("bad input meets the project's own error", () => {
  test.each([null, undefined, 1, {}, ["x"]])(
    "parseSubmission, readEntry and auditChain refuse %j",
    (input) => {
      expect(refusal(() => parseSubmission(input as never)).code).toBe("invalid_json");
      expect(refusal(() => readEntry(input as never)).code).toBe("invalid_entry");
      expect(auditChain(host, [input as never]).fault?.code).toBe("unreadable");
    },
  );

  test.each([
    ["a function", { a: () => 1 }],
    ["undefined", { a: undefined }],
    ["a hole", new Array(2)],
    ["a Map", new Map()],
    ["a boxed number", Object(1)],
    ["an object of a class", new (class Point {})()],
    ["an object that writes itself", { toJSON: () => 1 }],
    ["a bigint", 1n],
  ])("canonicalJson refuses %s", (_, value) => {
    expect(refusal(() => canonicalJson(value as never)).code).toBe("invalid_json");
  });

  test("loadPolicy refuses an epsilon that is no probability", () => {
    for (const epsilon of [7, -0.1, Number.NaN]) {
      expect(refusal(() => loadPolicy(monitor, { epsilon })).code).toBe("invalid_policy");
    }
  });
});

describe("parseJson does not depend on what was parsed before", () => {
  test("an escaped key is read right behind an object with a backslash for a key", () => {
    const twice = () => refusal(() => parseJson('{"a":1,"\\u0061":2}', { maxBytes: 99 })).faults;
    expect(twice().map(({ path }) => path)).toEqual(["/a"]);
    parseJson('{"a":1,"\\\\":2}', { maxBytes: 99 });
    expect(twice().map(({ path }) => path)).toEqual(["/a"]);
    expect(
      parseJson('{"a":1,"\\u0062":[true,null,{"c\\n":"\\"},[]],"d":-1.5e3}'.replace('"\\"', '"x"'), {
        maxBytes: 99,
      }),
    ).toEqual({
      a: 1,
      b: [true, null, { "c\n": "x" }, []],
      d: -1500,
    });
  });

  test("an audit refuses to start from what is no head", () => {
    for (const from of [
      {},
      { index: -5, current_hash: "0".repeat(64), timestamp: "2026-01-01T00:00:00.000Z" },
    ]) {
      expect(refusal(() => auditChain(host, [], { from: from as never })).code).toBe("invalid_audit");
    }
  });

  test("verifyClaim refuses a claim that does not read back as it was written", () => {
    const env_config = JSON.parse('{"__proto__":{"preset":"extended"}}');
    expect(refusal(() => verifyClaim(host, submit({ ...claimOf(monitor, 1), env_config }))).code).toBe(
      "invalid_claim",
    );
  });
});
