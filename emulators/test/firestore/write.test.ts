import { describe, expect, test } from "vitest";
import { type Document, makeDocument, writeDocument } from "../../src/firestore/document.ts";
import { type Fields, type Value, writeValue } from "../../src/firestore/value.ts";
import { applyWrite, checkCommit, parsePrecondition, parseWrite } from "../../src/firestore/write.ts";
import { Code } from "../../src/wire/status.ts";
import { array, bytes, double, fields, int, map, NULL, ROOT, text, time } from "./sample-values.ts";

const NAME = `${ROOT}/a/b`;
const CREATED = 1_000_000n;
const UPDATED = 2_000_000n;
const NOW = 3_000_000n;

const stored = (record: Record<string, Value>) => makeDocument(NAME, fields(record), CREATED, UPDATED);
const updateBytes = (record: Record<string, Value>) =>
  writeDocument(makeDocument(NAME, fields(record), 0n, 0n));

interface Extra {
  readonly updateMask?: { readonly fieldPaths: readonly string[] };
  readonly updateTransforms?: readonly object[];
  readonly currentDocument?: object;
}
const update = (record: Record<string, Value>, extra: Extra = {}) =>
  parseWrite({
    update: updateBytes(record),
    updateMask: null,
    updateTransforms: [],
    currentDocument: null,
    ...extra,
  });
const remove = (currentDocument: object | null = null) => parseWrite({ delete: NAME, currentDocument });
const mask = (...fieldPaths: string[]) => ({ updateMask: { fieldPaths } });
const increment = (fieldPath: string, by: number) => ({ fieldPath, increment: writeValue(int(by)) });
const EXISTS = { exists: true };
const MISSING = { exists: false };
const at = (micros: bigint) => ({
  updateTime: { seconds: String(micros / 1_000_000n), nanos: Number(micros % 1_000_000n) * 1_000 },
});

