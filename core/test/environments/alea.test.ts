// The episode stream against its original, seedrandom's alea, draw by draw.
import { createRequire } from "node:module";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EpisodeRandom } from "../../src/alea.ts";

type Alea = (text: string) => () => number;
// The original, as published; required, because it comes without types.
const alea = createRequire(import.meta.url)("seedrandom/lib/alea.js") as Alea;

const texts = fc.oneof(
  fc.maxSafeNat().map(String),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  // Halves of surrogate pairs too: any sequence of UTF-16 units is a text.
  fc.array(fc.nat(0xffff), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
);

test("EpisodeRandom draws what seedrandom's alea draws, from any text, also when it is seeded again", () => {
  const ours = new EpisodeRandom();
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 200 }), (text, count) => {
      const theirs = alea(text);
      ours.seed(text);
      for (let i = 0; i < count; i++) if (ours.next() !== theirs()) return false;
      return true;
    }),
    { numRuns: 500, seed: 1 },
  );
});

test.each(["0", "42", "9007199254740991", "policy:1"])(
  "EpisodeRandom agrees with seedrandom's alea over fifty thousand draws from %j",
  (text) => {
    const ours = new EpisodeRandom();
    const theirs = alea(text);
    ours.seed(text);
    let [differ, outside] = [0, 0];
    for (let i = 0; i < 50_000; i++) {
      const draw = ours.next();
      if (draw !== theirs()) differ += 1;
      if (!(draw >= 0 && draw < 1 && Number.isInteger(draw * 2 ** 32))) outside += 1;
    }
    expect({ differ, outside }).toEqual({ differ: 0, outside: 0 });
  },
);
