// Queries: scope, order, cursors, limits and projection, and the whole against a naive model.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Document } from "../../src/firestore/document.ts";
import { compare } from "../../src/firestore/order.ts";
import { maskDocument } from "../../src/firestore/projection.ts";
import { compareBy, inScope, matches, project, run } from "../../src/firestore/query.ts";
import { Code } from "../../src/wire/status.ts";
import {
  and,
  documentAt,
  double,
  field,
  or,
  queryOf,
  ROOT,
  reference,
  toValue,
  unary,
  type Wanted,
} from "./query-samples.ts";

function pathsOf(documents: readonly Document[]): string[] {
  return documents.map(({ name }) => name.slice(ROOT.length + 1));
}

describe("inScope", () => {
  const NAMES = ["c/a", "c/a/c/b", "c/a/d/b", "d/a", "d/a/c/b/c/e", "cc/a"];
  test.each<[string, Wanted, string[]]>([
    ["a collection at the root", {}, ["c/a"]],
    ["a collection below a document", { parent: `${ROOT}/c/a` }, ["c/a/c/b"]],
    ["a collection group", { allDescendants: true }, ["c/a", "c/a/c/b", "d/a/c/b/c/e"]],
    ["a collection group below a document", { parent: `${ROOT}/d/a`, allDescendants: true }, ["d/a/c/b/c/e"]],
    ["all collections at the root", { collection: "" }, ["c/a", "d/a", "cc/a"]],
    [
      "all collections below a document",
      { collection: "", parent: `${ROOT}/c/a`, allDescendants: true },
      ["c/a/c/b", "c/a/d/b"],
    ],
  ])("holds the documents of %s", (_, wanted, expected) => {
    const query = queryOf(wanted);
    expect(NAMES.filter((path) => inScope(query, `${ROOT}/${path}`))).toEqual(expected);
    expect(NAMES.filter((path) => matches(query, documentAt(path)))).toEqual(expected);
  });
});

const DOCUMENTS = [
  documentAt("c/1", { a: 2, b: "x" }),
  documentAt("c/2", { a: 1, b: "y" }),
  documentAt("c/3", { a: 2, b: "y" }),
  documentAt("c/4", { a: 1 }),
  documentAt("c/5", { b: "z" }),
  documentAt("c/6", { a: "text", b: "x" }),
];

