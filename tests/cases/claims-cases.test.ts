// The case files of verdicts, audits and evaluations, run against the core as a port would run them.
import { readFileSync } from "node:fs";
import {
  auditChain,
  evaluate,
  type Json,
  loadPolicy,
  makeEnvironment,
  parseArtifact,
  parseSubmission,
  policyHash,
  portableHost,
  verifyClaim,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { claimFiles } from "./make-claims.ts";

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8");
const cases = (name: string) => JSON.parse(read(name));

test.each(["verdicts.json", "audits.json", "evaluations.json"])("%s is what its script writes", (name) => {
  expect(read(name)).toBe(claimFiles()[name]);
});

describe("verdicts.json", () => {
  for (const { name, submission, expected } of cases("verdicts.json")) {
    test(`verifyClaim decides as written: ${name}`, () => {
      const parsed = parseSubmission(JSON.stringify(submission));
      expect(verifyClaim(nodeHost, parsed)).toMatchObject(expected);
      expect(verifyClaim(portableHost, parsed)).toEqual(verifyClaim(nodeHost, parsed));
    });
  }
});

describe("audits.json", () => {
  for (const { name, entries, from, expected, signatures, fault, refused } of cases("audits.json")) {
    test(`auditChain finds what is written: ${name}`, () => {
      const options = {
        ...(from && { from }),
        ...(expected && { expected }),
        ...(signatures && { signatures }),
      };
      if (refused !== undefined) {
        expect(() => auditChain(nodeHost, entries, options)).toThrow(
          expect.objectContaining({ name: "PolicyLedgerError", code: refused }),
        );
        return;
      }
      const report = auditChain(nodeHost, entries, options);
      expect(report.fault && { index: report.fault.index, code: report.fault.code }).toEqual(fault);
      expect(report.ok).toBe(fault === null);
    });
  }

  test("every fault code is reached", () => {
    const codes = cases("audits.json").flatMap(
      ({ fault }: { fault: { code: string } | null }) => fault?.code ?? [],
    );
    expect([...new Set(codes)].sort()).toEqual([
      "altered",
      "bad_signature",
      "claim_twice",
      "earlier_time",
      "missing_tail",
      "no_genesis",
      "surplus_tail",
      "unreadable",
      "wrong_claim_id",
      "wrong_index",
    ]);
  });
});

describe("evaluations.json", () => {
  for (const { env_id, env_config, artifact, policy_hash, evaluation } of cases("evaluations.json")) {
    test(`evaluate gives what is written: ${artifact.kind} in ${env_id} ${JSON.stringify(env_config)}`, () => {
      const parsed = parseArtifact(artifact as Json);
      expect(policyHash(portableHost, parsed)).toBe(policy_hash);
      expect(
        evaluate(portableHost, makeEnvironment(env_id, env_config), loadPolicy(parsed).behaviour),
      ).toEqual(evaluation);
    });
  }
});
