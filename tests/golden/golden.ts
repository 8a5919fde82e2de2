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
import { logCases } from "./log.ts";
import { planCases } from "./nk2.ts";
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
  ...logCases,
  ...evaluationCases,
  ...refusalCases,
  ...planCases,
];

export const names: readonly string[] = cases.map(({ name }) => name);

export interface Digests {
  /** By name, without the wording of messages: what golden.json holds. */
  readonly digests: Record<string, string>;
  /** The same with it: no format, and free to change, but not from engine to engine. */
  readonly worded: Record<string, string>;
}

export function goldenDigests(host: Host = portableHost): Digests {
  const digests: Record<string, string> = {};
  const worded: Record<string, string> = {};
  for (const one of cases) {
    const value = compute(one, host);
    const text = canonicalJson(value);
    const digest = host.sha256(text);
    worded[one.name] = digest;
    digests[one.name] = /"(message|summary)":/.test(text)
      ? host.sha256(canonicalJson(withoutWording(value)))
      : digest;
  }
  return { digests, worded };
}

/** What a digest is of, to compare where two differ. */
export function goldenText(name: string, host: Host = portableHost): string {
  return canonicalJson(compute(cases.find((one) => one.name === name)!, host));
}

function compute({ name, value }: GoldenCase, host: Host): Json {
  try {
    return value(host);
  } catch (cause) {
    throw new Error(`Cannot compute "${name}": ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** Errors, verdicts and faults keep their sentence in `message`, audits also in `summary`. */
const WORDING: ReadonlySet<string> = new Set(["message", "summary"]);

function withoutWording(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutWording);
  const kept = Object.entries(value).filter(([key]) => !WORDING.has(key));
  return Object.fromEntries(kept.map(([key, part]) => [key, withoutWording(part)]));
}
