// Values that the service works out at the commit: its time, sums, maxima and minima, additions to arrays and removals.
import { FieldValue, type Timestamp } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const GREATEST = 9_223_372_036_854_775_807n;
const LEAST = -9_223_372_036_854_775_808n;
const integer = (value: bigint | number) => ({ integerValue: String(value) });
const double = (value: number) => ({ doubleValue: value });

/** Applies raw transforms, in order, to field `v` that holds `before`; gives the field as stored and the results. */
async function transformed(before: object | null, ...transforms: object[]) {
  const name = target.name(target.collection().doc("a").path);
  const document = { name, fields: before === null ? {} : { v: before } };
  await target.raw.call("UpdateDocument", { document });
  const answer = await target.raw.call("Commit", {
    database: target.database,
    writes: [
      {
        update: { name },
        updateMask: { fieldPaths: [] },
        updateTransforms: transforms.map((transform) => ({ fieldPath: "v", ...transform })),
      },
    ],
  });
  const stored = await target.raw.call("GetDocument", { name });
  return { value: stored.fields.v, results: answer.writeResults[0].transformResults };
}

test("all server timestamps of one commit are the same, over fields and documents", async () => {
  const c = target.collection();
  const now = FieldValue.serverTimestamp();
  await c.doc("b").set({ old: true, m: { kept: 1 } });
  const [{ writeTime }] = (await target.db
    .batch()
    .set(c.doc("a"), { at: now, deep: { at: now } })
    .update(c.doc("b"), { at: now, "m.at": now })
    .commit()) as [{ writeTime: Timestamp }, unknown];
  const [a, b] = await target.db.getAll(c.doc("a"), c.doc("b"));
  const at = a!.get("at") as Timestamp;
  expect(a!.data()).toEqual({ at, deep: { at } });
  expect(b!.data()).toEqual({ old: true, at, m: { kept: 1, at } });
  expect(at.valueOf() <= writeTime.valueOf()).toBe(true);
  expect(Math.abs(at.toMillis() - writeTime.toMillis())).toBeLessThan(60_000);
});

test("a server timestamp replaces whatever was there", async () => {
  const { value, results } = await transformed({ stringValue: "old" }, { setToServerValue: "REQUEST_TIME" });
  expect(value).toEqual({ timestampValue: expect.anything() });
  expect(results).toEqual([value]);
});

test.each([
  ["an integer and an integer", integer(40), integer(2), integer(42)],
  ["an integer and a negative one", integer(1), integer(-10), integer(-9)],
  ["a double and a double", double(0.5), double(0.25), double(0.75)],
  ["an integer and a double: a double", integer(1), double(0.5), double(1.5)],
  ["a double and an integer: a double", double(1.5), integer(1), double(2.5)],
  ["a missing field: the operand", null, double(0.5), double(0.5)],
  ["a field that is no number: the operand", { stringValue: "no" }, integer(7), integer(7)],
  ["the greatest integer and one: still the greatest", integer(GREATEST), integer(1), integer(GREATEST)],
  ["the least integer and minus one: still the least", integer(LEAST), integer(-1), integer(LEAST)],
  ["NaN and one: NaN", double(NaN), integer(1), double(NaN)],
])("increment adds %s", async (_, before, operand, expected) => {
  const { value, results } = await transformed(before, { increment: operand });
  expect(value).toEqual(expected);
  expect(results).toEqual([expected]);
});

test.each([
  ["maximum", integer(3), integer(5), integer(5)],
  ["maximum", integer(5), integer(3), integer(5)],
  ["maximum", integer(3), double(3.5), double(3.5)],
  ["maximum", double(3.5), integer(4), integer(4)],
  ["maximum", integer(3), double(3), integer(3)],
  ["maximum", double(3), integer(3), double(3)],
  ["maximum", null, integer(3), integer(3)],
  ["maximum", { booleanValue: true }, integer(-1), integer(-1)],
  ["maximum", integer(3), double(NaN), double(NaN)],
  ["maximum", double(-0), integer(0), double(-0)],
  ["minimum", integer(3), integer(5), integer(3)],
  ["minimum", integer(5), integer(3), integer(3)],
  ["minimum", integer(3), double(2.5), double(2.5)],
  ["minimum", double(2.5), integer(2), integer(2)],
  ["minimum", integer(3), double(3), integer(3)],
  ["minimum", null, double(0.5), double(0.5)],
  ["minimum", integer(3), double(NaN), double(NaN)],
])("%s of %j and %j is %j", async (kind, before, operand, expected) => {
  const { value, results } = await transformed(before, { [kind]: operand });
  expect(value).toEqual(expected);
  expect(results).toEqual([expected]);
});

test("the client's increment, maximum and minimum do the same, in updates and in merging sets", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ sum: 1, high: 5, low: 5 });
  await doc.update({ sum: FieldValue.increment(2), high: FieldValue.maximum(9), low: FieldValue.minimum(9) });
  await doc.set({ sum: FieldValue.increment(0.5), m: { n: FieldValue.increment(1) } }, { merge: true });
  expect((await doc.get()).data()).toEqual({ sum: 3.5, high: 9, low: 5, m: { n: 1 } });
});

