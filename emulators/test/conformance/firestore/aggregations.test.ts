// Count, sum and average over what a query finds.
import { AggregateField } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { seed } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const { count, sum, average } = AggregateField;
const GREATEST = 9_223_372_036_854_775_807n;

async function collectionOf(...documents: object[]) {
  const c = target.collection();
  await seed(c, Object.fromEntries(documents.map((document, i) => [`d${i}`, document])));
  return c;
}

/** The answer as it is on the wire, where an integer and a double differ. */
async function onTheWire(collectionId: string, ...aggregations: object[]) {
  const answers = await target.raw.collect("RunAggregationQuery", {
    parent: `${target.database}/documents`,
    structuredAggregationQuery: { structuredQuery: { from: [{ collectionId }] }, aggregations },
  });
  expect(answers).toEqual([{ result: expect.anything(), readTime: expect.anything() }]);
  return answers[0].result.aggregateFields;
}
const sumOf = (fieldPath: string, alias = "s") => ({ alias, sum: { field: { fieldPath } } });
const averageOf = (fieldPath: string, alias = "a") => ({ alias, avg: { field: { fieldPath } } });

test("count counts what the query finds", async () => {
  const c = await collectionOf({ k: "x" }, { k: "x" }, { k: "y" }, {});
  const counted = async (query = c.count()) => (await query.get()).data().count;
  expect(await counted()).toBe(4);
  expect(await counted(c.where("k", "==", "x").count())).toBe(2);
  expect(await counted(c.where("k", "==", "none").count())).toBe(0);
  expect(await counted(c.orderBy("k").count())).toBe(3);
});

test("limit, offset and cursors bound what is counted", async () => {
  const c = await collectionOf({ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }, { n: 5 });
  expect((await c.limit(4).count().get()).data().count).toBe(4);
  expect((await c.offset(4).count().get()).data().count).toBe(2);
  expect((await c.orderBy("n").startAfter(2).count().get()).data().count).toBe(3);
  expect(
    (
      await c
        .orderBy("n")
        .limit(3)
        .aggregate({ s: sum("n") })
        .get()
    ).data().s,
  ).toBe(3);
});

test("count stops at its bound", async () => {
  const c = await collectionOf({}, {}, {});
  expect(await onTheWire(c.id, { alias: "c", count: { upTo: { value: "2" } } })).toEqual({
    c: { integerValue: "2" },
  });
});

test("a sum of integers is an integer, exactly", async () => {
  const c = await collectionOf({ n: 2n ** 53n + 1n }, { n: 1 }, { n: -3 });
  expect(await onTheWire(c.id, sumOf("n"))).toEqual({ s: { integerValue: String(2n ** 53n - 1n) } });
});

test("a sum of integers beyond int64 is a double", async () => {
  const c = await collectionOf({ n: GREATEST }, { n: 1 }, { n: 2 });
  expect(await onTheWire(c.id, sumOf("n"))).toEqual({ s: { doubleValue: 2 ** 63 } });
});

test("a sum with a double among it is a double", async () => {
  const c = await collectionOf({ n: 1 }, { n: 2.5 }, { n: 0.5 });
  expect(await onTheWire(c.id, sumOf("n"))).toEqual({ s: { doubleValue: 4 } });
});

test("a sum of nothing is the integer 0, an average of nothing is null", async () => {
  const c = await collectionOf({ other: 1 });
  expect(await onTheWire(c.id, sumOf("n"), averageOf("n"))).toEqual({
    s: { integerValue: "0" },
    a: { nullValue: "NULL_VALUE" },
  });
});

test("an average is a double, also of integers", async () => {
  const c = await collectionOf({ n: 1 }, { n: 3 });
  expect(await onTheWire(c.id, averageOf("n"))).toEqual({ a: { doubleValue: 2 } });
});

test("what is no number counts for neither sum nor average", async () => {
  const c = await collectionOf({ n: 10 }, { n: "20" }, { n: null }, { n: true }, { n: [5] }, { n: 20 });
  const { total, mean } = (await c.aggregate({ total: sum("n"), mean: average("n") }).get()).data();
  expect([total, mean]).toEqual([30, 15]);
});

