// Filters: which values pass, and which filters the real service refuses.
import { describe, expect, test } from "vitest";
import { run } from "../../src/firestore/query.ts";
import type { Value } from "../../src/firestore/value.ts";
import { Code } from "../../src/wire/status.ts";
import {
  and,
  type Condition,
  documentAt,
  double,
  field,
  or,
  queryOf,
  ROOT,
  reference,
  unary,
  type Wanted,
} from "./query-samples.ts";

/** One document for each, in this order; `missing` has no field x. */
const VALUES = {
  null: null,
  false: false,
  true: true,
  nan: double(Number.NaN),
  minus: -3,
  zero: 0,
  half: 0.5,
  one: 1,
  oneAsDouble: double(1),
  big: double(1e300),
  early: { kind: "timestamp", value: 1n } as Value,
  a: "a",
  b: "b",
  bytes: { kind: "bytes", value: Uint8Array.of(1) } as Value,
  reference: reference("c/one"),
  point: { kind: "geopoint", latitude: 1, longitude: 2 } as Value,
  none: [],
  list: [1, "a"],
  nulls: [null, double(Number.NaN)],
  map: { k: 1 },
  nested: { k: [1] },
};
const DOCUMENTS = [
  ...Object.entries(VALUES).map(([name, x]) => documentAt(`c/${name}`, { x })),
  documentAt("c/missing", { y: 1 }),
];

function passing(where: Condition): string[] {
  const names = new Set(
    run(queryOf({ where }), DOCUMENTS).map(({ name }) => name.slice(`${ROOT}/c/`.length)),
  );
  return [...Object.keys(VALUES), "missing"].filter((name) => names.has(name));
}

function allBut(...names: string[]): string[] {
  return Object.keys(VALUES).filter((name) => !names.includes(name));
}

describe("a filter lets pass", () => {
  test.each<[string, Condition, string[]]>([
    ["an integer equal to a double", field("x", "==", 1), ["one", "oneAsDouble"]],
    ["a whole array", field("x", "==", [1, "a"]), ["list"]],
    ["a whole map", field("x", "==", { k: 1 }), ["map"]],
    ["nothing by == null", field("x", "==", null), []],
    ["nothing by == NaN", field("x", "==", double(Number.NaN)), []],
    ["null by IS_NULL", unary("x", "IS_NULL"), ["null"]],
    ["NaN by IS_NAN", unary("x", "IS_NAN"), ["nan"]],
    ["what is there and not null by IS_NOT_NULL", unary("x", "IS_NOT_NULL"), allBut("null")],
    ["what is there, not null and not NaN by IS_NOT_NAN", unary("x", "IS_NOT_NAN"), allBut("null", "nan")],
    ["other values that are not null by !=", field("x", "!=", 1), allBut("null", "one", "oneAsDouble")],
    ["nothing by != null", field("x", "!=", null), []],
    ["smaller numbers only by <, and no NaN", field("x", "<", 1), ["minus", "zero", "half"]],
    ["equal ones too by <=", field("x", "<=", double(0.5)), ["minus", "zero", "half"]],
    ["greater numbers only by >", field("x", ">", 0.5), ["one", "oneAsDouble", "big"]],
    ["strings only by >=", field("x", ">=", "a"), ["a", "b"]],
    ["booleans by their order", field("x", ">", false), ["true"]],
    ["arrays by their order", field("x", ">", []), ["list", "nulls"].sort()],
    ["maps by their order", field("x", ">", { k: 1 }), ["nested"]],
    ["NaN alone by >= NaN", field("x", ">=", double(Number.NaN)), ["nan"]],
    ["any of several by in", field("x", "in", [1, "b", [1, "a"]]), ["one", "oneAsDouble", "b", "list"]],
    ["a reference among several by in", field("x", "in", [reference("c/one"), "c"]), ["reference"]],
    ["neither null nor NaN by in", field("x", "in", [null, double(Number.NaN), "a"]), ["a"]],
    [
      "what is not listed by not-in",
      field("x", "not-in", [1, "a"]),
      allBut("null", "one", "oneAsDouble", "a"),
    ],
    ["nothing by not-in with null", field("x", "not-in", [1, null]), []],
    ["what is not NaN by not-in NaN", field("x", "not-in", [double(Number.NaN)]), allBut("null", "nan")],
    ["an array with the element", field("x", "array-contains", "a"), ["list"]],
    ["no array by a null element", field("x", "array-contains", null), []],
    ["an array with any of several", field("x", "array-contains-any", ["z", double(1)]), ["list"]],
    [
      "no array by null or NaN among several",
      field("x", "array-contains-any", [null, double(Number.NaN)]),
      [],
    ],
    ["a field in a map", field("x.k", "==", 1), ["map"]],
    ["a document by its name", field("__name__", "==", reference("c/map")), ["map"]],
    ["documents by a range of names", field("__name__", ">=", reference("c/true")), ["true", "zero"]],
    ["documents by several names", field("__name__", "in", [reference("c/a"), reference("c/b")]), ["a", "b"]],
    ["all of an and", and(field("x", ">", 0), field("x", "<", 1)), ["half"]],
    [
      "any of an or, also where fields are missing",
      or(field("x", "==", "a"), field("y", "==", 1)),
      ["a", "missing"],
    ],
    [
      "what an and of ors says",
      and(or(field("x", "==", 1), field("x", "==", "a")), field("x", "in", ["a", "b"])),
      ["a"],
    ],
    ["everything of an empty and", and(), [...Object.keys(VALUES), "missing"]],
    [
      "no document without the field of an implicit order",
      or(field("x", ">", "a"), field("y", "==", 1)),
      ["b"],
    ],
  ])("%s", (_, where, expected) => {
    expect(passing(where).sort()).toEqual([...expected].sort());
  });
});

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const NEGATIONS =
  "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.";
