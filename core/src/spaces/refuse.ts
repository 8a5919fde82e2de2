// How spaces refuse: one error code, faults collected with their paths, and values shown safely.
import { type Fault, PolicyLedgerError, quote, refuseFaults } from "../error.ts";
import { MAX_FAULTS } from "../limits.ts";
import type { Space } from "./space.ts";

export function refuse(message: string): never {
  throw new PolicyLedgerError("invalid_space", message);
}

/** Throws one error that names all faults; returns when there are none. */
export function refuseAll(action: string, faults: readonly Fault[]): void {
  refuseFaults("invalid_space", action, faults);
}

export function refuseMember(action: string, value: unknown, space: Space): never {
  refuse(`Cannot ${action} ${show(value)}: wanted a member of ${space}`);
}

/** Notes a fault, up to MAX_FAULTS. */
export function note(faults: Fault[], path: string, message: string): void {
  if (!full(faults)) faults.push({ path, message });
}

export function full(faults: readonly Fault[]): boolean {
  return faults.length >= MAX_FAULTS;
}

/** Runs one part's work; what it refuses becomes faults below `path`, and the result is null. */
export function within<T>(path: string, faults: Fault[], work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    if (error.faults.length === 0) note(faults, path, error.message);
    for (const fault of error.faults) note(faults, path + fault.path, fault.message);
    return null;
  }
}

/** A value in a message. String() of a foreign object may run its code, or throw, so objects are only named. */
export function show(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : quote(value);
  try {
    if (Array.isArray(value)) return `a list of ${value.length}`;
    const tag = ArrayBuffer.isView(value) ? Object.prototype.toString.call(value).slice(8, -1) : "";
    return /^[A-Za-z0-9]+$/.test(tag) ? `a ${tag} of ${(value as Uint8Array).length}` : "an object";
  } catch {
    return "an object"; // a revoked proxy
  }
}
