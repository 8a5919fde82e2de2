// What holds for every space: of members that it draws, and of its own description.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, type Json, parseJson } from "../../src/json.ts";
import { type Space, spaceFromJson } from "../../src/spaces/index.ts";
import { seeds, spaces } from "./arbitrary-space.ts";

const overJson = (json: Json): Json => parseJson(canonicalJson(json), { maxBytes: 1e6 });
const FLAT = 10_000;

function forAll(law: (space: Space, seed: number) => void): void {
  // Braces: some matchers return a value, and fast-check takes false for a failure.
  const property = fc.property(spaces, seeds, (space, seed) => {
    law(space, seed);
  });
  fc.assert(property, { numRuns: 150 });
}

describe("every space", () => {
  it("contains its samples", () => {
    forAll((space, seed) => expect(space.contains(space.sample(seed))).toBe(true));
  });

  it("gives the same sample for the same seed, from another instance too", () => {
    forAll((space, seed) => {
      const sample = space.sample(seed);
      expect(space.sample(seed)).toEqual(sample);
      expect(spaceFromJson(space.describe()).sample(seed)).toEqual(sample);
    });
  });

  it("reads back the members that it writes as JSON", () => {
    forAll((space, seed) => {
      const sample = space.sample(seed);
      const back = space.fromJson(overJson(space.toJson(sample)));
      expect(space.contains(back)).toBe(true);
      expect(space.same(back, sample)).toBe(true);
      expect(canonicalJson(space.toJson(back))).toBe(canonicalJson(space.toJson(sample)));
    });
  });

  it("equals the space that its description gives, and itself", () => {
    forAll((space) => {
      const back = spaceFromJson(overJson(space.describe()));
      expect(back.equals(space) && space.equals(back) && space.equals(space)).toBe(true);
      expect(back.describe()).toEqual(space.describe());
      expect([back.size, back.depth, back.flatSize]).toEqual([space.size, space.depth, space.flatSize]);
    });
  });

  it("equals another space exactly when their descriptions are the same", () => {
    fc.assert(
      fc.property(spaces, spaces, (a, b) => {
        expect(a.equals(b)).toBe(canonicalJson(a.describe()) === canonicalJson(b.describe()));
      }),
      { numRuns: 150 },
    );
  });

  it("unflattens what it flattens, to a vector of flatSize numbers", () => {
    forAll((space, seed) => {
      if (space.flatSize > FLAT) return;
      const sample = space.sample(seed);
      const vector = space.flatten(sample);
      expect(vector.length).toBe(space.flatSize);
      const back = space.unflatten([...vector]);
      expect(space.contains(back) && space.same(back, sample)).toBe(true);
    });
  });

  it("tells members apart exactly when their JSON differs", () => {
    fc.assert(
      fc.property(spaces, seeds, seeds, (space, one, two) => {
        const [a, b] = [space.sample(one), space.sample(two)];
        expect(space.same(a, b)).toBe(canonicalJson(space.toJson(a)) === canonicalJson(space.toJson(b)));
      }),
      { numRuns: 150 },
    );
  });

  it("is frozen", () => {
    forAll((space) => {
      expect(Object.isFrozen(space)).toBe(true);
      for (const value of Object.values(space)) {
        expect(typeof value !== "object" || Object.isFrozen(value)).toBe(true);
      }
    });
  });
});
