// Which documents a filter finds: every operator, null, NaN, missing fields, and ranges that stay within a type.
import { FieldPath, GeoPoint, Timestamp } from "@google-cloud/firestore";
import { beforeAll, expect, test } from "vitest";
import { found, seed } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

/** A collection with these documents; ids are single letters in the order of the alphabet. */
async function collectionOf(documents: Record<string, object>) {
  const c = target.collection();
  await seed(c, documents);
  return c;
}

// The order of the ids is the order of the values of `zip`, in which inequalities answer.
const ZIPS = {
  a: { zip: NaN },
  b: { zip: 91102 },
  c: { zip: 98101 },
  d: { zip: 98103 },
  e: { zip: "98101" },
  f: { zip: [98101] },
  g: { zip: [98101, 98102] },
  h: { zip: ["98101", { zip: 98101 }] },
  i: { zip: { code: 500 } },
  m: { code: 500 },
  n: { zip: null },
};
let zips: Awaited<ReturnType<typeof collectionOf>>;
beforeAll(async () => {
  zips = await collectionOf(ZIPS);
});

test.each([
  ["a number", 98101, "c"],
  ["a string", "98101", "e"],
  ["an array, whole", [98101, 98102], "g"],
  ["a map, whole", { code: 500 }, "i"],
  ["null", null, "n"],
  ["NaN", NaN, "a"],
  ["what is not there", 1, ""],
])("== finds %s", async (_, value, expected) => {
  expect(await found(zips.where("zip", "==", value))).toBe(expected);
});

// Missing and null never match; the rest, NaN too, is "not equal".
test.each([
  ["a number", 98101, "a b d e f g h i"],
  ["a map", { code: 500 }, "a b c d e f g h"],
  ["null", null, "a b c d e f g h i"],
  ["NaN", NaN, "b c d e f g h i"],
])("!= %s finds every other value that is there and not null", async (_, value, expected) => {
  expect(await found(zips.where("zip", "!=", value))).toBe(expected);
});

test.each([
  ["numbers and an array", [98101, 98103, [98101, 98102]], "c d g"],
  ["a map", [{ code: 500 }], "i"],
  ["only null: nothing", [null], ""],
  ["null and a value: the value", [98101, null], "c"],
  ["only NaN: nothing", [NaN], ""],
  ["NaN and a value: the value", [98101, NaN], "c"],
])("in %s", async (_, values, expected) => {
  expect(await found(zips.where("zip", "in", values))).toBe(expected);
});

test.each([
  ["numbers and an array", [98101, 98103, [98101, 98102]], "a b e f h i"],
  ["a map", [{ code: 500 }], "a b c d e f g h"],
  ["null: nothing", [null], ""],
  ["a value and null: nothing", [98101, null], ""],
  ["NaN", [NaN], "b c d e f g h i"],
  ["NaN and a number", [NaN, 98101], "b d e f g h i"],
])("not-in %s", async (_, values, expected) => {
  expect(await found(zips.where("zip", "not-in", values))).toBe(expected);
});

const LISTS = {
  a: { list: [42] },
  b: { list: ["a", 42, "c"] },
  c: { list: [41.999, "42", { a: [42] }] },
  d: { list: [42], other: ["bingo"] },
  e: { list: [43] },
  f: { list: [{ a: 42 }] },
  g: { list: 42 },
  h: { list: [null] },
  i: { list: [NaN] },
};

test("array-contains finds the element in arrays only, and never null or NaN", async () => {
  const c = await collectionOf(LISTS);
  expect(await found(c.where("list", "array-contains", 42))).toBe("a b d");
  expect(await found(c.where("list", "array-contains", { a: 42 }))).toBe("f");
  for (const value of [{ nullValue: "NULL_VALUE" }, { doubleValue: NaN }]) {
    // Raw, because the client turns any filter by null or NaN into "is null" or "is not NaN".
    const where = { fieldFilter: { field: { fieldPath: "list" }, op: "ARRAY_CONTAINS", value } };
    const structuredQuery = { from: [{ collectionId: c.id }], where };
    const answers = await target.raw.collect("RunQuery", {
      parent: `${target.database}/documents`,
      structuredQuery,
    });
    expect(answers.map(({ document }) => document)).toEqual([undefined]);
  }
});

test("array-contains-any finds each document once, and never by null or NaN", async () => {
  const c = await collectionOf(LISTS);
  expect(await found(c.where("list", "array-contains-any", [42, 43, "a"]))).toBe("a b d e");
  expect(await found(c.where("list", "array-contains-any", [{ a: 42 }]))).toBe("f");
  expect(await found(c.where("list", "array-contains-any", [43, null, NaN]))).toBe("e");
  expect(await found(c.where("list", "array-contains-any", [null]))).toBe("");
});