describe("run answers", () => {
  test.each<[string, Wanted, string]>([
    ["in the order of names, if no other", {}, "123456"],
    ["names descending", { orderBy: ["-__name__"] }, "654321"],
    ["a field, then names; without those that lack it", { orderBy: ["a"] }, "24136"],
    ["names in the direction of the last order", { orderBy: ["-a"] }, "63142"],
    ["several orders", { orderBy: ["a", "-b"] }, "2316"],
    ["explicit names against the last direction", { orderBy: ["-a", "__name__"] }, "61324"],
    ["in the order of an inequality", { where: field("a", ">", 0) }, "2413"],
    [
      "inequality fields by name after the explicit order",
      { where: and(field("b", ">", ""), field("a", ">", 0)), orderBy: ["-b"] },
      "321",
    ],
    ["fields of IS_NOT_NULL in order", { where: unary("b", "IS_NOT_NULL") }, "16235"],
    ["not in the order of an equality", { where: field("a", "==", 2) }, "13"],
    ["the first of a limit", { orderBy: ["a"], limit: 2 }, "24"],
    ["nothing for limit 0", { limit: 0 }, ""],
    ["what comes after an offset", { orderBy: ["a"], offset: 3 }, "36"],
    ["a limit after an offset", { orderBy: ["a"], offset: 1, limit: 2 }, "41"],
    ["a limit of names descending", { orderBy: ["-__name__"], offset: 1, limit: 2 }, "54"],
    ["from a cursor on", { orderBy: ["a"], startAt: [2] }, "136"],
    ["after all that equal a cursor", { orderBy: ["a"], startAfter: [1] }, "136"],
    ["up to a cursor", { orderBy: ["a"], endAt: [1] }, "24"],
    ["to before a cursor", { orderBy: ["a"], endBefore: [2] }, "24"],
    ["after a full cursor", { orderBy: ["a", "__name__"], startAfter: [1, reference("c/2")] }, "4136"],
    [
      "after a cursor in a descending order",
      { orderBy: ["-a", "-__name__"], startAfter: [2, reference("c/3")] },
      "142",
    ],
    [
      "between names",
      { orderBy: ["__name__"], startAfter: [reference("c/1")], endAt: [reference("c/4")] },
      "234",
    ],
    ["a cursor of another type, by the order of types", { orderBy: ["a"], startAt: [""] }, "6"],
  ])("%s", (_, wanted, expected) => {
    expect(
      pathsOf(run(queryOf(wanted), DOCUMENTS))
        .map((path) => path.slice(2))
        .join(""),
    ).toBe(expected);
  });

  test("limitToLast as it comes from a client: reversed", () => {
    const wanted = { orderBy: ["-a", "-__name__"], endAt: [1, reference("c/4")], limit: 3 };
    expect(pathsOf(run(queryOf(wanted), DOCUMENTS))).toEqual(["c/6", "c/3", "c/1"]);
  });

  test("no more documents than it needs when they come in order", () => {
    function* documents() {
      yield* DOCUMENTS;
      throw new Error("read too far");
    }
    expect(pathsOf(run(queryOf({ offset: 2, limit: 4 }), documents()))).toHaveLength(4);
  });

  test("what recursiveDelete asks for: a collection and all that is below it", () => {
    const minimum = "__id-9223372036854775808__";
    const wanted = {
      collection: "",
      allDescendants: true,
      where: and(
        field("__name__", ">=", reference(`c/${minimum}`)),
        field("__name__", "<", reference(`c\0/${minimum}`)),
      ),
      select: ["__name__"],
      limit: 3,
    };
    const documents = ["a/a", "c/__id-5__", "c/a", "c/a/x/b", "c/é/y/z", "c\0/a", "c-/a", "ca/b"].map(
      (path) => documentAt(path, { a: 1 }),
    );
    const query = queryOf(wanted);
    const found = run(query, documents);
    expect(pathsOf(found)).toEqual(["c/__id-5__", "c/a", "c/a/x/b"]);
    expect(project(query, found[0]!).fields).toEqual(new Map());
    // The next page: the client adds its last document as a cursor, with the order that this implies.
    const next = { ...wanted, orderBy: ["__name__"], startAfter: [reference("c/a/x/b")] };
    expect(pathsOf(run(queryOf(next), documents))).toEqual(["c/é/y/z"]);
  });
});

describe("project", () => {
  const document = documentAt("c/a", { a: 1, m: { x: 1, y: { z: 2 } }, "odd name": 3 });
  test.each<[string, string[] | undefined, object]>([
    ["all fields without a select", undefined, { a: 1, m: { x: 1, y: { z: 2 } }, "odd name": 3 }],
    ["some fields", ["a", "missing"], { a: 1 }],
    ["fields in maps", ["m.y", "m.none"], { m: { y: { z: 2 } } }],
    ["several fields of a map", ["m.y.z", "m.x"], { m: { y: { z: 2 }, x: 1 } }],
    ["quoted names", ["`odd name`"], { "odd name": 3 }],
    ["no fields for the name alone", ["__name__"], {}],
    ["nothing inside what is not a map", ["a.b"], {}],
  ])("keeps %s", (_, select, expected) => {
    const { name, fields, createTime, updateTime } = project(queryOf(select ? { select } : {}), document);
    expect({ kind: "map", fields }).toEqual(toValue(expected as never));
    expect([name, createTime, updateTime]).toEqual([document.name, 1n, 2n]);
  });

  test("maskDocument keeps all without a mask, and nothing with an empty one", () => {
    expect(maskDocument(document, undefined)).toBe(document);
    expect(maskDocument(document, []).fields.size).toBe(0);
    expect([...maskDocument(document, ["a"]).fields.keys()]).toEqual(["a"]);
  });
});

