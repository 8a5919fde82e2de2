// Exact arithmetic on bigint that the language leaves open: square root, floor division, how many bits a number has.

/** The largest integer below which every integer is a double, exactly. */
const EXACT = 9_007_199_254_740_991n;

/** floor(√n), n ≥ 0. */
export function squareRoot(n: bigint): bigint {
  if (n < 0n) throw new Error(`bug: the root of ${n}`);
  // IEEE 754 rounds √n to the nearest double; below 2^53 its floor is right, but for one that was rounded up to it.
  if (n <= EXACT) {
    const root = BigInt(Math.floor(Math.sqrt(Number(n))));
    return root * root > n ? root - 1n : root;
  }
  // Newton's steps from above fall until they reach the floor.
  let root = 1n << BigInt((bitLength(n) + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** floor(a / b), b ≠ 0; bigint division rounds towards zero. */
export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** How many binary digits |n| has; 0 has none. */
export function bitLength(n: bigint): number {
  if (n === 0n) return 0;
  const hex = (n < 0n ? -n : n).toString(16);
  return 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex[0]!, 16)));
}

export function absolute(n: bigint): bigint {
  return n < 0n ? -n : n;
}
