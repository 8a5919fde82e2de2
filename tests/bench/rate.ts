// How often something is done in a second: the median of several rounds, after rounds that only warm up. In Node and in
// a browser's worker.

const WARM_UP_ROUNDS = 3;
const ROUNDS = 7;

/** `round` does its work once and says how many things it did. */
export function rate(round: () => number): number {
  for (let i = 0; i < WARM_UP_ROUNDS; i++) round();
  return median(
    Array.from({ length: ROUNDS }, () => {
      const start = performance.now();
      const done = round();
      return (done * 1_000) / (performance.now() - start);
    }),
  );
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