describe("parseQuery refuses", () => {
  test.each<[string, Wanted, string]>([
    [
      "two collections",
      { more: { from: [{ collectionId: "a" }, { collectionId: "b" }] } },
      "A query must select from one collection; 2 are given.",
    ],
    [
      "a path as a collection",
      { collection: "a/b" },
      'Collection id "a/b" is invalid because it contains "/".',
    ],
    ["a negative offset", { offset: -1 }, "The query's offset is -1; it must not be negative."],
    ["a negative limit", { limit: -2 }, "The query's limit is -2; it must not be negative."],
    ["the same order twice", { orderBy: ["a", "-a"] }, "order by clause cannot contain duplicate fields a"],
    [
      "an order after the name",
      { orderBy: ["__name__", "a"] },
      "Order by clause cannot contain more fields after the key a",
    ],
    [
      "an implicit order after the name",
      { orderBy: ["__name__"], where: field("a", ">", 1) },
      "Order by clause cannot contain more fields after the key a",
    ],
    [
      "more cursor values than orders",
      { orderBy: ["a"], startAt: [1, reference("c/a")] },
      "Cursor has too many values.",
    ],
    ["a cursor without an order", { endAt: [1] }, "Cursor has too many values."],
    [
      "a cursor name that is none",
      { orderBy: ["__name__"], startAt: ["a"] },
      "Cursor __key__ value is not a document reference.",
    ],
    [
      "fields without a collection",
      { collection: "", where: field("a", "==", 1) },
      "kind is required for filter: a",
    ],
    [
      "orders without a collection",
      { collection: "", orderBy: ["a"] },
      "kind is required for all orders except __key__ ascending",
    ],
    [
      "descending names without a collection",
      { collection: "", orderBy: ["-__name__"] },
      "kind is required for all orders except __key__ ascending",
    ],
  ])("%s", (_, wanted, message) => {
    expect(() => queryOf(wanted)).toThrow(expect.objectContaining({ code: Code.INVALID_ARGUMENT, message }));
  });

  test("vector search, by its name", () => {
    const more = { findNearest: { vectorField: { fieldPath: "v" }, limit: { value: 1 } } };
    expect(() => queryOf({ more })).toThrow(
      expect.objectContaining({
        code: Code.UNIMPLEMENTED,
        message: expect.stringContaining("Vector search"),
      }),
    );
  });
});

/** Values of few kinds, so that many of them meet. */
const PLAIN = [null, double(Number.NaN), 0, 1, double(1), 2, "a", "b", [1], ["a", 2]];
type Sample = (typeof PLAIN)[number];
const anyPlain = fc.constantFrom<Sample[]>(...PLAIN);
const anyDocuments = fc
  .array(fc.dictionary(fc.constantFrom("a", "b"), anyPlain, { maxKeys: 2, noNullPrototype: true }), {
    maxLength: 24,
  })
  .map((all) => all.map((fields, i) => documentAt(`c/${String.fromCharCode(97 + i)}`, fields)));

/** The model's own form of a filter. */
type Rule =
  | { readonly path: "a" | "b"; readonly operator: "==" | "<" | "<=" | ">" | ">="; readonly operand: Sample }
  | { readonly all: readonly Rule[] }
  | { readonly any: readonly Rule[] };
const anyRule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 2 },
    fc.record({
      path: fc.constantFrom("a" as const, "b" as const),
      operator: fc.constantFrom("==" as const, "<" as const, "<=" as const, ">" as const, ">=" as const),
      operand: anyPlain,
    }),
    fc.array(tie("rule"), { minLength: 1, maxLength: 2 }).map((all) => ({ all })),
    fc.array(tie("rule"), { minLength: 1, maxLength: 2 }).map((any) => ({ any })),
  ),
})).rule;

const anyWanted = fc.record({
  rule: fc.option(anyRule),
  orderBy: fc.constantFrom<string[][]>(
    [],
    ["a"],
    ["-a"],
    ["a", "b"],
    ["b", "-a"],
    ["__name__"],
    ["-__name__"],
    ["-b", "__name__"],
  ),
  start: fc.option(fc.tuple(anyPlain, fc.boolean())),
  end: fc.option(fc.tuple(anyPlain, fc.boolean())),
  offset: fc.nat(3),
  limit: fc.option(fc.nat(6)),
});

