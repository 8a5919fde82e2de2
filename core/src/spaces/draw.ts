// Random values for spaces, from + − × ÷ and comparisons alone, so that every engine draws the same.
import { isSeed, type Random, stream } from "../random.ts";
import { refuse, show } from "./refuse.ts";
import type { Space } from "./space.ts";

/** The stream of a sample. */
export function sampleStream(space: Space, seed: number): Random {
  if (!isSeed(seed)) {
    refuse(
      `Cannot sample ${space} with seed ${show(seed)}: wanted an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
    );
  }
  return stream("space", seed);
}

const TWO_26 = 67_108_864;
const TWO_27 = 134_217_728;
const TWO_53 = 9_007_199_254_740_992;
/** What a loop below does at most: it ends sooner but for chances below 2^-64, or a stream that is stuck. */
const MAX_ROUNDS = 64;

/** Uniform in [0, 1) with 53 bits: two draws. */
export function fraction(random: Random): number {
  return bits53(random) / TWO_53;
}

/** Uniform in 0 … n − 1, n up to 2^53: one draw up to n = 2^16, else two, again if they fall into the odd rest. */
export function below(n: number, random: Random): number {
  if (n <= 65_536) return Math.floor(random() * n);
  const fair = TWO_53 - (TWO_53 % n);
  let bits = bits53(random);
  for (let round = 0; bits >= fair && round < MAX_ROUNDS; round++) bits = bits53(random);
  return bits % n;
}

/**
 * Exponential with mean 1, by von Neumann's comparisons ("Various techniques used in connection with random
 * digits", 1951): a fraction is accepted when the falling run that it begins has odd length, that is with
 * probability e^-fraction; each refusal adds 1.
 */
export function exponential(random: Random): number {
  for (let whole = 0; ; whole++) {
    const first = fraction(random);
    let last = first;
    let length = 1;
    for (let next = fraction(random); next < last; next = fraction(random)) {
      last = next;
      length += 1;
    }
    if (length % 2 === 1 || whole >= MAX_ROUNDS) return whole + first;
  }
}

/** Standard normal: an exponential x, accepted with probability e^(-(x - 1)² / 2), and a sign from one more draw. */
export function normal(random: Random): number {
  for (let round = 0; ; round++) {
    const x = exponential(random);
    const y = exponential(random);
    if (2 * y >= (x - 1) * (x - 1) || round >= MAX_ROUNDS) return random() < 0.5 ? -x : x;
  }
}

function bits53(random: Random): number {
  const high = Math.floor(random() * TWO_26);
  return high * TWO_27 + Math.floor(random() * TWO_27);
}
