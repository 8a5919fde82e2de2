// The golden digests: one SHA-256 a case, over the canonical JSON of what the case computes. They must be the same in
// every engine, and they stand in tests/cases/golden.json: one that changes is a change of a format or of dynamics.
// Imports nothing but the core, and needs nothing that the core does not.
import { canonicalJson, type Host, type Json, portableHost } from "@policyledger/core";
import { artifactCases } from "./artifacts.ts";
import type { GoldenCase } from "./case.ts";
import { claimCases } from "./claims.ts";
import { episodeCases } from "./episodes.ts";
import { evaluationCases } from "./evaluation.ts";
import { jsonCases } from "./json.ts";
import { ledgerCases } from "./ledger.ts";
import { numberCases } from "./numbers.ts";
import { refusalCases } from "./refusals.ts";
import { spaceCases } from "./spaces.ts";
import { trainingCases } from "./training.ts";

const cases: readonly GoldenCase[] = [
  ...numberCases,
  ...jsonCases,
  ...spaceCases,
  ...episodeCases,
  ...artifactCases,
  ...trainingCases,
  ...claimCases,
  ...ledgerCases,
  ...evaluationCases,
  ...refusalCases,
];

export const names: readonly string[] = cases.map(({ name }) => name);

/** Every digest by name. */
export function goldenDigests(host: Host = portableHost): Record<string, string> {
  return Object.fromEntries(cases.map((one) => [one.name, host.sha256(textOf(one, host))]));
}

/** What a digest is of, to compare where two differ. */
export function goldenText(name: string, host: Host = portableHost): string {
  return textOf(cases.find((one) => one.name === name)!, host);
}

function textOf({ name, value }: GoldenCase, host: Host): string {
  let json: Json;
  try {
    json = value(host);
  } catch (cause) {
    throw new Error(`Cannot compute "${name}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
  return canonicalJson(json);
}
