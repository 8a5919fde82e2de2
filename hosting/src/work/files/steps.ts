// The steps of a check, as they are shown: each named, and whether it holds.
import { PolicyLedgerError } from "@policyledger/core";
import type { FileReport, FileStep } from "../tasks.ts";

/** Runs a step; what the core refuses is a step that does not hold, with every fault and its path. */
export function step<T>(steps: FileStep[], name: string, run: () => T, text: (found: T) => string): T | null {
  try {
    const found = run();
    steps.push({ name, holds: true, text: text(found) });
    return found;
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    steps.push({
      name,
      holds: false,
      text: error.message,
      faults: error.faults.map(({ path, message }) => ({ path, message })),
    });
    return null;
  }
}

export function reportOf(name: string, what: string, steps: readonly FileStep[]): FileReport {
  const holds = steps.some((one) => one.holds === false)
    ? false
    : steps.every((one) => one.holds)
      ? true
      : null;
  return { name, what, holds, steps };
}
