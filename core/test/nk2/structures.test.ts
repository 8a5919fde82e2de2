// What the scheduler keeps its ops in, each against a model that is plain to see.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GroupTree } from "../../src/nk2/group-tree.ts";
import { IntHeap } from "../../src/nk2/int-heap.ts";
import { MinTree, NOTHING } from "../../src/nk2/min-tree.ts";
import { Tournament } from "../../src/nk2/tournament.ts";

describe("the scheduler's structures", () => {
  test("IntHeap gives the least of what is in it", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(50))), (steps) => {
        const heap = new IntHeap();
        const model: number[] = [];
        for (const item of steps) {
          if (item !== null) heap.push(item);
          if (item !== null) model.push(item);
          model.sort((a, b) => a - b);
          expect([heap.peek(), heap.size]).toEqual([model[0] ?? -1, model.length]);
          if (item === null) expect(heap.pop()).toBe(model.shift() ?? -1);
        }
      }),
    );
  });

  test("MinTree finds the first place that is taken, and the least up to a place", () => {
    const steps = fc.array(fc.tuple(fc.nat(20), fc.oneof(fc.nat(9), fc.constant(NOTHING))));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 21 }), steps, (length, sets) => {
        const tree = new MinTree(length);
        const model: number[] = Array(length).fill(NOTHING);
        for (const [at, value] of sets) {
          tree.set(at % length, value);
          model[at % length] = value;
          expect(tree.least()).toBe(Math.min(...model));
          for (let place = 0; place < length; place++) {
            expect(tree.at(place)).toBe(model[place]);
            expect(tree.leastUpTo(place)).toBe(Math.min(...model.slice(0, place + 1)));
            const next = model.findIndex((one, i) => i > place && one !== NOTHING);
            expect(tree.firstAfter(place)).toBe(next);
          }
          expect(tree.firstAfter(-1)).toBe(model.findIndex((one) => one !== NOTHING));
        }
      }),
    );
  });

  test("GroupTree finds the least rank of what has a bound up to another, also after what it found is hidden", () => {
    // Of each group the ranks of its classes by bound; a step changes one class, or hides what was found.
    const step = fc.oneof(fc.record({ group: fc.nat(8), bound: fc.nat(3), ready: fc.boolean() }), fc.nat(3));
    const property = fc.property(fc.integer({ min: 1, max: 9 }), fc.array(step), (length, steps) => {
      const tree = new GroupTree(length);
      const groups = Array.from({ length }, () => Array<number>(4).fill(NOTHING));
      const leastUpTo = (group: number, last: number) => Math.min(...groups[group]!.slice(0, last + 1));
      const put = (group: number) => {
        const bound = groups[group]!.findIndex((rank) => rank !== NOTHING);
        tree.forget();
        tree.set(group, bound < 0 ? NOTHING : bound, leastUpTo(group, 3));
      };
      for (const [i, one] of steps.entries()) {
        if (typeof one === "object") {
          groups[one.group % length]![one.bound] = one.ready ? (i * 7_919) % 1_000 : NOTHING;
          put(one.group % length);
          continue;
        }
        for (let left = 0; left <= length; left++) {
          const least = Math.min(...groups.map((_, group) => leastUpTo(group, one)));
          expect(tree.leastRankUpTo(one, (group) => leastUpTo(group, one))).toBe(least);
          if (left === 2 || least === NOTHING) break;
          const found = groups.findIndex((_, group) => leastUpTo(group, one) === least);
          groups[found]!.fill(NOTHING);
          tree.set(found, NOTHING, NOTHING);
        }
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  test("GroupTree looks at each group once while one after another is hidden", () => {
    const tree = new GroupTree(100);
    // The smallest rank of each is of a bound that is too large, so that nothing but a look tells them apart.
    for (let group = 0; group < 100; group++) tree.set(group, 0, group);
    let looks = 0;
    for (let group = 0; group < 100; group++) {
      expect(tree.leastRankUpTo(0, (place) => [looks++, 1_000 + place][1]!)).toBe(1_000 + group);
      tree.set(group, NOTHING, NOTHING);
    }
    expect(looks).toBe(100);
  });

  test("Tournament knows who comes first, whoever has changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(20), fc.nat(9)));
    const property = fc.property(fc.integer({ min: 1, max: 21 }), changes, (length, steps) => {
      const values = Array<number>(length).fill(5);
      const tournament = new Tournament(length, (a, b) => values[a]! < values[b]!);
      expect(tournament.playAll()).toBe(0);
      for (const [at, value] of steps) {
        values[at % length] = value;
        expect(values[tournament.playAgain(at % length)]).toBe(Math.min(...values));
      }
    });
    fc.assert(property);
  });
});
