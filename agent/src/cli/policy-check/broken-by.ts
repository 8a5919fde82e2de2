// A report of what a check cannot go on after.
import type { Report } from "@policyledger/core/check";

export function brokenBy(property: string, message: string, fix: string): Report {
  const finding = { property, message, fix, counterexample: null };
  return { ok: false, checked: [{ property, runs: 1 }], findings: [finding] };
}
