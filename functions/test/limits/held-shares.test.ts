// What is held at once: never more than the bounds, and all of it comes back.
import fc from "fast-check";
import { expect, test } from "vitest";
import { HeldShares } from "../../src/limits/held-shares.ts";

const BOUNDS = { most: 10, mostOfOne: 4 };

test("HeldShares says whose bound is in the way", () => {
  const shares = new HeldShares();
  expect(shares.take("a", 4, BOUNDS)).toBe("taken");
  expect(shares.take("a", 1, BOUNDS)).toBe("caller");
  expect(shares.take("b", 4, BOUNDS)).toBe("taken");
  expect(shares.take("c", 3, BOUNDS)).toBe("overall");
  expect(shares.take("c", 2, BOUNDS)).toBe("taken");
  shares.giveBack("a", 4);
  expect(shares.take("a", 4, BOUNDS)).toBe("taken");
});

test("HeldShares keeps both bounds over whatever is taken and given back", () => {
  const step = fc.record({
    caller: fc.constantFrom("a", "b", "c", "d"),
    amount: fc.integer({ min: 1, max: 5 }),
    back: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const shares = new HeldShares();
      const held: { caller: string; amount: number }[] = [];
      const sum = (of: (one: { caller: string }) => boolean) =>
        held.filter(of).reduce((total, { amount }) => total + amount, 0);
      for (const { caller, amount, back } of steps) {
        const own = held.findIndex((one) => one.caller === caller);
        if (back && own >= 0) {
          const [given] = held.splice(own, 1);
          shares.giveBack(caller, given!.amount);
          continue;
        }
        const before = { own: sum((one) => one.caller === caller), all: sum(() => true) };
        const expected =
          before.own + amount > BOUNDS.mostOfOne
            ? "caller"
            : before.all + amount > BOUNDS.most
              ? "overall"
              : "taken";
        expect(shares.take(caller, amount, BOUNDS)).toBe(expected);
        if (expected === "taken") held.push({ caller, amount });
      }
    }),
  );
});
