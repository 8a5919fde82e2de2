// What falls due when, held against a sorted list.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Due, DueQueue, NOT_DUE } from "../../src/pubsub/due.ts";

test("DueQueue names the earliest of its members, however they are moved and taken out", () => {
  const step = fc.record({ member: fc.nat(29), due: fc.option(fc.nat(50), { freq: 3 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 90 }), (steps) => {
      const members: Due[] = Array.from({ length: 30 }, () => ({ due: 0, place: NOT_DUE }));
      const expected = new Map<Due, number>();
      const queue = new DueQueue();
      const take = (member: Due) => {
        queue.delete(member);
        expected.delete(member);
      };
      const check = () => {
        const earliest = expected.size === 0 ? undefined : Math.min(...expected.values());
        expect(queue.first?.due).toBe(earliest);
      };
      for (const { member: index, due } of steps) {
        const member = members[index]!;
        if (due === null) take(member);
        else {
          queue.set(member, due);
          expected.set(member, due);
        }
        check();
      }
      while (queue.first !== undefined) {
        take(queue.first);
        check();
      }
      expect(expected.size).toBe(0);
    }),
    { numRuns: 500 },
  );
});
