import { canonicalJson } from "@policyledger/core";
import { PROBLEMS } from "@policyledger/core/api";
import { nodeHost, publicKeyOf, sign } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { FINAL_STATES } from "../../functions/src/documents.ts";
import { claimRoutes } from "../../functions/src/http/routes/claims.ts";
import { trainingRoutes } from "../../functions/src/http/routes/training.ts";
import { verifyRoutes } from "../../functions/src/http/routes/verify.ts";
import { MAX_LINES } from "../../functions/src/http/submissions.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { workedExample } from "../cases/make-worked-example.ts";
import { agents, blocksOf } from "./document.ts";

const example = workedExample();
const claim = JSON.parse(example.claim);
const entry = JSON.parse(example.entries[0]!.text);
const request = canonicalJson({
  v: 1,
  kind: "train",
  public_key: publicKeyOf(example.secret_key),
  training: { algorithm: "q-learning", env_id: "cyber-defense-v1", episodes: 5_000, seed: 7 },
  claim_seed: 42,
});
const hashesIn = (text: string) => text.match(/\b[0-9a-f]{64}\b/g) ?? [];
const training = {
  request,
  id: nodeHost.sha256(request),
  signature: sign(example.secret_key, Buffer.from(request)),
};

describe("docs/agents.md", () => {
  test("shows the artifact, the canonical claim and its signature, byte for byte", () => {
    const shown = (name: string) => new RegExp(`^${name}='?([^'\\n]+)'?$`, "m").exec(agents)?.[1];
    expect(shown("ARTIFACT")).toBe(example.artifact);
    expect(shown("CLAIM")).toBe(example.claim);
    expect(shown("SIGNATURE")).toBe(example.signature);
    expect(shown("ID")).toBe(example.claim_id);
    expect(shown("TRAINING")).toBe(training.id);
    expect(agents).toContain(`'{"request":${training.request},"signature":"${training.signature}"}'`);
    expect(example.secret_key).toBe("01".repeat(32));
  });

  test("has no hash, key or signature that the code does not compute", () => {
    const computed = new Set([
      example.policy_hash,
      example.claim_id,
      example.signature,
      claim.public_key,
      training.id,
      training.signature,
      example.plan.claim_id,
      example.plan.signature,
      ...hashesIn(example.plan.claim),
      ...hashesIn(example.plan.document),
    ]);
    const shown = [...agents.matchAll(/\b[0-9a-f]{32,}\b/g)].map(([hex]) => hex);
    expect(shown.filter((hex) => !computed.has(hex))).toEqual([]);
    expect(new Set(shown)).toEqual(computed);
  });

  test("has no large number that the code does not compute", () => {
    const computed = new Set([
      claim.claimed_reward,
      2 * 1_000, // the lie
      entry.evaluation.expected,
      entry.evaluation.optimum,
      5_000, // the port of npm start, and the training's episodes
      8785, // the RFC of canonical JSON
      8032, // of Ed25519
      9457, // of problem documents
    ]);
    const words = agents.replaceAll(/[0-9a-f]{32,}/g, "");
    const numbers = [...words.matchAll(/(?<![\w.])\d{4,}(?!\w)/g)].map(([text]) => Number(text));
    expect(numbers.filter((number) => !computed.has(number))).toEqual([]);
    expect(agents).toContain(`${claim.claimed_reward / 10} points`);
    const points = (billionths: number) => (billionths / 1e10).toFixed(1);
    const { expected, optimum } = entry.evaluation;
    expect(agents).toContain(`here ${points(expected)} of ${points(optimum)} points`);
    expect(agents).toContain(`at most ${MAX_LINES} lines`);
    expect(usualSettings().streamSeconds).toBeLessThanOrEqual(60);
  });

  test("names every problem that an agent's requests can meet, with its status", () => {
    const named = [...agents.matchAll(/^\| (`[a-z_`, ]+) \| (\d{3}) \|/gm)].flatMap(([, codes, status]) =>
      [...codes!.matchAll(/`(\w+)`/g)].map(([, code]) => [code!, Number(status)] as const),
    );
    const known = PROBLEMS as Readonly<Record<string, readonly [number, string]>>;
    expect(named.filter(([code, status]) => known[code]?.[0] !== status)).toEqual([]);
    const routes = [...claimRoutes, ...verifyRoutes, ...trainingRoutes].flatMap(({ problems }) => problems);
    const met = new Set([...routes, "rate_limited", "overloaded", "unavailable", "internal"]);
    expect(new Set(named.map(([code]) => code))).toEqual(met);
  });

  test("names every state, and as ends those that are", () => {
    const rows = [...agents.matchAll(/^\| (`[A-Z`, ]+) \| [^|]+ \| ([^|]+) \|$/gm)].map(
      ([, states, then]) => [states!.replaceAll("`", "").split(", "), then] as const,
    );
    expect(rows.flatMap(([states]) => states)).toEqual(["PENDING", "VALID", "RECORDED", "INVALID", "FAILED"]);
    expect(rows.filter(([, then]) => then !== "wait").flatMap(([states]) => states)).toEqual(
      expect.arrayContaining([...FINAL_STATES]),
    );
    expect(agents).toContain('IN("PENDING", "VALID")');
  });

  test("has each curl in a block of commands, which the slow test runs", () => {
    const commands = blocksOf("sh").map(({ text }) => text);
    const outside = commands.reduce((rest, text) => rest.replace(text, ""), agents);
    expect(outside).not.toMatch(/\bcurl (?:-|"|http)/);
    expect(commands.join("").match(/\bcurl /g)).toHaveLength(25);
  });
});
