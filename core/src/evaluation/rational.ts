// Exact fractions, and the one rounding that is done with them.

/** A fraction in lowest terms; `den` is positive. */
export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

/** Builds num / den in lowest terms. */
export function rational(num: bigint, den: bigint): Rational {
  if (den <= 0n) throw new Error(`bug: a denominator of ${den}`);
  const common = gcd(num < 0n ? -num : num, den);
  return { num: num / common, den: den / common };
}

const BILLION = 1_000_000_000n;

/** Rounds num / den, half to even, to an integer; `den` is positive, and the two may have a common factor. */
export function roundHalfEven(num: bigint, den: bigint): bigint {
  const whole = num / den; // towards zero
  const rest = num - whole * den;
  const twice = 2n * (rest < 0n ? -rest : rest);
  const away = twice > den || (twice === den && whole % 2n !== 0n);
  return away ? whole + (num < 0n ? -1n : 1n) : whole;
}

/** Rounds, half to even, to an integer count of billionths: what a ledger entry carries. */
export function toBillionths({ num, den }: Rational): number {
  const rounded = Number(roundHalfEven(num * BILLION, den));
  if (!Number.isSafeInteger(rounded)) throw new Error(`bug: ${rounded} billionths are not a safe integer`);
  return rounded;
}

export function lcm(a: bigint, b: bigint): bigint {
  return (a / gcd(a, b)) * b;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}