test("NaN makes sum and average NaN; infinities add as in IEEE 754", async () => {
  const of = async (...values: number[]) => {
    const c = await collectionOf(...values.map((n) => ({ n })));
    return (await c.aggregate({ s: sum("n"), a: average("n") }).get()).data();
  };
  expect(await of(1, NaN, 2)).toEqual({ s: NaN, a: NaN });
  expect(await of(1, Infinity)).toEqual({ s: Infinity, a: Infinity });
  expect(await of(-Infinity, 1)).toEqual({ s: -Infinity, a: -Infinity });
  expect(await of(Infinity, -Infinity)).toEqual({ s: NaN, a: NaN });
});

test("fields inside maps are summed by their path", async () => {
  const c = await collectionOf({ m: { n: 1 } }, { m: { n: 2 } }, { m: 5 });
  expect((await c.aggregate({ s: sum("m.n") }).get()).data().s).toBe(3);
});

test("several aggregations under names of their own, the same one twice, and names with any characters", async () => {
  const c = await collectionOf({ pages: 100 }, { pages: 50 });
  const aggregations = {
    total: sum("pages"),
    again: sum("pages"),
    mean: average("pages"),
    "with.dots": count(),
  };
  expect((await c.aggregate(aggregations).get()).data()).toEqual({
    total: 150,
    again: 150,
    mean: 75,
    "with.dots": 2,
  });
});

// Recorded from the emulator and the cloud: a sum or an average needs its field, and all aggregations look at the same documents.
test("documents that lack a field of one aggregation are left out of all", async () => {
  const c = await collectionOf(
    { pages: 100, year: 1980 },
    { pages: 50, year: 2020 },
    { pages: 150, year: 2021 },
    { pages: 50 },
  );
  const aggregations = { total: sum("pages"), mean: average("year"), counted: count() };
  expect((await c.aggregate(aggregations).get()).data()).toEqual({ total: 300, mean: 2007, counted: 3 });
});

test("a collection group is counted whole", async () => {
  const id = target.collection().id;
  const paths = [`${id}/1`, `abc/123/${id}/2`, `zzz${id}/3`, `abc/123/zzz${id}/4`];
  await Promise.all(paths.map((path) => target.db.doc(path).set({ n: 2 })));
  const aggregations = { counted: count(), total: sum("n") };
  expect((await target.db.collectionGroup(id).aggregate(aggregations).get()).data()).toEqual({
    counted: 2,
    total: 4,
  });
});

test("an aggregation runs in a transaction, and says when it read", async () => {
  const c = await collectionOf({ n: 1 }, { n: 2 });
  const inside = await target.db.runTransaction(async (t) => (await t.get(c.count())).data().count);
  expect(inside).toBe(2);
  expect((await c.count().get()).readTime.toMillis()).toBeGreaterThan(0);
});

test("five aggregations pass, six are refused with INVALID_ARGUMENT", async () => {
  const c = await collectionOf({ n: 1 });
  const five = { a: count(), b: sum("n"), c: average("n"), d: count(), e: sum("n") };
  expect((await c.aggregate(five).get()).data()).toEqual({ a: 1, b: 1, c: 1, d: 1, e: 1 });
  await refused(c.aggregate({ ...five, f: count() }).get(), Code.INVALID_ARGUMENT);
});

test("aggregations without a name are called field_1, field_2, in their order", async () => {
  const c = await collectionOf({});
  const fields = await onTheWire(c.id, { alias: "named", count: {} }, { count: {} }, { count: {} });
  expect(Object.keys(fields).sort()).toEqual(["field_1", "field_2", "named"]);
});

test.each([
  [
    "two aggregations of one name",
    [
      { alias: "x", count: {} },
      { alias: "x", count: {} },
    ],
  ],
  ["no aggregation", []],
  ["a sum over the name", [sumOf("__name__")]],
  ["a count up to zero", [{ alias: "c", count: { upTo: { value: "0" } } }]],
])("%s is refused with INVALID_ARGUMENT", async (_, aggregations) => {
  await refused(onTheWire("c", ...aggregations), Code.INVALID_ARGUMENT);
});
