import { describe, expect, test } from "vitest";
import { claimId, claimText, isSignedBy, parseClaim } from "../src/claim.ts";
import { portableHost } from "../src/host.ts";
import { canonicalJson, type Json, utf8 } from "../src/json.ts";
import { MAX_ARTIFACT_BYTES, MAX_CONFIG_BYTES, MAX_SUBMISSION_BYTES } from "../src/limits.ts";
import { type PolicySubmission, parseSubmission } from "../src/submission.ts";
import { canonical } from "./canonical.ts";
import { pathsOf, refusal } from "./refusal.ts";
import { BOB, everyArtifact, host, sent, submissionOf } from "./samples.ts";

const honest = submissionOf(everyArtifact[0]!, { env_config: { preset: "short_burst" }, agent: BOB });

/** The honest submission with some of it replaced, as it would be sent. */
function sentWith(changes: { readonly [part: string]: unknown }, claim: object = {}): string {
  const parts = {
    claim: { ...honest.claim, ...claim },
    signature: honest.signature,
    artifact: JSON.parse(honest.artifact),
  };
  return JSON.stringify({ ...parts, ...changes });
}

describe("parseSubmission", () => {
  test("reads what an agent sent", () => {
    expect(parseSubmission(sent(honest))).toEqual(honest);
    expect(parseSubmission(utf8(sent(honest)))).toEqual(honest);
  });

  test("gives the same claim, id and artifact whatever the order of keys and the white space", () => {
    const backwards = (value: Json): Json => {
      if (value === null || typeof value !== "object") return value;
      if (Array.isArray(value)) return value.map(backwards);
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, backwards(item)]),
      );
    };
    const value = JSON.parse(sent(honest)) as Json;
    for (const text of [
      JSON.stringify(value),
      JSON.stringify(backwards(value), null, "\t"),
      ` ${canonicalJson(value)}\n`,
    ]) {
      const submission = parseSubmission(text);
      expect(submission).toHaveProperty("artifact", honest.artifact);
      expect(claimText(submission.claim)).toBe(claimText(honest.claim));
      expect(claimId(host, submission.claim)).toBe(claimId(host, honest.claim));
    }
  });

  test.each<[string, string, readonly string[]]>([
    ["a list", "[]", [""]],
    ["nothing in it", "{}", ["/claim", "/signature", "/artifact"]],
    ["a field too many", sentWith({ note: "x" }), ["/note"]],
    [
      "a field too many in the claim",
      sentWith({}, { verified_reward: 1, x: 2 }),
      ["/claim/verified_reward", "/claim/x"],
    ],
    ["a short signature", sentWith({ signature: honest.signature.slice(1) }), ["/signature"]],
    ["a signature in capitals", sentWith({ signature: honest.signature.toUpperCase() }), ["/signature"]],
    ["a signature with a line end", sentWith({ signature: `${honest.signature}\n` }), ["/signature"]],
    ["an artifact that is a text", sentWith({ artifact: honest.artifact }), ["/artifact"]],
    ["an artifact that is a list", sentWith({ artifact: [] }), ["/artifact"]],
    [
      "every field of the wrong type",
      sentWith({
        claim: {
          v: "1",
          kind: "story",
          agent_id: 1,
          public_key: null,
          env_id: [],
          env_config: [],
          seed: "7",
          policy_hash: {},
          claimed_reward: null,
        },
        signature: 0,
        artifact: null,
      }),
      [
        ...[
          "v",
          "kind",
          "agent_id",
          "public_key",
          "env_id",
          "env_config",
          "seed",
          "policy_hash",
          "claimed_reward",
        ].map((field) => `/claim/${field}`),
        "/signature",
        "/artifact",
      ],
    ],
    ["an empty label", sentWith({}, { agent_id: "" }), ["/claim/agent_id"]],
    ["a label of 65", sentWith({}, { agent_id: "a".repeat(65) }), ["/claim/agent_id"]],
    ["a label with a space", sentWith({}, { agent_id: "a b" }), ["/claim/agent_id"]],
    ["a label with a line end", sentWith({}, { agent_id: "ab\n" }), ["/claim/agent_id"]],
    ["a label with a quote", sentWith({}, { agent_id: 'a"b' }), ["/claim/agent_id"]],
    [
      "a key in capitals",
      sentWith({}, { public_key: honest.claim.public_key.toUpperCase() }),
      ["/claim/public_key"],
    ],
    ["an environment id in capitals", sentWith({}, { env_id: "Cyber" }), ["/claim/env_id"]],
    ["a hash of 63", sentWith({}, { policy_hash: "0".repeat(63) }), ["/claim/policy_hash"]],
    ["a negative seed", sentWith({}, { seed: -1 }), ["/claim/seed"]],
    ["half a seed", sentWith({}, { seed: 0.5 }), ["/claim/seed"]],
    ["an unsafe seed", sentWith({}, { seed: 2 ** 53 }), ["/claim/seed"]],
    ["half a reward", sentWith({}, { claimed_reward: 0.5 }), ["/claim/claimed_reward"]],
    ["an unsafe reward", sentWith({}, { claimed_reward: -(2 ** 53) }), ["/claim/claimed_reward"]],
  ])("refuses %s and names where", (_, text, paths) => {
    expect(refusal(() => parseSubmission(text)).code).toBe("invalid_claim");
    expect([...new Set(pathsOf(() => parseSubmission(text)))].sort()).toEqual([...paths].sort());
  });

  test.each([
    ["a duplicate key", sent(honest).replace('"seed": 7', '"seed": 7, "seed": 8')],
    ["__proto__", sent(honest).replace('"preset"', '"__proto__"')],
    ["a reward beyond a double", sent(honest).replace(/"claimed_reward": [-\d]+/, '"claimed_reward": 1e999')],
    ["half a surrogate pair", sent(honest).replace("short_burst", "\\ud800")],
    ["a deep configuration", sent(honest).replace('"short_burst"', `${"[".repeat(40)}${"]".repeat(40)}`)],
    ["invalid UTF-8", Buffer.from(sent(honest).replace("short_burst", "\xff"), "latin1")],
  ])("refuses %s", (_, input) => {
    expect(refusal(() => parseSubmission(input)).code).toBe("invalid_json");
  });

  test("says what is missing or wrong in the words of JSON", () => {
    expect(refusal(() => parseSubmission("{}")).faults).toEqual([
      { path: "/claim", message: "is missing: expected object" },
      { path: "/signature", message: "is missing: expected string" },
      { path: "/artifact", message: "is missing: expected object" },
    ]);
    const { faults } = refusal(() => parseSubmission(sentWith({ artifact: [] }, { env_config: "standard" })));
    expect(faults).toEqual([
      { path: "/claim/env_config", message: "Invalid input: expected object, received string" },
      { path: "/artifact", message: "Invalid input: expected object, received array" },
    ]);
  });

  test("accepts the limits of every field", () => {
    for (const changes of [
      { agent_id: "a", seed: 0, claimed_reward: -Number.MAX_SAFE_INTEGER },
      {
        agent_id: "aZ09._/-".repeat(8),
        seed: Number.MAX_SAFE_INTEGER,
        claimed_reward: Number.MAX_SAFE_INTEGER,
      },
      { env_id: "z".repeat(64), env_config: { é: ["😀", null, { x: 1e-7 }] } },
    ]) {
      const { claim } = parseSubmission(sentWith({}, changes));
      expect(claim).toEqual({ ...honest.claim, ...changes });
      expect(claimText(claim)).toBe(canonical(claim as unknown as Json));
    }
  });

  test("takes -0 for 0, as the canonical form does", () => {
    const text = sent(honest)
      .replace('"seed": 7', '"seed": -0')
      .replace(/"claimed_reward": [-\d]+/, '"claimed_reward": -0');
    expect(claimText(parseSubmission(text).claim)).toContain('"claimed_reward":0,');
    expect(claimText(parseSubmission(text).claim)).toContain('"seed":0,');
  });

  test("bounds configuration, artifact and the whole, in bytes", () => {
    const config = (characters: string) => sentWith({}, { env_config: { x: characters } });
    const room = MAX_CONFIG_BYTES - '{"x":""}'.length;
    expect(parseSubmission(config("a".repeat(room))).claim).toHaveProperty("env_config.x");
    expect(refusal(() => parseSubmission(config("a".repeat(room + 1)))).code).toBe("too_large");
    expect(refusal(() => parseSubmission(config("€".repeat(room / 2)))).code).toBe("too_large");
    const artifact = (length: number) =>
      sentWith({ artifact: { x: "a".repeat(length - '{"x":""}'.length) } });
    expect(parseSubmission(artifact(MAX_ARTIFACT_BYTES))).toHaveProperty(
      "artifact.length",
      MAX_ARTIFACT_BYTES,
    );
    expect(refusal(() => parseSubmission(artifact(MAX_ARTIFACT_BYTES + 1))).code).toBe("too_large");
    expect(refusal(() => parseSubmission(`${sent(honest)}${" ".repeat(MAX_SUBMISSION_BYTES)}`)).code).toBe(
      "too_large",
    );
  });
});

