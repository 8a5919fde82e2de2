// Sizes and indices of a tree: integers from 0 to 2^53 − 1, so that every number here is exact. Arithmetic on them is
// by halves and doubles: JavaScript's shifts would cut them to 32 bits.
import { type ErrorCode, PolicyLedgerError, quote } from "../error.ts";

export const MAX_SIZE = Number.MAX_SAFE_INTEGER;

export function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
}

export function requireSize(value: number, what: string): void {
  if (isSize(value)) return;
  const message = `${what}: wanted an integer from 0 to 2^53 − 1, got ${quote(value)}`;
  throw new PolicyLedgerError("invalid_tree", message);
}

/** An ASCII decimal without leading zeros, or null when the text is not one that is a size. */
export function parseDecimal(text: string): number | null {
  if (text.length > 16 || !/^(?:0|[1-9][0-9]*)$/.test(text)) return null;
  const value = Number(text);
  return value <= MAX_SIZE ? value : null;
}

/** 2^k for 0 ≤ k ≤ 53, all that a size can reach. */
export const POWERS: readonly number[] = Array.from({ length: 54 }, (_, k) => {
  let power = 1;
  for (let i = 0; i < k; i++) power *= 2;
  return power;
});

/** The k of the largest power of two 2^k that is at most n, for n > 0. */
export function floorLog2(n: number): number {
  let k = 0;
  while (k < 53 && POWERS[k + 1]! <= n) k += 1;
  return k;
}

export function isPowerOfTwo(n: number): boolean {
  return n > 0 && POWERS[floorLog2(n)] === n;
}

/** A list of at most so many items, or a refusal: what comes from outside is bounded before it is read. */
export function requireList(list: unknown, most: number, code: ErrorCode, what: string): void {
  if (!Array.isArray(list)) throw new PolicyLedgerError(code, `${what}: wanted a list, got ${quote(list)}`);
  if (list.length <= most) return;
  throw new PolicyLedgerError(code, `${what}: ${list.length} of them, at most ${most} can be`);
}
