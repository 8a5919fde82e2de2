// V(x) = Σ weight · residual(x)², summed exactly, rounded once, half to even. A write changes only the residuals that name its field; the others keep their
// terms, so an evaluation costs what the op touches. The sum is kept over the weights' common denominator.
import { lcm, roundHalfEven } from "../evaluation/rational.ts";
import { type BitLimit, compile, type Evaluate } from "./compile.ts";
import { slotsOf } from "./expression.ts";
import type { Contract } from "./policy.ts";

interface Term {
  readonly residual: Evaluate;
  readonly slots: readonly number[];
  readonly weight: bigint;
  /** Brings the term over the common denominator. */
  readonly scale: bigint;
}

/** The contracts, ready to be evaluated. */
export interface Potential {
  readonly terms: readonly Term[];
  readonly denominator: bigint;
  readonly limit: BitLimit;
}

export function potentialOf(
  contracts: readonly Contract[],
  numberOf: ReadonlyMap<string, number>,
  limit: BitLimit,
): Potential {
  const denominator = contracts.reduce((common, { weight }) => lcm(common, weight.den), 1n);
  const terms = contracts.map(({ weight, residual }) => {
    const slots = [...new Set(slotsOf(residual))];
    return {
      residual: compile(residual, { slots, params: [] }, limit),
      slots: slots.map((field) => numberOf.get(field)!),
      weight: weight.num,
      scale: denominator / weight.den,
    };
  });
  return { terms, denominator, limit };
}

/** V at the state that is committed, and at states that differ from it in what a few ops wrote. */
export class PotentialAt {
  private readonly potential: Potential;
  private readonly values: readonly bigint[];
  /** The terms at the committed state; null before they are first asked for. */
  private terms: bigint[] | null = null;
  private sum = 0n;

  constructor(potential: Potential, values: readonly bigint[]) {
    this.potential = potential;
    this.values = values;
  }

  /** V of the committed state, which `values` holds now. */
  value(): bigint {
    if (this.terms === null) {
      this.terms = this.potential.terms.map((_, i) => this.term(i));
      this.sum = this.terms.reduce((sum, term) => sum + term, 0n);
    }
    return this.rounded(this.sum);
  }

  /** V of what `values` holds now, which differs from the committed state in nothing but these contracts' fields. */
  valueWith(contracts: readonly number[]): bigint {
    let sum = this.sum;
    for (const i of contracts) sum += this.term(i) - this.terms![i]!;
    return this.rounded(sum);
  }

  /** What `values` holds now is committed. */
  commit(contracts: readonly number[]): void {
    for (const i of contracts) {
      const term = this.term(i);
      this.sum += term - this.terms![i]!;
      this.terms![i] = term;
    }
  }

  private term(i: number): bigint {
    const { terms, limit } = this.potential;
    const { residual, slots, weight, scale } = terms[i]!;
    const value = residual({ values: this.values, slots, params: [] });
    return limit.product(limit.product(value, value), weight) * scale;
  }

  private rounded(sum: bigint): bigint {
    return roundHalfEven(sum, this.potential.denominator);
  }
}
