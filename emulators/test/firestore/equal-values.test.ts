// The documents that have a value in a field: the same as looking at each of them, whatever came and went before.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Collections } from "../../src/firestore/collections.ts";
import { type Document, makeDocument } from "../../src/firestore/document.ts";
import { equal } from "../../src/firestore/order.ts";
import type { Fields, Value } from "../../src/firestore/value.ts";

const DATABASE = "projects/p/databases/(default)";
const SCOPE = {
  database: DATABASE,
  parent: `${DATABASE}/documents`,
  collection: "c",
  allDescendants: false,
};

const VALUES: readonly Value[] = [
  { kind: "integer", value: 1n },
  { kind: "double", value: 1 },
  { kind: "double", value: Number.NaN },
  { kind: "double", value: -0 },
  { kind: "integer", value: 0n },
  { kind: "string", value: "1" },
  { kind: "null" },
  { kind: "array", values: [{ kind: "integer", value: 1n }] },
  { kind: "map", fields: new Map([["x", { kind: "double", value: 1 }]]) },
];

function documentOf(id: number, fields: Fields): Document {
  return makeDocument(`${DATABASE}/documents/c/d${id}`, fields, 0n, 0n);
}

const value = fc.option(fc.constantFrom(...VALUES), { nil: undefined });
const step = fc.record({ id: fc.nat(20), a: value, b: value, gone: fc.boolean() });

test("Collections.equal gives exactly those with the value, and of two fields the one that fewer have", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, asked) => {
      const collections = new Collections();
      const all = new Map<string, Document>();
      const check = () => {
        for (const operand of VALUES) {
          const wanted = [{ path: ["a"], operand }];
          const found = collections.equal(SCOPE, wanted);
          const matching = [...all.values()].filter(({ fields }) => {
            const held = fields.get("a");
            return held !== undefined && equal(held, operand);
          });
          // No fewer than all: then all are looked at.
          if (matching.length === all.size) expect(found).toBe(null);
          else expect(names(found!)).toEqual(names(matching));
          const both = collections.equal(SCOPE, [...wanted, { path: ["b"], operand }]);
          if (found !== null) expect(names(both!).length).toBeLessThanOrEqual(matching.length);
        }
      };
      steps.forEach(({ id, a, b, gone }, i) => {
        const fields: Fields = new Map([
          ...(a === undefined ? [] : [["a", a] as const]),
          ...(b === undefined ? [] : [["b", b] as const]),
        ]);
        const document = documentOf(id, fields);
        if (gone) {
          collections.remove(document.name);
          all.delete(document.name);
        } else {
          collections.put(document);
          all.set(document.name, document);
        }
        // An index that is made late holds what one that was there from the start would.
        if (i >= asked) check();
      });
      check();
    }),
    { numRuns: 200 },
  );
});

test("Collections.equal leaves queries over several collections, and a ninth field, to looking at all", () => {
  const collections = new Collections();
  for (let id = 0; id < 10; id++) {
    const fields = Array.from(
      { length: 9 },
      (_, i) => [`f${i}`, { kind: "integer", value: BigInt(id) }] as const,
    );
    collections.put(documentOf(id, new Map(fields)));
  }
  const wanted = (i: number) => [{ path: [`f${i}`], operand: { kind: "integer", value: 3n } as const }];
  expect(collections.equal({ ...SCOPE, allDescendants: true }, wanted(0))).toBe(null);
  for (let i = 0; i < 8; i++) expect(names(collections.equal(SCOPE, wanted(i))!)).toHaveLength(1);
  expect(collections.equal(SCOPE, wanted(8))).toBe(null);
});

function names(documents: Iterable<Document>): string[] {
  return [...documents].map(({ name }) => name).sort();
}