const refusal = (code: Code, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

const fieldsAfter = (write: ReturnType<typeof update>, before: Document | null): Fields | undefined =>
  applyWrite(write, before, NOW).after?.fields;

describe("applyWrite", () => {
  test("creates a document with the time of the commit as both its times", () => {
    const { after } = applyWrite(update({ x: int(1) }), null, NOW);
    expect(after).toMatchObject({
      name: NAME,
      fields: fields({ x: int(1) }),
      createTime: NOW,
      updateTime: NOW,
    });
  });

  test("replaces the whole document when there is no mask, and keeps its create time", () => {
    const { after } = applyWrite(update({ x: int(1) }), stored({ y: int(2) }), NOW);
    expect(after).toMatchObject({ fields: fields({ x: int(1) }), createTime: CREATED, updateTime: NOW });
  });

  test("writes only what the mask names, and deletes what it names and the update lacks", () => {
    const write = update({ x: int(1), ignored: int(9) }, mask("x", "y", "m.a"));
    const before = stored({ y: int(2), z: int(3), m: map({ a: int(4), b: int(5) }) });
    expect(fieldsAfter(write, before)).toEqual(fields({ z: int(3), m: map({ b: int(5) }), x: int(1) }));
  });

  test("creates a document from a masked update, too", () => {
    expect(fieldsAfter(update({ m: map({ a: int(1), b: int(2) }) }, mask("m.a")), null)).toEqual(
      fields({ m: map({ a: int(1) }) }),
    );
    expect(fieldsAfter(update({}, mask()), null)).toEqual(fields({}));
  });

  test("applies the transforms after the update, and gives their results", () => {
    const write = update(
      { n: int(1) },
      { updateTransforms: [increment("n", 5), { fieldPath: "t", setToServerValue: "REQUEST_TIME" }] },
    );
    const { after, transformResults } = applyWrite(write, stored({ n: int(100) }), NOW);
    expect(after?.fields).toEqual(fields({ n: int(6), t: time(NOW) }));
    expect(transformResults).toEqual([int(6), time(NOW)]);
  });

  test("applies the older transform write to the document as it is", () => {
    const write = parseWrite({ transform: { document: NAME, fieldTransforms: [increment("n", 5)] } });
    expect(applyWrite(write, stored({ n: int(1), x: NULL }), NOW).after?.fields).toEqual(
      fields({ n: int(6), x: NULL }),
    );
    expect(applyWrite(write, null, NOW).after?.fields).toEqual(fields({ n: int(5) }));
  });

  test("deletes a document, also one that is not there", () => {
    expect(applyWrite(remove(), stored({}), NOW)).toEqual({ after: null, transformResults: [] });
    expect(applyWrite(remove(), null, NOW)).toEqual({ after: null, transformResults: [] });
  });

  test("refuses a document that has become too large", () => {
    const half: Value = { kind: "bytes", value: new Uint8Array(600_000) };
    const write = update({ b: half }, mask("b"));
    expect(applyWrite(write, null, NOW).after).not.toBeNull();
    expect(() => applyWrite(write, stored({ a: half }), NOW)).toThrow(
      refusal(Code.INVALID_ARGUMENT, "exceeds the maximum allowed size of 1,048,576 bytes"),
    );
  });
});

describe("applyWrite of a write without effect", () => {
  const before = stored({ a: int(1), b: map({ c: double(NaN), d: bytes(1) }), e: array(NULL, text("x")) });

  test.each<[string, ReturnType<typeof update>]>([
    [
      "the same fields in another order",
      update({ e: array(NULL, text("x")), b: map({ d: bytes(1), c: double(NaN) }), a: int(1) }),
    ],
    ["a masked update of what is there", update({ a: int(1) }, mask("a", "zz"))],
    ["an increment by nothing", update({}, { ...mask(), updateTransforms: [increment("a", 0)] })],
    ["an empty mask", update({}, mask())],
  ])("answers with the document as it was for %s", (_name, write) => {
    expect(applyWrite(write, before, NOW).after).toBe(before);
  });

  test.each<[string, Value, Value]>([
    ["1 and 1.0", int(1), double(1)],
    ["0 and -0", double(0), double(-0)],
    ["0 and -0 inside a map", map({ x: double(0) }), map({ x: double(-0) })],
    ["two strings", text("a"), text("b")],
    ["null and a string", NULL, text("")],
    ["arrays of different length", array(NULL), array(NULL, NULL)],
    ["maps with different keys", map({ x: NULL }), map({ y: NULL })],
    ["bytes", bytes(1), bytes(2)],
  ])("takes %s for different", (_name, one, other) => {
    expect(applyWrite(update({ x: other }), stored({ x: one }), NOW).after?.updateTime).toBe(NOW);
  });
});

describe("applyWrite checks the precondition", () => {
  const there = stored({ x: int(1) });
  const missing = `No document to update: ${NAME}`;
  const existing = `Document already exists: ${NAME}`;
  const stale = (found: bigint, wanted: bigint) =>
    `the stored version (${found}) does not match the required base version (${wanted})`;

  test.each<[string, object, Document | null]>([
    ["exists, and it does", EXISTS, there],
    ["missing, and it is", MISSING, null],
    ["its update time", at(UPDATED), there],
  ])("and writes when it holds: %s", (_name, currentDocument, before) => {
    expect(applyWrite(update({ x: int(2) }, { currentDocument }), before, NOW).after?.updateTime).toBe(NOW);
    expect(applyWrite(remove(currentDocument), before, NOW).after).toBeNull();
  });

  test.each<[string, object, Document | null, Code, string]>([
    ["exists, but it is missing", EXISTS, null, Code.NOT_FOUND, missing],
    ["missing, but it exists", MISSING, there, Code.ALREADY_EXISTS, existing],
    ["an older update time", at(UPDATED - 1n), there, Code.FAILED_PRECONDITION, stale(UPDATED, UPDATED - 1n)],
    ["a later update time", at(UPDATED + 1n), there, Code.FAILED_PRECONDITION, stale(UPDATED, UPDATED + 1n)],
    ["an update time, but it is missing", at(UPDATED), null, Code.FAILED_PRECONDITION, stale(0n, UPDATED)],
  ])("and refuses when it fails: %s", (_name, currentDocument, before, code, message) => {
    for (const write of [update({ x: int(1) }, { currentDocument }), remove(currentDocument)])
      expect(() => applyWrite(write, before, NOW)).toThrow(refusal(code, message));
  });
});

describe("parseWrite", () => {
  test.each<[string, object, string]>([
    ["no operation", {}, "A write has no operation"],
    ["a name that is no document's", { delete: `${ROOT}/a` }, "does not name a document"],
    ["an update without a name", { update: new Uint8Array() }, 'lacks "projects" at index 0'],
    [
      "a mask on a delete",
      { delete: NAME, ...mask("a") },
      "can be set only when the operation of a write is update",
    ],
    [
      "transforms on a delete",
      { delete: NAME, updateTransforms: [increment("a", 1)] },
      "only when the operation",
    ],
    [
      "a transform of nothing",
      { transform: { document: NAME, fieldTransforms: [] } },
      "has no field transforms",
    ],
    ["a mask with a path twice", { update: updateBytes({}), ...mask("a", "a") }, "stands twice"],
    ["a mask with the name", { update: updateBytes({}), ...mask("__name__") }, "is reserved"],
    ["malformed bytes", { update: Buffer.from([0x0a, 0x7f]) }, "Malformed bytes"],
  ])("refuses %s", (_name, wire, message) => {
    expect(() => parseWrite(wire)).toThrow(refusal(Code.INVALID_ARGUMENT, message));
  });

  test("cuts the update time of a precondition to microseconds, and reads none as null", () => {
    expect(parsePrecondition({ updateTime: { seconds: "1", nanos: 2_999 } })).toEqual({
      kind: "updateTime",
      time: 1_000_002n,
    });
    expect(parsePrecondition(null)).toBeNull();
    expect(parsePrecondition({})).toBeNull();
  });
});

describe("checkCommit", () => {
  const set = update({ x: int(1) });
  const change = update({ x: int(2) }, { ...mask("x"), currentDocument: EXISTS });

  // As the client libraries' own tests see the service answer (transactions.test.ts of firebase-js-sdk).
  test.each([
    ["delete, delete", [remove(), remove()]],
    ["delete, set", [remove(), set]],
    ["delete, set, update", [remove(), set, change]],
    ["update, delete", [change, remove()]],
    ["update, update", [change, change]],
    ["set, delete", [set, remove()]],
  ])("lets one document take %s", (_name, writes) => {
    expect(() => checkCommit(writes)).not.toThrow();
  });

  test.each([
    ["delete, update", [remove(), change]],
    ["set, delete, update", [set, remove(), change]],
    ["delete, set, delete, update", [remove(), set, remove(), change]],
  ])("refuses %s of one document", (_name, writes) => {
    expect(() => checkCommit(writes)).toThrow(refusal(Code.INVALID_ARGUMENT, "the same commit deletes"));
  });
});