test("ranges stay within the type of their operand", async () => {
  const c = await collectionOf({
    a: { v: null },
    b: { v: false },
    c: { v: true },
    d: { v: NaN },
    e: { v: -1 },
    f: { v: 1.5 },
    g: { v: new Timestamp(5, 0) },
    h: { v: "m" },
    i: { v: "z" },
    j: { v: Buffer.from([1]) },
    k: { v: target.db.doc("x/y") },
    l: { v: new GeoPoint(1, 1) },
    m: { v: [1] },
    n: { v: { a: 1 } },
    o: {},
  });
  const range = (op: "<" | "<=" | ">" | ">=", value: unknown) => found(c.where("v", op, value));
  expect(await range("<", true)).toBe("b");
  expect(await range(">=", false)).toBe("b c");
  expect(await range(">", -Infinity)).toBe("e f");
  expect(await range("<=", 1.5)).toBe("e f");
  expect(await range("<", new Timestamp(100, 0))).toBe("g");
  expect(await range(">", "")).toBe("h i");
  expect(await range("<", "z")).toBe("h");
  expect(await range(">=", Buffer.alloc(0))).toBe("j");
  expect(await range(">", target.db.doc("a/b"))).toBe("k");
  expect(await range("<=", new GeoPoint(1, 1))).toBe("l");
  expect(await range(">=", [])).toBe("m");
  expect(await range(">", {})).toBe("n");
});

test("numbers are one type: integers and doubles equal each other, and zero is zero", async () => {
  const c = await collectionOf({ a: { v: 1 }, b: { v: 0 }, c: { v: -0 }, d: { v: 1.5 } });
  await target.raw.call("UpdateDocument", {
    document: { name: target.name(`${c.id}/e`), fields: { v: { doubleValue: 1 } } },
  });
  expect(await found(c.where("v", "==", 1))).toBe("a e");
  expect(await found(c.where("v", "==", -0))).toBe("b c");
  expect(await found(c.where("v", "in", [0, 1.5]))).toBe("b c d");
  expect(await found(c.where("v", ">", 0))).toBe("a e d");
});

test("a range holds both of its ends as the operators say", async () => {
  const c = await collectionOf({ a: { v: 1 }, b: { v: 2 }, c: { v: 3 }, d: { v: 4 } });
  expect(await found(c.where("v", ">", 1).where("v", "<", 4))).toBe("b c");
  expect(await found(c.where("v", ">=", 1).where("v", "<=", 4))).toBe("a b c d");
  expect(await found(c.where("v", ">", 2).where("v", "<", 3))).toBe("");
});

test("several filters must all hold", async () => {
  const c = await collectionOf({ a: { x: 1, y: 1 }, b: { x: 1, y: 2 }, c: { x: 2, y: 2 }, d: { x: 1 } });
  expect(await found(c.where("x", "==", 1).where("y", "==", 2))).toBe("b");
  expect(await found(c.where("x", "==", 1).where("y", ">=", 1))).toBe("a b");
  expect(await found(c.where("x", "==", 1).where("x", "==", 2))).toBe("");
});

test("filters reach into maps, and through quoted names", async () => {
  const c = await collectionOf({
    a: {},
    b: { map: {} },
    c: { map: { nested: {} } },
    d: { map: { nested: "foo" } },
    e: { "map.nested": "foo", "a.b": { "`": 1 } },
  });
  expect(await found(c.where("map.nested", "==", "foo"))).toBe("d");
  expect(await found(c.where(new FieldPath("map.nested"), "==", "foo"))).toBe("e");
  expect(await found(c.where(new FieldPath("a.b", "`"), "==", 1))).toBe("e");
});

test("array-contains combines with other filters", async () => {
  const c = await collectionOf({ a: { t: ["x"], n: 1 }, b: { t: ["x", "y"], n: 2 }, c: { t: ["y"], n: 3 } });
  expect(await found(c.where("t", "array-contains", "x").where("n", ">", 1))).toBe("b");
  expect(await found(c.where("t", "array-contains", "y").where("n", "in", [1, 2]))).toBe("b");
});

test("filters by document id: equal, range, in, not equal, not in", async () => {
  const c = await collectionOf({ aa: {}, ab: {}, ba: {}, bb: {} });
  const id = FieldPath.documentId();
  expect(await found(c.where(id, "==", "ab"))).toBe("ab");
  expect(await found(c.where(id, "==", c.doc("ab")))).toBe("ab");
  expect(await found(c.where(id, ">", "aa").where(id, "<=", "ba"))).toBe("ab ba");
  expect(await found(c.where(id, "in", ["bb", "aa", "zz"]))).toBe("aa bb");
  expect(await found(c.where(id, "!=", "aa"))).toBe("ab ba bb");
  expect(await found(c.where(id, "not-in", ["aa", "ab"]))).toBe("ba bb");
});
