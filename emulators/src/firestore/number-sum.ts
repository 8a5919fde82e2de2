// The exact sum of integers and doubles, rounded once at the end: no order of adding changes it, and nothing overflows on the way.
import type { Value } from "./value.ts";

const MAX_INTEGER = 2n ** 63n - 1n;
const MIN_INTEGER = -(2n ** 63n);
/** IEEE 754 binary64: the unit of the smallest doubles, the bits of a fraction, and what is taken off an exponent. */
const SMALLEST_EXPONENT = -1_074;
const FRACTION_BITS = 52n;
const FRACTION_MASK = (1n << FRACTION_BITS) - 1n;
const EXPONENT_MASK = 0x7ffn;
/** More than a double holds, so that one rounding is left to the conversion. */
const KEPT_BITS = 64;

export class NumberSum {
  #count = 0;
  #integers = 0n;
  /** The fractions of the doubles, each multiplied by 2 to the power of its exponent in units of the smallest double. */
  readonly #fractions = new Map<number, bigint>();
  /** What infinities and NaN add up to; they win over everything else. */
  #special: number | null = null;
  #hasDouble = false;

  /** Anything but a number is passed over. */
  add(value: Value): void {
    if (value.kind === "integer") this.#integers += value.value;
    else if (value.kind === "double") this.#addDouble(value.value);
    else return;
    this.#count += 1;
  }

  /** query.proto: an integer if all numbers are, unless it overflows; else a double. */
  sum(): Value {
    const isInteger = !this.#hasDouble && this.#integers >= MIN_INTEGER && this.#integers <= MAX_INTEGER;
    return isInteger
      ? { kind: "integer", value: this.#integers }
      : { kind: "double", value: this.#toDouble() };
  }

  average(): Value {
    if (this.#count === 0) return { kind: "null" };
    return { kind: "double", value: this.#toDouble() / this.#count };
  }

  #addDouble(value: number): void {
    this.#hasDouble = true;
    if (!Number.isFinite(value)) {
      this.#special = (this.#special ?? 0) + value;
      return;
    }
    const { fraction, exponent } = split(value);
    this.#fractions.set(exponent, (this.#fractions.get(exponent) ?? 0n) + fraction);
  }

  #toDouble(): number {
    return this.#special ?? (this.#hasDouble ? scale(this.#total()) : Number(this.#integers));
  }

  /** In units of the smallest double. */
  #total(): bigint {
    let total = this.#integers << BigInt(-SMALLEST_EXPONENT);
    for (const [exponent, fraction] of this.#fractions) total += fraction << BigInt(exponent);
    return total;
  }
}

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

/** value = fraction × 2^exponent × the smallest double. */
function split(value: number): { fraction: bigint; exponent: number } {
  float[0] = Math.abs(value);
  const stored = Number((bits[0]! >> FRACTION_BITS) & EXPONENT_MASK);
  const fraction = bits[0]! & FRACTION_MASK;
  // Subnormal numbers have no hidden bit, and the exponent of the smallest normal ones.
  const magnitude = stored === 0 ? fraction : fraction | (1n << FRACTION_BITS);
  return { fraction: value < 0 ? -magnitude : magnitude, exponent: Math.max(stored - 1, 0) };
}

/** To the nearest double: cut to a few bits, of which the last says that others were lost, then rounded once. */
function scale(total: bigint): number {
  const magnitude = total < 0n ? -total : total;
  const lost = Math.max(magnitude.toString(2).length - KEPT_BITS, 0);
  const cut = magnitude >> BigInt(lost);
  const sticky = cut << BigInt(lost) === magnitude ? 0n : 1n;
  const rounded = Number(cut | sticky) * 2 ** (SMALLEST_EXPONENT + lost);
  return total < 0n ? -rounded : rounded;
}
