// Random plans of what several sessions do at once to a few documents: the same seed gives the same plan.
import type { Read, Write } from "./history.ts";

export interface Step {
  readonly kind: "transaction" | "read-only transaction" | "plain write";
  /** Whether a transaction is begun by a request of its own, or by its first read. */
  readonly begins: boolean;
  /** Groups of reads that are asked for at once. */
  readonly reads: readonly (readonly Read[])[];
  readonly writes: readonly Write[];
  readonly rollsBack: boolean;
  /** Turns of the event loop to wait before each request. */
  readonly pause: number;
}

/** What each session does, one step after the other. */
export type Plan = readonly (readonly Step[])[];

export type Chance = (below: number) => number;

const IDS = ["a", "b", "c", "d"];
const GROUPS = 2;
const SESSIONS = 4;
const STEPS = 4;

/** Whole numbers below a limit, by mulberry32: a public-domain generator of 32 bits of state. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

export function planOf(seed: number): Plan {
  const chance = chanceOf(seed);
  let lastNumber = 0;
  const number = () => ++lastNumber;
  return times(SESSIONS, () => times(1 + chance(STEPS), () => stepOf(chance, number)));
}

function stepOf(chance: Chance, number: () => number): Step {
  const kind = pick(chance, [
    "transaction",
    "transaction",
    "transaction",
    "plain write",
    "read-only transaction",
  ] as const);
  return {
    kind,
    begins: chance(3) === 0,
    reads:
      kind === "plain write" ? [] : times(1 + chance(3), () => times(1 + chance(2), () => readOf(chance))),
    writes:
      kind === "read-only transaction"
        ? []
        : writesOf(chance, number, kind === "plain write" ? 1 : chance(5) && 1),
    rollsBack: kind !== "plain write" && chance(8) === 0,
    pause: chance(4),
  };
}

function readOf(chance: Chance): Read {
  switch (chance(6)) {
    case 0:
      return { kind: "where", g: chance(GROUPS) };
    case 1:
      return { kind: "count" };
    case 2:
      return { kind: "last" };
    default:
      return { kind: "get", ids: someOf(chance, 1 + chance(2)) };
  }
}

/** Of different documents, so that each write says for itself what is expected. */
function writesOf(chance: Chance, number: () => number, least: number): Write[] {
  return someOf(chance, least === 0 ? 0 : 1 + chance(2)).map((id) => {
    const kind = pick(chance, ["set", "set", "create", "update", "update", "increment", "delete"] as const);
    switch (kind) {
      case "set":
      case "create":
        return { kind, id, v: number(), g: chance(GROUPS) };
      case "update":
        return { kind, id, v: number() };
      default:
        return { kind, id };
    }
  });
}

function someOf(chance: Chance, count: number): string[] {
  const left = [...IDS];
  return times(count, () => left.splice(chance(left.length), 1)[0]);
}

function pick<T>(chance: Chance, choices: readonly T[]): T {
  return choices[chance(choices.length)];
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}
