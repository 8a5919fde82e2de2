// What a policy can expect, beside the most that any policy can.
import { billionths } from "./terminal.ts";

/** "97.5%"; where the optimum is not positive there is no share of it. */
export function shareText(expected: number, optimum: number): string {
  if (optimum <= 0) return "";
  const percent = (expected / optimum) * 100;
  // Only the optimum is all of it.
  return expected < optimum && percent >= 99.95 ? "99.9+%" : `${percent.toFixed(1)}%`;
}

/** "107.334 of at most 110.112, 97.5%" */
export function worthText(expected: number, optimum: number, unit: number): string {
  const share = shareText(expected, optimum);
  return `${billionths(expected, unit)} of at most ${billionths(optimum, unit)}${share && `, ${share}`}`;
}
