// Partial writes: update by field path, merging sets, and the deletion of single fields.
import { FieldPath, FieldValue } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

async function docWith(data: object) {
  const doc = target.collection().doc("a");
  await doc.set(data);
  return { doc, data: async () => (await doc.get()).data() };
}

test("update changes the fields named and leaves the others", async () => {
  const { doc, data } = await docWith({ a: 1, b: 2 });
  await doc.update({ b: 3, c: 4 });
  expect(await data()).toEqual({ a: 1, b: 3, c: 4 });
});

test("update replaces a map that it names, and reaches into one by a dotted path", async () => {
  const { doc, data } = await docWith({ whole: { x: 1, y: 2 }, part: { x: 1, y: 2 } });
  await doc.update({ whole: { z: 3 }, "part.z": 3 });
  expect(await data()).toEqual({ whole: { z: 3 }, part: { x: 1, y: 2, z: 3 } });
});

test("a path through what is missing, or no map, makes maps on the way", async () => {
  const { doc, data } = await docWith({ text: "no map" });
  await doc.update({ "text.x": 1, "new.deep.path": 2 });
  expect(await data()).toEqual({ text: { x: 1 }, new: { deep: { path: 2 } } });
});

test("quoted paths reach fields with dots, backticks, backslashes and other characters", async () => {
  const { doc, data } = await docWith({
    "a.b": { "`c`": 1, "d\\": 2 },
    "!.\\`": { "!.\\`": "old" },
    "0": 0,
    kept: true,
  });
  // biome-ignore format: field and value in pairs
  await doc.update(
    new FieldPath("a.b", "`c`"), "tick",
    new FieldPath("a.b", "d\\"), "slash",
    new FieldPath("!.\\`", "!.\\`"), "new",
    new FieldPath("0"), "zero",
    new FieldPath("日 本", "😀"), "unicode",
  );
  expect(await data()).toEqual({
    "a.b": { "`c`": "tick", "d\\": "slash" },
    "!.\\`": { "!.\\`": "new" },
    "0": "zero",
    "日 本": { "😀": "unicode" },
    kept: true,
  });
});

test("update deletes fields, nested ones too, and leaves the map around them", async () => {
  const { doc, data } = await docWith({ a: 1, m: { x: 1, y: 2 }, n: { only: 1 } });
  await doc.update({ a: FieldValue.delete(), "m.x": FieldValue.delete(), "n.only": FieldValue.delete() });
  expect(await data()).toEqual({ m: { y: 2 }, n: {} });
});

test("deleting a field that is not there changes nothing, not even the update time", async () => {
  const { doc, data } = await docWith({ a: 1 });
  const before = await doc.get();
  await doc.update({ none: FieldValue.delete() });
  expect(await data()).toEqual({ a: 1 });
  expect((await doc.get()).updateTime).toEqual(before.updateTime);
});

test("set with merge adds and changes leaf by leaf", async () => {
  const { doc, data } = await docWith({ "a.1": 1, nested: { "b.1": 1, c: { d: 1 } } });
  await doc.set({ "a.2": 2, nested: { "b.2": 2, c: { e: 2 } } }, { merge: true });
  expect(await data()).toEqual({ "a.1": 1, "a.2": 2, nested: { "b.1": 1, "b.2": 2, c: { d: 1, e: 2 } } });
});

test("set with merge replaces arrays whole", async () => {
  const { doc, data } = await docWith({ list: [1, 2, 3] });
  await doc.set({ list: [4] }, { merge: true });
  expect(await data()).toEqual({ list: [4] });
});

test("set with merge makes the document when it is missing", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ m: { x: 1 } }, { merge: true });
  expect((await doc.get()).data()).toEqual({ m: { x: 1 } });
});

test("empty maps count in a merge", async () => {
  const { doc, data } = await docWith({});
  await doc.set({ a: {} }, { mergeFields: ["a"] });
  expect(await data()).toEqual({ a: {} });
  await doc.set({ b: {} }, { merge: true });
  expect(await data()).toEqual({ a: {}, b: {} });
  await doc.set({ a: { c: {} } }, { merge: true });
  expect(await data()).toEqual({ a: { c: {} }, b: {} });
});

