// Queries that the service does not take, each with its code; a query that it cannot answer rightly it must refuse.
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const integer = (value: number) => ({ integerValue: String(value) });
const array = (...values: object[]) => ({ arrayValue: { values } });
const integers = (count: number) => array(...Array.from({ length: count }, (_, i) => integer(i)));
const field = (fieldPath: string, op: string, value: object) => ({
  fieldFilter: { field: { fieldPath }, op, value },
});
const and = (...filters: object[]) => ({ compositeFilter: { op: "AND", filters } });
const byA = { field: { fieldPath: "a" }, direction: "ASCENDING" };
const byName = { field: { fieldPath: "__name__" }, direction: "ASCENDING" };
const from = [{ collectionId: "c" }];

const run = (structuredQuery: object) =>
  target.raw.collect("RunQuery", { parent: `${target.database}/documents`, structuredQuery });

// Codes recorded from the emulator and the cloud, which agree on all of these.
test.each<[string, object]>([
  ["no operator", { from, where: field("a", "OPERATOR_UNSPECIFIED", integer(1)) }],
  ["in of nothing", { from, where: field("a", "IN", array()) }],
  ["in of no array", { from, where: field("a", "IN", integer(1)) }],
  ["in of 31 values", { from, where: field("a", "IN", integers(31)) }],
  ["two not-in", { from, where: and(field("a", "NOT_IN", integers(1)), field("a", "NOT_IN", integers(2))) }],
  [
    "!= with not-in",
    { from, where: and(field("a", "NOT_EQUAL", integer(1)), field("a", "NOT_IN", integers(2))) },
  ],
  ["two !=", { from, where: and(field("a", "NOT_EQUAL", integer(1)), field("b", "NOT_EQUAL", integer(2))) }],
  ["not-in with in", { from, where: and(field("a", "NOT_IN", integers(1)), field("a", "IN", integers(2))) }],
  [
    "a composite of no operator",
    { from, where: { compositeFilter: { filters: [field("a", "EQUAL", integer(1))] } } },
  ],
  ["a field path with an empty part", { from, where: field("a..b", "EQUAL", integer(1)) }],
  ["an empty field path", { from, where: field("", "EQUAL", integer(1)) }],
  ["an order by an empty field path", { from, orderBy: [{ field: { fieldPath: "" } }] }],
  [
    "more cursor values than orders",
    { from, orderBy: [byA], startAt: { values: [1, 2, 3].map(integer), before: true } },
  ],
  ["a negative limit", { from, limit: { value: -1 } }],
  ["a negative offset", { from, offset: -1 }],
  ["two collections", { from: [{ collectionId: "c" }, { collectionId: "d" }] }],
  ["a slash in the collection id", { from: [{ collectionId: "a/b" }] }],
  [
    "a field that an inequality orders by, after the name",
    { from, where: field("a", "LESS_THAN", integer(3)), orderBy: [byName] },
  ],
  ["a name that is no reference", { from, where: field("__name__", "EQUAL", { stringValue: "c/a" }) }],
  [
    "a range of names that are no references",
    { from, where: field("__name__", "LESS_THAN", { stringValue: "c/a" }) },
  ],
])("%s is refused with INVALID_ARGUMENT", async (_, query) => {
  await refused(run(query), Code.INVALID_ARGUMENT);
});

test("in takes 30 values, not-in 10", async () => {
  expect(await run({ from, where: field("a", "IN", integers(30)) })).toHaveLength(1);
  expect(await run({ from, where: field("a", "NOT_IN", integers(10)) })).toHaveLength(1);
  await refused(run({ from, where: field("a", "NOT_IN", integers(11)) }), Code.INVALID_ARGUMENT);
});

// In the protocol null and NaN have operators of their own; compared as values they are equal to nothing, and unequal to nothing.
test.each([
  ["EQUAL", { nullValue: "NULL_VALUE" }],
  ["EQUAL", { doubleValue: NaN }],
  ["NOT_EQUAL", { nullValue: "NULL_VALUE" }],
  ["LESS_THAN", { doubleValue: NaN }],
])("%s %j as a value finds nothing", async (op, value) => {
  const c = target.collection();
  await Promise.all([c.doc("a").set({ v: null }), c.doc("b").set({ v: NaN }), c.doc("c").set({ v: 1 })]);
  const answers = await run({ from: [{ collectionId: c.id }], where: field("v", op, value) });
  expect(answers.map(({ document, readTime }) => [document, readTime !== undefined])).toEqual([
    [undefined, true],
  ]);
});

test("a name in another database is refused with INVALID_ARGUMENT", async () => {
  const elsewhere = { referenceValue: `projects/${target.project}/databases/other/documents/c/a` };
  await refused(run({ from, where: field("__name__", "EQUAL", elsewhere) }), Code.INVALID_ARGUMENT);
});

test("a query may come to 30 alternatives, counted when it is written as one or of ands", async () => {
  const or = (...filters: object[]) => ({ compositeFilter: { op: "OR", filters } });
  const inOf = (fieldPath: string, count: number) => field(fieldPath, "IN", integers(count));
  expect(await run({ from, where: and(inOf("a", 5), inOf("b", 6)) })).toHaveLength(1);
  await refused(run({ from, where: and(inOf("a", 6), inOf("b", 6)) }), Code.INVALID_ARGUMENT);
  expect(await run({ from, where: or(inOf("a", 15), inOf("b", 15)) })).toHaveLength(1);
  await refused(run({ from, where: or(inOf("a", 15), inOf("b", 16)) }), Code.INVALID_ARGUMENT);
});

test("what may be left out: the direction of an order, the filters of an and, the values of a cursor", async () => {
  const c = target.collection();
  await Promise.all([c.doc("a").set({ n: 2 }), c.doc("b").set({ n: 1 })]);
  const asked = async (query: object) => {
    const answers = await run({ from: [{ collectionId: c.id }], ...query });
    return answers.map(({ document }) => document?.name.split("/").at(-1)).join(" ");
  };
  expect(await asked({ orderBy: [{ field: { fieldPath: "n" } }] })).toBe("b a");
  expect(await asked({ where: and() })).toBe("a b");
  expect(await asked({ startAt: { values: [], before: true } })).toBe("a b");
});

test("a limit of zero finds nothing", async () => {
  const c = target.collection();
  await c.doc("a").set({});
  const answers = await run({ from: [{ collectionId: c.id }], limit: { value: 0 } });
  expect(answers.filter(({ document }) => document !== undefined)).toEqual([]);
});

// Recorded from the emulator and the cloud.
test("without a collection selector, a query finds the documents of all collections below its parent", async () => {
  const c = target.collection();
  await c.doc("a").collection("below").doc("b").set({ v: 1 });
  const answers = await target.raw.collect("RunQuery", {
    parent: target.name(`${c.id}/a`),
    structuredQuery: {},
  });
  expect(answers.flatMap(({ document }) => document?.name ?? [])).toEqual([target.name(`${c.id}/a/below/b`)]);
});
