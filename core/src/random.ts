// Random streams: seedrandom's Alea, one stream a purpose, each from a seed that somebody passed in.
// A draw is a multiple of 2^-32 in [0, 1), so `floor(draw × n)` is exact for every n up to 2^21.
import alea from "seedrandom/lib/alea.js";
import { PolicyLedgerError, quote } from "./error.ts";

/** The next draw of a stream. */
export type Random = () => number;

/** What a stream is for; two purposes never share a stream. */
export type Purpose = "explore" | "replay" | "policy" | "space";

/** The stream of a purpose: Alea on `purpose:seed`. */
export function stream(purpose: Purpose, seed: number): Random {
  return alea(`${purpose}:${seed}`);
}

/** Where a stream stands: Alea's carry and its three numbers, in units of 2^-32, so that all are integers. */
export interface StreamState {
  readonly c: number;
  readonly s: readonly [number, number, number];
}

export interface ResumableRandom {
  readonly next: Random;
  save(): StreamState;
}

/** A stream that can be written down and taken up again where it stood. */
export function resumableStream(purpose: Purpose, seed: number, saved?: StreamState): ResumableRandom {
  const next = alea(`${purpose}:${seed}`, { state: saved === undefined ? true : unpack(saved) });
  return {
    next,
    save: () => {
      const { c, s0, s1, s2 } = next.state();
      return { c, s: [s0 * TWO_32, s1 * TWO_32, s2 * TWO_32] };
    },
  };
}

const TWO_32 = 0x1_0000_0000;

function unpack({ c, s }: StreamState): { c: number; s0: number; s1: number; s2: number } {
  return { c, s0: s[0] / TWO_32, s1: s[1] / TWO_32, s2: s[2] / TWO_32 };
}

/** A seed as claims and resets carry it: an integer from 0 to 2^53 − 1. */
export function isSeed(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

export function requireSeed(value: unknown, where: string): number {
  if (isSeed(value)) return value;
  throw new PolicyLedgerError(
    "invalid_seed",
    `Cannot reset ${where} with seed ${quote(value)}: wanted an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
  );
}

/**
 * The seed of the i-th episode of a training: 32 bits, mixed from both (murmur3's finalizer over the low and high
 * half of the seed and i), so that neighbouring trainings share no run of episodes.
 */
export function episodeSeed(seed: number, i: number): number {
  const low = mix(seed >>> 0);
  const high = mix(low ^ Math.floor(seed / 0x1_0000_0000));
  return mix(high ^ Math.imul(i + 1, 0x9e37_79b9)) >>> 0;
}

function mix(x: number): number {
  let h = x | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85eb_ca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2_ae35);
  return h ^ (h >>> 16);
}