test("set with merge deletes a field that says so", async () => {
  const { doc, data } = await docWith({ a: 1, m: { x: 1, y: 2 } });
  await doc.set({ a: FieldValue.delete(), m: { x: FieldValue.delete() } }, { merge: true });
  expect(await data()).toEqual({ m: { y: 2 } });
});

test("set with mergeFields writes the fields named, whole, and nothing else", async () => {
  const { doc, data } = await docWith({ a: 1, b: 1, m: { x: 1, y: 1 } });
  await doc.set({ a: 2, b: 2, m: { x: 2, z: 2 } }, { mergeFields: ["a", "m.z"] });
  expect(await data()).toEqual({ a: 2, b: 1, m: { x: 1, y: 1, z: 2 } });
});

test("a sequence of adding and deleting fields keeps every state between", async () => {
  const { doc, data } = await docWith({});
  const steps: [() => Promise<unknown>, object][] = [
    [() => doc.set({ a: { b: "c" } }), { a: { b: "c" } }],
    [() => doc.set({}, { merge: true }), { a: { b: "c" } }],
    [() => doc.set({ a: { d: "e" } }, { merge: true }), { a: { b: "c", d: "e" } }],
    [() => doc.set({ a: { d: FieldValue.delete() } }, { merge: true }), { a: { b: "c" } }],
    [() => doc.set({ a: { b: FieldValue.delete() } }, { merge: true }), { a: {} }],
    [() => doc.set({ f: "foo" }, { merge: true }), { a: {}, f: "foo" }],
    [() => doc.set({ f: { g: "foo" } }, { merge: true }), { a: {}, f: { g: "foo" } }],
    [() => doc.update({ "f.h": "foo" }), { a: {}, f: { g: "foo", h: "foo" } }],
    [() => doc.update({ "f.g": FieldValue.delete() }), { a: {}, f: { h: "foo" } }],
    [() => doc.update({ "f.h": FieldValue.delete() }), { a: {}, f: {} }],
    [() => doc.update({ f: FieldValue.delete() }), { a: {} }],
    [() => doc.update({ "i.j": { k: "foo" } }), { a: {}, i: { j: { k: "foo" } } }],
    [() => doc.update({ "i.j": { l: {} } }), { a: {}, i: { j: { l: {} } } }],
  ];
  for (const [step, expected] of steps) {
    await step();
    expect(await data()).toEqual(expected);
  }
});

test("a field in the mask that the write lacks is deleted, one that only the write has is ignored", async () => {
  const { doc, data } = await docWith({ gone: 1, kept: 1, m: { gone: 1, kept: 1 } });
  const document = { name: target.name(doc.path), fields: { ignored: { booleanValue: true } } };
  await target.raw.call("Commit", {
    database: target.database,
    writes: [{ update: document, updateMask: { fieldPaths: ["gone", "m.gone"] } }],
  });
  expect(await data()).toEqual({ kept: 1, m: { kept: 1 } });
});

test.each([
  ["an empty part", "a..b"],
  ["nothing", ""],
  ["an unquoted hyphen", "a-b"],
  ["a digit first", "1a"],
])("a mask path with %s is refused with INVALID_ARGUMENT", async (_, path) => {
  const document = { name: target.name(target.collection().doc("a").path), fields: {} };
  const call = target.raw.call("UpdateDocument", { document, updateMask: { fieldPaths: [path] } });
  await refused(call, Code.INVALID_ARGUMENT);
});

test("a mask on a delete is refused with INVALID_ARGUMENT", async () => {
  const write = { delete: target.name(target.collection().doc("a").path), updateMask: { fieldPaths: ["a"] } };
  await refused(
    target.raw.call("Commit", { database: target.database, writes: [write] }),
    Code.INVALID_ARGUMENT,
  );
});
