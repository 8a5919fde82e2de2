// The episode stream: seedrandom's Alea, number for number (a test holds the two together), in an object that is
// seeded again for every episode. Seeding the library's own takes more than half of an episode's whole time.
// Algorithm: Johannes Baagøe's Alea and Mash, as in seedrandom 3.0.5, lib/alea.js (MIT).

const TWO_MINUS_32 = 2.3283064365386963e-10;

// Mash runs over three spaces before it runs three times over the seed; those are always the same.
const SPACES = [32, 32, 32].reduce<{ n: number; words: number[] }>(
  ({ n, words }, unit) => {
    const mashed = mash(n, unit);
    return { n: mashed, words: [...words, (mashed >>> 0) * TWO_MINUS_32] };
  },
  { n: 0xefc8249d, words: [] },
);
const [SPACE_0, SPACE_1, SPACE_2] = SPACES.words as [number, number, number];

/** One character's turn of Mash. */
function mash(n: number, unit: number): number {
  n += unit;
  let h = 0.02519603282416938 * n;
  n = h >>> 0;
  h -= n;
  h *= n;
  n = h >>> 0;
  h -= n;
  return n + h * 0x1_0000_0000;
}

function mashAll(n: number, text: string): number {
  for (let i = 0; i < text.length; i++) n = mash(n, text.charCodeAt(i));
  return n;
}

function below(word: number, n: number): number {
  const s = word - (n >>> 0) * TWO_MINUS_32;
  return s < 0 ? s + 1 : s;
}

export class EpisodeRandom {
  private c = 1;
  // Not whole numbers, so that engines keep doubles in these fields from the start.
  private s0 = 0.5;
  private s1 = 0.5;
  private s2 = 0.5;

  /** Starts the stream of a text, as seedrandom's `alea(text)` does. */
  seed(text: string): void {
    const a = mashAll(SPACES.n, text);
    const b = mashAll(a, text);
    const c = mashAll(b, text);
    this.c = 1;
    this.s0 = below(SPACE_0, a);
    this.s1 = below(SPACE_1, b);
    this.s2 = below(SPACE_2, c);
  }

  /** The next draw: a multiple of 2^-32 in [0, 1). */
  next(): number {
    const t = 2091639 * this.s0 + this.c * TWO_MINUS_32;
    this.c = t | 0;
    this.s0 = this.s1;
    this.s1 = this.s2;
    this.s2 = t - this.c;
    return this.s2;
  }
}
