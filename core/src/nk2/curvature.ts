// What the matrix says of two ops: floor(M[i, j] · a · b), a and b their bounds. Products are held to maxBigintBits, because the caps
// count them.
import type { Rational } from "../evaluation/rational.ts";
import type { BitLimit } from "./compile.ts";
import type { CurvatureMatrix } from "./matrix.ts";

export class Curvature {
  private readonly size: number;
  private readonly rows = new Map<number, Rational>();

  constructor({ size, entries }: CurvatureMatrix) {
    this.size = size;
    for (const { i, j, value } of entries) this.rows.set(i * size + j, value);
  }

  /** M[i, j]; null where it is 0. */
  between(i: number, j: number): Rational | null {
    return this.rows.get(i <= j ? i * this.size + j : j * this.size + i) ?? null;
  }
}

/** One pair's part of a batch's bound. */
export function pairTerm(entry: Rational | null, a: bigint, b: bigint, limit: BitLimit): bigint {
  if (entry === null) return 0n;
  return limit.product(limit.product(a, b), entry.num) / entry.den;
}
