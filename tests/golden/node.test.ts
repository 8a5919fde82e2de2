// The golden digests in Node, and what the cases are made of.
import { readFileSync } from "node:fs";
import { portableHost } from "@policyledger/core";
import { nodeHost, publicKeyOf, sign } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { AGENTS, signedTexts, submissions } from "./claims.ts";
import { FILE, fileOf, readGolden } from "./file.ts";
import { goldenDigests, goldenText, names } from "./golden.ts";
import { RFC_8785_NUMBERS } from "./numbers.ts";
import { ED25519, SIGNATURES } from "./signatures.ts";

/** RFC 8032, 7.1: published, so that everybody may sign as these agents. */
const SECRET_KEYS = {
  alpha: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  "beta/2": "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
  "g.a_m-ma": "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
} as const;

const resultOf = (name: string): unknown => JSON.parse(goldenText(name));

describe("in Node", () => {
  const portable = goldenDigests(portableHost);

  test("goldenDigests computes golden.json with the portable host", () => {
    expect(portable.digests).toEqual(readGolden());
  });

  test("goldenDigests computes the same with Node's host, and once more with all caches warm", () => {
    expect(goldenDigests(nodeHost)).toEqual(portable);
  });
});

describe("the cases", () => {
  test("names are unique, and are those of golden.json in its order", () => {
    expect(new Set(names).size).toBe(names.length);
    expect(Object.keys(readGolden())).toEqual(names);
  });

  test("SIGNATURES are what the agents' keys sign", () => {
    for (const [agent, publicKey] of Object.entries(AGENTS)) {
      expect(publicKeyOf(SECRET_KEYS[agent as keyof typeof AGENTS])).toBe(publicKey);
    }
    const made = signedTexts().map(({ agent, text }) =>
      sign(SECRET_KEYS[agent], new TextEncoder().encode(text)),
    );
    expect(SIGNATURES).toEqual(made);
    expect(submissions()).toHaveLength(SIGNATURES.length - 1);
  });

  test("the numbers of RFC 8785, appendix B, are written as published", () => {
    const name = "numbers: canonical JSON of RFC 8785, appendix B";
    expect(resultOf(name)).toEqual(RFC_8785_NUMBERS.map(([, text]) => text));
  });

  test("the signatures that hold are those that ed25519.json says hold", () => {
    expect(resultOf("ed25519: signatures that hold and do not hold")).toEqual(
      ED25519.map(({ valid }) => valid),
    );
  });

  test("every claim is valid, every false one invalid for its own reason", () => {
    const claims = names.filter((name) => /^claim: \d/.test(name)).map(resultOf);
    expect(claims).toHaveLength(submissions().length);
    for (const claim of claims) expect(claim).toMatchObject({ again: true, verdict: { verdict: "VALID" } });
    const verdicts = Object.values(
      resultOf("claim: verdicts on false ones") as Record<string, { reason: string }>,
    );
    expect(new Set(verdicts.map(({ reason }) => reason))).toEqual(
      new Set([
        "bad_signature",
        "hash_mismatch",
        "reward_mismatch",
        "artifact_refused",
        "unknown_environment",
        "bad_config",
        "limits",
      ]),
    );
  });

  test("the audits meet every fault", () => {
    const audits = resultOf("chain: audits of a whole one and of spoilt ones") as Record<
      string,
      Audit | Audit[]
    >;
    const codes = Object.fromEntries(
      Object.entries(audits).map(([name, audit]) => [
        name,
        [audit].flat().map(({ fault }) => fault?.code ?? null),
      ]),
    );
    expect(codes).toEqual({
      none: [null],
      noneExpected: [null],
      whole: [null],
      signed: [null],
      cut: ["missing_tail"],
      surplus: ["surplus_tail"],
      lastAltered: ["altered"],
      altered: ["altered"],
      rewarded: ["wrong_claim_id"],
      removed: ["wrong_index"],
      swapped: ["wrong_index"],
      genesis: ["no_genesis"],
      predecessor: ["no_genesis"],
      earlier: ["earlier_time"],
      twice: ["claim_twice"],
      unsigned: ["bad_signature"],
      unreadable: Array(5).fill("unreadable"),
      noLeapDay: ["unreadable"],
    });
  });

  test("stopping a training in the middle changes nothing", () => {
    const trainings = names.filter((name) => /^training: .*q-learning in/.test(name)).map(resultOf);
    expect(trainings).toHaveLength(6);
    for (const training of trainings) expect(training).toMatchObject({ resumed: [true, true] });
  });

  test("write.ts would write golden.json byte for byte", () => {
    expect(readFileSync(FILE, "utf8")).toBe(fileOf(readGolden()));
  });
});

interface Audit {
  readonly fault: { readonly code: string } | null;
}
