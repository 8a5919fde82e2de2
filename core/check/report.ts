// What a check gives back: every property that it looked at, and for each broken one what was seen, the smallest
// input that shows it, and how to mend it.
import { type ErrorCode, refuseFaults } from "../src/error.ts";
import type { Json } from "../src/json.ts";

export interface CheckOptions {
  /** How many random inputs each property is tried on; 100 unless told. */
  readonly runs?: number;
  /** Where the random inputs come from: the same seed checks the same inputs. A 32-bit integer; 1 unless told. */
  readonly seed?: number;
}

export interface Finding {
  /** The broken property: a stable code. */
  readonly property: string;
  /** What was seen, on the smallest input that shows it. */
  readonly message: string;
  /** How to mend it. */
  readonly fix: string;
  /** That input, as data. */
  readonly counterexample: Json;
}

export interface Report {
  readonly ok: boolean;
  /** At most one for each property. */
  readonly findings: readonly Finding[];
  /** Every property that was looked at, and on how many inputs. */
  readonly checked: readonly { readonly property: string; readonly runs: number }[];
}

/** A report in the making. */
export interface Tally {
  readonly runs: number;
  readonly seed: number;
  readonly findings: Finding[];
  readonly checked: { property: string; runs: number }[];
}

const DEFAULT_RUNS = 100;
const DEFAULT_SEED = 1;

export function startTally({ runs = DEFAULT_RUNS, seed = DEFAULT_SEED }: CheckOptions): Tally {
  return { runs, seed, findings: [], checked: [] };
}

export function finish(tally: Tally): Report {
  return { ok: tally.findings.length === 0, findings: tally.findings, checked: tally.checked };
}

/** What was seen of a property that needs no random input. */
export interface Seen {
  readonly message: string;
  readonly counterexample: Json;
}

/** Notes a property that needs no random input; whether it holds. */
export function note(tally: Tally, property: string, fix: string, runs: number, seen: Seen | null): boolean {
  tally.checked.push({ property, runs });
  if (seen !== null) tally.findings.push({ property, fix, ...seen });
  return seen === null;
}

/** Throws one error that names every finding. */
export function refuseFindings(code: ErrorCode, what: string, report: Report): void {
  const faults = report.findings.map(({ property, message, fix }) => ({
    path: `/${property}`,
    message: `${message}. ${fix}`,
  }));
  refuseFaults(code, what, faults);
}