const NOT_IN_ALONE = "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.";
const ARRAYS = "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.";

describe("parseQuery refuses", () => {
  test.each<[string, Condition, string]>([
    ["an empty filter", {}, "A filter is empty: a composite, field or unary filter is wanted."],
    ["an empty or", or(), "Composite filter must have at least one sub-filter."],
    [
      "an unspecified operator",
      { compositeFilter: { filters: [] } },
      "Composite filter operator OPERATOR_UNSPECIFIED is unknown: AND or OR is wanted.",
    ],
    [
      "an unspecified comparison",
      { fieldFilter: { field: { fieldPath: "x" } } },
      "Field filter operator OPERATOR_UNSPECIFIED is unknown.",
    ],
    ["in without an array", field("x", "in", 1), "'IN' requires an ArrayValue."],
    ["in with an empty array", field("x", "in", []), "'IN' requires an non-empty ArrayValue."],
    ["31 values of in", field("x", "in", numbers(31)), "'IN' supports up to 30 comparison values."],
    [
      "31 values of array-contains-any",
      field("x", "array-contains-any", numbers(31)),
      "'ARRAY_CONTAINS_ANY' supports up to 30 comparison values.",
    ],
    [
      "11 values of not-in",
      field("x", "not-in", numbers(11)),
      "'NOT_IN' supports up to 10 comparison values.",
    ],
    ["two !=", and(field("x", "!=", 1), field("y", "!=", 1)), NEGATIONS],
    ["!= with not-in", and(field("x", "!=", 1), field("x", "not-in", [1])), NEGATIONS],
    ["!= with IS_NOT_NULL", and(field("x", "!=", 1), unary("y", "IS_NOT_NULL")), NEGATIONS],
    ["not-in with in", and(field("x", "not-in", [1]), field("y", "in", [1])), NOT_IN_ALONE],
    ["not-in in an or", or(field("x", "not-in", [1]), field("y", "==", 1)), NOT_IN_ALONE],
    [
      "two array-contains in one disjunction",
      and(field("x", "array-contains", 1), field("y", "array-contains", 1)),
      ARRAYS,
    ],
    [
      "array-contains with array-contains-any",
      and(field("x", "array-contains", 1), field("y", "array-contains-any", [1])),
      ARRAYS,
    ],
    [
      "36 disjunctions",
      and(field("x", "in", numbers(6)), field("y", "in", numbers(6))),
      "Too many disjunctions after normalization. Result had 36 disjunctions which is more than the maximum of 30",
    ],
    [
      "31 members of an or",
      or(...numbers(31).map((n) => field("x", "==", n))),
      "Too many disjunctions after normalization. Result had 31 disjunctions which is more than the maximum of 30",
    ],
    [
      "eleven inequality fields",
      and(...numbers(11).map((n) => field(`f${n}`, ">", 0))),
      "The query contains 11 distinct inequality fields: [f0, f1, f10, f2, f3, f4, f5, f6, f7, f8, f9]. A query may not have more than 10 distinct inequality fields.",
    ],
    [
      "101 filters",
      and(...numbers(101).map((n) => field(`f${n}`, "==", 0))),
      "The query may not have more than 100 filters + sort orders + ancestor total. Currently there are 101 filters, 0 sort orders, and no ancestor filter.",
    ],
    [
      "110 filters after normalization",
      and(field("x", "in", numbers(10)), ...numbers(10).map((n) => field(`f${n}`, "==", 0))),
      "The query may not have more than 100 filters + sort orders + ancestor total. Currently there are 110 filters, 0 sort orders, and no ancestor filter.",
    ],
    [
      "110 filters after normalization in the other order",
      and(...numbers(10).map((n) => field(`f${n}`, "==", 0)), field("x", "in", numbers(10))),
      "The query may not have more than 100 filters + sort orders + ancestor total. Currently there are 110 filters, 0 sort orders, and no ancestor filter.",
    ],
    ["a name compared with a string", field("__name__", "==", "a"), "__key__ filter value must be a Key"],
    ["a name among strings", field("__name__", "in", ["a"]), "__key__ filter value must be a Key"],
    ["a name that is null", unary("__name__", "IS_NULL"), "__key__ filter value must be a Key"],
    [
      "elements of a name",
      field("__name__", "array-contains", reference("c/a")),
      "the name __key__ is reserved",
    ],
    [
      "a name with an inequality on something else",
      and(field("__name__", "==", reference("c/a")), field("x", ">", 1)),
      "Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.",
    ],
  ])("%s", (_, where, message) => {
    expect(refusal({ where })).toEqual([Code.INVALID_ARGUMENT, message]);
  });

  test("100 filters below a document, which counts as one more", () => {
    const where = and(...numbers(100).map((n) => field(`f${n}`, "==", 0)));
    expect(refusal({ where })).toBeNull();
    expect(refusal({ where, parent: `${ROOT}/c/a` })).toEqual([
      Code.INVALID_ARGUMENT,
      "The query may not have more than 100 filters + sort orders + ancestor total. Currently there are 100 filters, 0 sort orders, and one ancestor filter.",
    ]);
  });
});

describe("parseQuery accepts", () => {
  test.each<[string, Condition]>([
    ["30 values of in", field("x", "in", numbers(30))],
    ["30 disjunctions", and(field("x", "in", numbers(5)), field("y", "in", numbers(6)))],
    [
      "array-contains in each disjunction",
      or(field("x", "array-contains", 1), field("y", "array-contains", 1)),
    ],
    ["ten inequality fields", and(...numbers(10).map((n) => field(`f${n}`, ">", 0)))],
    ["!= with in", and(field("x", "!=", 1), field("y", "in", [1, 2]))],
    ["an or of one filter, which is no or", and(or(field("x", "not-in", [1])), field("y", "==", 1))],
  ])("%s", (_, where) => {
    expect(refusal({ where })).toBeNull();
  });
});

function refusal(wanted: Wanted): [Code, string] | null {
  try {
    queryOf(wanted);
    return null;
  } catch (error) {
    const { code, message } = error as { code: Code; message: string };
    return [code, message];
  }
}