const list = (...values: object[]) => ({ arrayValue: { values } });
const a = { stringValue: "a" };
const b = { stringValue: "b" };
const none = { nullValue: "NULL_VALUE" };

test("array union appends in order what is missing, taking 1 and 1.0 for the same, and each only once", async () => {
  const elements = {
    appendMissingElements: { values: [a, b, double(1), b, none, double(NaN), double(NaN)] },
  };
  const { value, results } = await transformed(list(a, integer(1)), elements);
  expect(value).toEqual(list(a, integer(1), b, none, double(NaN)));
  expect(results).toEqual([none]);
});

test("array removal takes out every equal element, NaN and null too", async () => {
  const before = list(a, b, a, integer(1), double(1), none, double(NaN), b);
  const elements = { removeAllFromArray: { values: [a, double(1), none, double(NaN)] } };
  const { value, results } = await transformed(before, elements);
  expect(value).toEqual(list(b, b));
  expect(results).toEqual([none]);
});

test("array union and removal take what is no array for an empty one", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ text: "no array", gone: 3 });
  await doc.update({
    text: FieldValue.arrayUnion("x"),
    missing: FieldValue.arrayUnion("x", { y: 1 }),
    gone: FieldValue.arrayRemove(3),
    never: FieldValue.arrayRemove("x"),
  });
  expect((await doc.get()).data()).toEqual({ text: ["x"], missing: ["x", { y: 1 }], gone: [], never: [] });
});

test("an array union that adds nothing keeps the update time", async () => {
  const doc = target.collection().doc("a");
  const { writeTime } = await doc.set({ list: ["x"] });
  await doc.update({ list: FieldValue.arrayUnion("x") });
  expect((await doc.get()).updateTime).toEqual(writeTime);
});

test("transforms of one write apply in order, also to one field, and their results come in order", async () => {
  const { value, results } = await transformed(
    integer(1),
    { increment: integer(1) },
    { increment: integer(10) },
    { maximum: integer(100) },
    { minimum: double(50.5) },
  );
  expect(value).toEqual(double(50.5));
  expect(results).toEqual([integer(2), integer(12), integer(100), double(50.5)]);
});

test("transforms come after the fields of the same write", async () => {
  const doc = target.collection().doc("a");
  await target.raw.call("Commit", {
    database: target.database,
    writes: [
      {
        update: { name: target.name(doc.path), fields: { n: integer(1000) } },
        updateTransforms: [{ fieldPath: "n", increment: integer(1) }],
      },
    ],
  });
  expect((await doc.get()).data()).toEqual({ n: 1001 });
});

test("later writes of a commit see what earlier ones made of the document", async () => {
  const doc = target.collection().doc("a");
  const plusOne = { n: FieldValue.increment(1) };
  await target.db.batch().set(doc, { n: 1 }).update(doc, plusOne).update(doc, plusOne).commit();
  expect((await doc.get()).data()).toEqual({ n: 3 });
});

test("a write of transforms alone makes the document", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ n: FieldValue.increment(5), deep: { list: FieldValue.arrayUnion(1) } });
  expect((await doc.get()).data()).toEqual({ n: 5, deep: { list: [1] } });
});

test("a set without merge replaces the document first, so its increments start anew", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ n: 5, gone: true });
  await doc.set({ n: FieldValue.increment(1), list: FieldValue.arrayUnion("x") });
  expect((await doc.get()).data()).toEqual({ n: 1, list: ["x"] });
});

test("a merging set of a transform alone leaves the rest", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ kept: 1, m: { kept: 2 } });
  await doc.set({ m: { n: FieldValue.increment(1) } }, { merge: true });
  expect((await doc.get()).data()).toEqual({ kept: 1, m: { kept: 2, n: 1 } });
});

test("a transform of a path through what is no map makes maps on the way", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ text: "no map" });
  await doc.update({ "text.deep.n": FieldValue.increment(1) });
  expect((await doc.get()).data()).toEqual({ text: { deep: { n: 1 } } });
});

test("100 concurrent increments all count", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ n: 0 });
  await Promise.all(Array.from({ length: 100 }, () => doc.update({ n: FieldValue.increment(1) })));
  expect((await doc.get()).data()).toEqual({ n: 100 });
});

test.each(["increment", "maximum", "minimum"])(
  "%s by what is no number is refused with INVALID_ARGUMENT",
  async (kind) => {
    await refused(transformed(integer(1), { [kind]: { stringValue: "1" } }), Code.INVALID_ARGUMENT);
  },
);

test("a transform on a delete is refused with INVALID_ARGUMENT", async () => {
  const write = {
    delete: target.name(target.collection().doc("a").path),
    updateTransforms: [{ fieldPath: "at", setToServerValue: "REQUEST_TIME" }],
  };
  await refused(
    target.raw.call("Commit", { database: target.database, writes: [write] }),
    Code.INVALID_ARGUMENT,
  );
});