test("run finds what a model finds that filters and sorts everything", () => {
  fc.assert(
    fc.property(anyDocuments, anyWanted, (documents, wanted) => {
      const inequalities = wanted.rule === null ? [] : inequalitiesOf(wanted.rule);
      // The service refuses a further order after the name.
      fc.pre(inequalities.length === 0 || !wanted.orderBy.some((path) => path.endsWith("__name__")));
      const hasCursors = wanted.orderBy.length > 0 && !wanted.orderBy[0]!.endsWith("__name__");
      const [start, end] = hasCursors ? [wanted.start, wanted.end] : [null, null];
      const query = queryOf({
        orderBy: wanted.orderBy,
        offset: wanted.offset,
        ...(wanted.rule === null ? {} : { where: conditionOf(wanted.rule) }),
        ...(start === null ? {} : { [start[1] ? "startAt" : "startAfter"]: [start[0]] }),
        ...(end === null ? {} : { [end[1] ? "endBefore" : "endAt"]: [end[0]] }),
        ...(wanted.limit === null ? {} : { limit: wanted.limit }),
      });
      const orders = allOrders(wanted.orderBy, inequalities);
      const expected = documents
        .filter((document) => wanted.rule === null || holds(wanted.rule, document))
        .filter((document) => orders.every(({ path }) => path === "__name__" || document.fields.has(path)))
        .filter((document) => start === null || atLeast(position(document, orders[0]!, start[0]), start[1]))
        .filter((document) => end === null || !atLeast(position(document, orders[0]!, end[0]), end[1]))
        .sort((x, y) => inOrder(orders, x, y));
      const count = wanted.limit ?? expected.length;
      expect(pathsOf(run(query, documents))).toEqual(
        pathsOf(expected.slice(wanted.offset, wanted.offset + count)),
      );
      expect(documents.filter((document) => matches(query, document)).sort(compareBy(query))).toEqual(
        expected,
      );
    }),
    { numRuns: 1_000 },
  );
});

interface ModelOrder {
  readonly path: string;
  readonly sign: 1 | -1;
}

function conditionOf(rule: Rule): object {
  if ("all" in rule) return and(...rule.all.map(conditionOf));
  if ("any" in rule) return or(...rule.any.map(conditionOf));
  return field(rule.path, rule.operator, rule.operand);
}

function inequalitiesOf(rule: Rule): string[] {
  if ("all" in rule) return rule.all.flatMap(inequalitiesOf);
  if ("any" in rule) return rule.any.flatMap(inequalitiesOf);
  return rule.operator === "==" ? [] : [rule.path];
}

function holds(rule: Rule, document: Document): boolean {
  if ("all" in rule) return rule.all.every((each) => holds(each, document));
  if ("any" in rule) return rule.any.some((each) => holds(each, document));
  const value = document.fields.get(rule.path);
  if (value === undefined) return false;
  const operand = toValue(rule.operand);
  const order = compare(value, operand);
  // As a value, null or NaN equals nothing.
  if (rule.operator === "==") return order === 0 && !["null", "nan"].includes(classOf(operand));
  if (classOf(value) !== classOf(operand)) return false;
  return (
    (rule.operator.includes("<") ? order < 0 : order > 0) || (rule.operator.includes("=") && order === 0)
  );
}

function classOf(value: ReturnType<typeof toValue>): string {
  if (value.kind === "double" && Number.isNaN(value.value)) return "nan";
  return value.kind === "integer" || value.kind === "double" ? "number" : value.kind;
}

function allOrders(explicit: readonly string[], inequalities: readonly string[]): ModelOrder[] {
  const orders = explicit.map(
    (text): ModelOrder => ({ path: text.replace("-", ""), sign: text.startsWith("-") ? -1 : 1 }),
  );
  const sign = orders.at(-1)?.sign ?? 1;
  for (const path of [...[...new Set(inequalities)].sort(), "__name__"])
    if (!orders.some((order) => order.path === path)) orders.push({ path, sign });
  return orders;
}

function position(document: Document, { path, sign }: ModelOrder, value: Sample): number {
  return sign * compare(document.fields.get(path)!, toValue(value));
}

/** Whether a document stands behind a cursor's position, which is before or after those equal to it. */
function atLeast(order: number, before: boolean): boolean {
  return before ? order >= 0 : order > 0;
}

function inOrder(orders: readonly ModelOrder[], a: Document, b: Document): number {
  for (const { path, sign } of orders) {
    const order =
      path === "__name__" ? (a.name < b.name ? -1 : 1) : compare(a.fields.get(path)!, b.fields.get(path)!);
    if (order !== 0) return sign * order;
  }
  return 0;
}
