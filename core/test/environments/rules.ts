// What the rule tests share: cyber-defense-v1's words, and a reader of its state codes that is not the code's own.
import type { Chance } from "../../src/environments/environment.ts";

export const CYBER = "cyber-defense-v1";
export const ENERGY = "energy-slot-v1";

const SEVERITIES = ["LOW", "MEDIUM", "HIGH"] as const;
const TYPES = ["SCAN", "BRUTE_FORCE", "DOS"] as const;
export const HEALTHS = ["HEALTHY", "DEGRADED", "CRITICAL"] as const;
const CONFIDENCES = ["LOW", "HIGH"] as const;
export const TIMES = ["SHORT", "LONG"] as const;
export const ACTIONS = ["IGNORE", "MONITOR", "RATE_LIMIT", "BLOCK_IP", "ISOLATE_SERVICE"] as const;
export const IGNORE = 0;
export const MONITOR = 1;
export const RATE_LIMIT = 2;
export const ISOLATE_SERVICE = 4;

export interface Seen {
  readonly severity: (typeof SEVERITIES)[number];
  readonly type: (typeof TYPES)[number];
  readonly health: (typeof HEALTHS)[number];
  readonly confidence: (typeof CONFIDENCES)[number];
  readonly time: (typeof TIMES)[number];
}

/** Severity, type, health, confidence, time, the last one fastest. */
export function seen(code: number): Seen {
  return {
    severity: SEVERITIES[Math.floor(code / 36)]!,
    type: TYPES[Math.floor(code / 12) % 3]!,
    health: HEALTHS[Math.floor(code / 4) % 3]!,
    confidence: CONFIDENCES[Math.floor(code / 2) % 2]!,
    time: TIMES[code % 2]!,
  };
}

/** The weights of a Chance, over another total. */
export function weightsOver(total: number, { weights, total: own }: Chance<unknown>): number[] {
  return weights.map((weight) => (weight * total) / own);
}
