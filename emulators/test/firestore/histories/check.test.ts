// The checker of histories passes what is serializable and finds each classic anomaly.
import { describe, expect, test } from "vitest";
import { faultsOf } from "./check.ts";
import type { Attempt, End, Read, Seen, Write } from "./history.ts";

const get = (...ids: string[]): Read => ({ kind: "get", ids });
const set = (id: string, v: number, g = 0): Write => ({ kind: "set", id, v, g });
const committed = (time: number): End => ({ kind: "committed", time: BigInt(time) });

function seen(asked: number, read: Read, found: Seen["found"], readTime: number): Seen {
  return { asked, answered: asked + 1, read, found, readTime: BigInt(readTime) };
}

/** The last request is asked at `last` and answered one later. */
function attempt(
  kind: Attempt["kind"],
  start: number,
  reads: readonly Seen[],
  last: number,
  writes: readonly Write[],
  end: End,
): Attempt {
  const span = { asked: last, answered: last + 1 };
  return { kind, reads, writes, whole: { asked: start, answered: last + 1 }, last: span, end };
}

const first = attempt("plain write", 1, [], 1, [set("x", 1), set("y", 2)], committed(10));
const x1 = ["x", { v: 1, g: 0 }] as const;
const y2 = ["y", { v: 2, g: 0 }] as const;

describe("faultsOf", () => {
  test("finds nothing in transactions that are serializable", () => {
    const history = [
      first,
      attempt("transaction", 3, [seen(3, get("x"), [x1], 10)], 5, [set("x", 3)], committed(20)),
      attempt(
        "transaction",
        7,
        [seen(7, get("x"), [["x", { v: 3, g: 0 }]], 25)],
        9,
        [set("x", 4)],
        committed(30),
      ),
      attempt(
        "read-only transaction",
        7,
        [seen(7, get("x", "y"), [["x", { v: 3, g: 0 }], y2], 20)],
        12,
        [],
        committed(35),
      ),
      attempt("transaction", 7, [], 9, [{ kind: "create", id: "y", v: 9, g: 1 }], {
        kind: "refused",
        code: 6,
      }),
      attempt("transaction", 7, [seen(8, { kind: "where", g: 1 }, [], 25)], 10, [set("z", 8)], {
        kind: "refused",
        code: 10,
      }),
    ];
    expect(faultsOf(history)).toEqual([]);
  });

  test("finds a lost update", () => {
    const history = [
      first,
      attempt("transaction", 3, [seen(3, get("x"), [x1], 10)], 7, [set("x", 3)], committed(20)),
      attempt("transaction", 4, [seen(4, get("x"), [x1], 10)], 8, [set("x", 4)], committed(30)),
    ];
    expect(faultsOf(history)).toHaveLength(1);
    expect(faultsOf(history)[0]).toMatch(
      /^the transaction at 4 \(set x; committed\) committed though it read/,
    );
  });

  test("finds a write skew", () => {
    const both = [x1, y2];
    const history = [
      first,
      attempt("transaction", 3, [seen(3, get("x", "y"), both, 10)], 7, [set("x", 3)], committed(20)),
      attempt("transaction", 4, [seen(4, get("x", "y"), both, 10)], 8, [set("y", 4)], committed(30)),
    ];
    expect(faultsOf(history)[0]).toMatch(
      /^the transaction at 4 \(set y; committed\) committed though it read/,
    );
  });

  test("finds a phantom, in what a query found and in a count", () => {
    for (const [read, found] of [
      [{ kind: "where", g: 1 }, []],
      [{ kind: "count" }, 2],
    ] as [Read, Seen["found"]][]) {
      const history = [
        first,
        attempt("transaction", 3, [seen(3, read, found, 10)], 9, [set("x", 3)], committed(30)),
        attempt("plain write", 5, [], 5, [set("z", 4, 1)], committed(20)),
      ];
      expect(faultsOf(history)[0]).toMatch(
        /^the transaction at 3 \(set x; committed\) committed though it read/,
      );
    }
  });

  test("finds a dirty read", () => {
    const history = [
      first,
      attempt("transaction", 3, [], 9, [set("x", 66)], { kind: "refused", code: 10 }),
      attempt("transaction", 5, [seen(5, get("x"), [["x", { v: 66, g: 0 }]], 15)], 7, [], {
        kind: "rolled back",
      }),
    ];
    expect(faultsOf(history)).toHaveLength(2);
    expect(faultsOf(history)[0]).toMatch(
      /^the transaction at 5 .* at the read time it was \[\["x",\{"v":1,"g":0\}\]\]$/,
    );
  });

  test("finds reads of two moments in one transaction that wrote nothing", () => {
    const history = [
      first,
      attempt("plain write", 5, [], 5, [set("x", 3), set("y", 4)], committed(20)),
      attempt(
        "read-only transaction",
        3,
        [seen(3, get("x"), [x1], 10), seen(7, get("y"), [["y", { v: 4, g: 0 }]], 20)],
        9,
        [],
        committed(25),
      ),
    ];
    expect(faultsOf(history)).toEqual([
      expect.stringMatching(/^the read-only transaction at 3 .* saw what never was at one time/),
    ]);
  });

  test("finds a read of the past after the present had been answered", () => {
    const history = [
      first,
      attempt("plain write", 3, [], 3, [set("x", 3)], committed(20)),
      attempt("read-only transaction", 6, [seen(6, get("x"), [x1], 10)], 8, [], committed(25)),
    ];
    expect(faultsOf(history).join()).toMatch(/before commits that had been answered.*never was at one time/);
  });

  test("finds commit times that are not in the order of the commits, and two that are the same", () => {
    const later = attempt("plain write", 5, [], 5, [set("y", 7)], committed(10));
    expect(faultsOf([first, later]).join()).toMatch(
      /has the commit time of another.*its commit time does not/,
    );
  });

  test("finds a commit that should have been refused, and a refusal without reason", () => {
    const update: Write = { kind: "update", id: "z", v: 3 };
    const done = attempt("plain write", 3, [], 3, [update], committed(20));
    expect(faultsOf([first, done]).join()).toMatch(/committed what has to be refused with code 5/);
    const refused = attempt("plain write", 3, [], 3, [{ kind: "create", id: "z", v: 3, g: 0 }], {
      kind: "refused",
      code: 6,
    });
    expect(faultsOf([first, refused]).join()).toMatch(/saw what never was/);
  });

  test("finds a lost increment", () => {
    const increment: Write = { kind: "increment", id: "c" };
    const history = [
      attempt("plain write", 1, [], 1, [increment], committed(10)),
      attempt("plain write", 3, [], 3, [increment], committed(20)),
      attempt("transaction", 5, [seen(5, get("c"), [["c", { n: 1 }]], 30)], 7, [], committed(40)),
    ];
    expect(faultsOf(history)[0]).toMatch(/at the read time it was \[\["c",\{"n":2\}\]\]/);
  });
});
