// How often something is done in a second: the median of several rounds, after rounds that only warm up.

const WARM_UP_ROUNDS = 3;
const ROUNDS = 7;

/** `round` does its work once and says how many things it did. */
export function rate(round: () => number): number {
  for (let i = 0; i < WARM_UP_ROUNDS; i++) round();
  const rates = Array.from({ length: ROUNDS }, () => {
    const start = process.hrtime.bigint();
    const done = round();
    return (done * 1e9) / Number(process.hrtime.bigint() - start);
  });
  return rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}