describe("parseClaim", () => {
  test("accepts a claim alone, and nothing beside it", () => {
    expect(parseClaim(honest.claim as unknown as Json)).toEqual(honest.claim);
    expect(pathsOf(() => parseClaim({ ...honest.claim, signature: "" } as unknown as Json))).toEqual([
      "/signature",
    ]);
    for (const none of [null, 1, "x", [], true]) expect(pathsOf(() => parseClaim(none))).toEqual([""]);
  });
});

describe("claimText", () => {
  test("is the canonical JSON of the claim", () => {
    expect(claimText(honest.claim)).toBe(canonical(honest.claim as unknown as Json));
    expect(claimId(host, honest.claim)).toBe(host.sha256(canonical(honest.claim as unknown as Json)));
  });
});

describe("isSignedBy", () => {
  const holds = ({ claim, signature }: PolicySubmission) =>
    isSignedBy(portableHost, claimText(claim), claim.public_key, signature);

  test("accepts the agent's own signature, on every host", () => {
    expect(holds(honest)).toBe(true);
    expect(isSignedBy(host, claimText(honest.claim), honest.claim.public_key, honest.signature)).toBe(true);
  });

  test.each([
    ["agent_id", "alice"],
    ["public_key", submissionOf(everyArtifact[0]!).claim.public_key],
    ["env_id", "energy-slot-v1"],
    ["env_config", {}],
    ["env_config", { preset: "short_burst", horizon: 12 }],
    ["seed", honest.claim.seed + 1],
    ["policy_hash", honest.claim.policy_hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))],
    ["claimed_reward", honest.claim.claimed_reward + 1],
    ["claimed_reward", -honest.claim.claimed_reward],
  ])("refuses it once %s is %j", (field, value) => {
    expect(holds({ ...honest, claim: { ...honest.claim, [field]: value } as never })).toBe(false);
  });

  test.each([
    ["", honest.signature],
    [honest.claim.public_key, ""],
    [honest.claim.public_key, honest.signature.toUpperCase()],
    [honest.claim.public_key.slice(2), honest.signature],
    ["0".repeat(64), "0".repeat(128)],
    ["f".repeat(64), honest.signature],
  ])("refuses key %j with signature %j", (key, signature) => {
    expect(isSignedBy(host, claimText(honest.claim), key, signature)).toBe(false);
  });
});
