// Filters put together: and, or, and inequalities on several fields, which decide the order of the results, too.
import { Filter } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { found, seed } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const { where } = Filter;

async function collectionOf(documents: Record<string, object>) {
  const c = target.collection();
  await seed(c, documents);
  return c;
}

test("or finds what any branch finds, once, even where a field is missing", async () => {
  const c = await collectionOf({
    a: { x: 1, y: 0 },
    b: { y: 1 },
    c: { x: 3, y: 2 },
    d: { x: 1, y: 3 },
    e: { x: 1 },
    f: { x: 2 },
  });
  expect(await found(c.where(Filter.or(where("x", "==", 1), where("y", "==", 1))))).toBe("a b d e");
  expect(await found(c.where(Filter.or(where("x", "==", 2), where("y", "in", [2, 3]))))).toBe("c d f");
  expect(await found(c.where(Filter.or(where("x", "==", 2), where("y", "==", 1))).limit(1))).toBe("b");
});

test("and and or nest", async () => {
  const c = await collectionOf({
    a: { x: 1, y: 0 },
    b: { x: 2, y: 1 },
    c: { x: 3, y: 2 },
    d: { x: 1, y: 3 },
    e: { x: 1, y: 1 },
  });
  const { and, or } = Filter;
  const either = or(
    and(where("x", "==", 1), where("y", "==", 0)),
    and(where("x", "==", 3), where("y", "==", 2)),
  );
  expect(await found(c.where(either))).toBe("a c");
  expect(await found(c.where(and(where("x", "==", 1), or(where("y", "==", 0), where("y", "==", 3)))))).toBe(
    "a d",
  );
  const both = and(
    or(where("x", "==", 2), where("y", "==", 2)),
    or(where("x", "==", 3), where("y", "==", 3)),
  );
  expect(await found(c.where(both))).toBe("c");
});

test("or with array membership", async () => {
  const c = await collectionOf({
    a: { y: [0] },
    b: { y: [1] },
    c: { y: [2, 7] },
    d: { x: 1, y: [3, 7] },
    e: { x: 2 },
  });
  expect(await found(c.where(Filter.or(where("x", "==", 2), where("y", "array-contains", 7))))).toBe("c d e");
  expect(await found(c.where(Filter.or(where("x", "==", 2), where("y", "array-contains-any", [0, 3]))))).toBe(
    "a d e",
  );
});

// An inequality anywhere orders by its field, and so demands that every result has it.
test("an inequality inside an or orders the results and leaves out documents without its field", async () => {
  const c = await collectionOf({
    a: { x: 1, y: 0 },
    b: { y: 1 },
    c: { x: 3, y: 2 },
    d: { x: 1, y: 3 },
    e: { x: 1 },
    f: { x: 2 },
  });
  expect(await found(c.where(Filter.or(where("x", ">", 2), where("y", "==", 1))))).toBe("c");
  expect(await found(c.where(Filter.or(where("x", "==", 2), where("y", "!=", 3))))).toBe("a b c");
});

test("inequalities on several fields, ordered by the fields in the order of their names", async () => {
  const c = await collectionOf({
    a: { key: "a", sort: 0, v: 5 },
    b: { key: "aa", sort: 4, v: 4 },
    c: { key: "b", sort: 3, v: 3 },
    d: { key: "b", sort: 2, v: 2 },
    e: { key: "b", sort: 2, v: 1 },
    f: { key: "b", sort: 0, v: 0 },
  });
  const values = [1, 2, 3, 4];
  expect(await found(c.where("key", "!=", "a").where("sort", ">", 1).where("v", "in", values))).toBe(
    "b d e c",
  );
  expect(await found(c.where("sort", ">", 1).where("key", "!=", "a").where("v", "in", values))).toBe(
    "b d e c",
  );
  expect(await found(c.where("key", "!=", "a").where("sort", "<=", 2).where("v", ">", 1))).toBe("d");
  expect(await found(c.where("key", ">=", "a").where("sort", "<=", 2).orderBy("v", "desc"))).toBe("a d e f");
  expect(
    await found(c.where("key", ">=", "a").where("sort", "<=", 2).orderBy("v", "desc").limitToLast(2)),
  ).toBe("e f");
});

test("inequalities on several fields leave out null, NaN and what is missing", async () => {
  const c = await collectionOf({
    a: { key: "a", sort: 0, v: 0 },
    b: { key: "b", sort: NaN, v: 1 },
    c: { key: "c", sort: null, v: 3 },
    d: { key: "d", v: 0 },
    e: { key: "e", sort: 1 },
    f: { key: "f", sort: 1, v: 1 },
  });
  expect(await found(c.where("key", "!=", "a").where("sort", "<=", 2))).toBe("e f");
  expect(await found(c.where("key", "!=", "a").where("sort", "<=", 2).where("v", "<=", 1))).toBe("f");
});
