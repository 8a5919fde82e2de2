// Descriptions: their form, which is public, and what spaceFromJson refuses.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PolicyLedgerError } from "../../src/error.ts";
import type { Json } from "../../src/json.ts";
import {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  MultiBinarySpace,
  MultiDiscreteSpace,
  spaceFromJson,
  TupleSpace,
} from "../../src/spaces/index.ts";
import { cpuTime } from "../cpu-time.ts";

function faultsOf(json: Json): string[] {
  try {
    spaceFromJson(json);
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyLedgerError);
    expect((error as PolicyLedgerError).code).toBe("invalid_space");
    return (error as PolicyLedgerError).faults.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

const KINDS = "wanted one of discrete, box, multi_discrete, multi_binary, tuple, dict";

describe("describe", () => {
  it("writes every parameter", () => {
    const space = new TupleSpace([
      new DictSpace({ b: new DiscreteSpace(3, -1), a: new MultiBinarySpace([2, 3]) }),
      new BoxSpace([0, Number.NEGATIVE_INFINITY], 7, { dtype: "float64" }),
      new MultiDiscreteSpace([[1], [2]], { dtype: "int16" }),
    ]);
    expect(space.describe()).toEqual({
      kind: "tuple",
      spaces: [
        {
          kind: "dict",
          spaces: { a: { kind: "multi_binary", shape: [2, 3] }, b: { kind: "discrete", n: 3, start: -1 } },
        },
        { kind: "box", dtype: "float64", shape: [2], low: [0, "-Infinity"], high: 7 },
        { kind: "multi_discrete", dtype: "int16", nvec: [[1], [2]], start: [[0], [0]] },
      ],
    });
  });
});

describe("spaceFromJson", () => {
  it("takes what a constructor has a default for as said", () => {
    expect(spaceFromJson({ kind: "discrete", n: 3 }).equals(new DiscreteSpace(3))).toBe(true);
    expect(spaceFromJson({ kind: "box", low: 0, high: "Infinity" }).equals(new BoxSpace(0, Infinity))).toBe(
      true,
    );
    expect(spaceFromJson({ kind: "multi_discrete", nvec: [2] }).equals(new MultiDiscreteSpace([2]))).toBe(
      true,
    );
  });

  it.each<[string, Json, string[]]>([
    ["no object", [1], [": a list of 1, wanted an object with a kind"]],
    ["null", null, [": null, wanted an object with a kind"]],
    ["no kind", {}, [`/kind: undefined is no kind: ${KINDS}`]],
    ["a foreign kind", { kind: "constructor" }, [`/kind: "constructor" is no kind: ${KINDS}`]],
    [
      "missing and unknown fields",
      { kind: "box", low: 0, max: 1 },
      ["/high: is missing", "/max: is not a field of box"],
    ],
    ["null for a default", { kind: "discrete", n: 1, start: null }, ["/start: null is not an integer"]],
    [
      "an array of no dtype for a bound",
      { kind: "box", low: { dtype: null, shape: [1], data: [0] }, high: 1 },
      ["/low: an object is not a number"],
    ],
    ["other text for a bound", { kind: "box", low: "-inf", high: 1 }, ['/low: "-inf" is not a number']],
    ["an object of spaces for a tuple", { kind: "tuple", spaces: {} }, ["/spaces: an object, wanted a list"]],
    ["a list of spaces for a dict", { kind: "dict", spaces: [] }, ["/spaces: a list of 0, wanted an object"]],
    [
      "faults in several places",
      {
        kind: "dict",
        spaces: {
          "a/b": { kind: "discrete", n: 0 },
          c: { kind: "tuple", spaces: [{ kind: "multi_binary", shape: [0, 1.5] }, 7] },
        },
      },
      [
        "/spaces/a~1b/n: 0 is not a positive integer",
        "/spaces/c/spaces/0/shape/0: 0 is not a positive integer",
        "/spaces/c/spaces/0/shape/1: 1.5 is not a positive integer",
        "/spaces/c/spaces/1: 7, wanted an object with a kind",
      ],
    ],
    [
      'the key "__proto__"',
      { kind: "dict", spaces: JSON.parse('{"__proto__": {"kind": "discrete", "n": 1}}') as Json },
      ['/spaces/__proto__: the key "__proto__" is not allowed'],
    ],
  ])("refuses %s", (_, json, faults) => {
    expect(faultsOf(json)).toEqual(faults);
  });

  it("refuses what would be deep, many or large, quickly", () => {
    const start = cpuTime();
    let deep: Json = { kind: "discrete", n: 1 };
    for (let i = 0; i < 100_000; i++) deep = { kind: "tuple", spaces: [deep] };
    expect(faultsOf(deep)).toEqual([`${"/spaces/0".repeat(8)}: nested more than 8 deep`]);

    const many = { kind: "tuple", spaces: new Array(200_000).fill({ kind: "discrete", n: 1 }) };
    expect(faultsOf(many)).toEqual(["/spaces/9999: more than 10000 spaces"]);

    const large = { kind: "box", low: 0, high: 1, shape: [1024, 1024] };
    expect(faultsOf({ kind: "tuple", spaces: new Array(9_000).fill(large) })).toEqual([
      "/spaces: a member is made of 9437184001 values, at most 1048576 are allowed",
    ]);

    const row = new Array(1000).fill(0);
    const ragged = { kind: "box", low: [row, ...new Array(999).fill([])], high: 1 };
    const faults = faultsOf({ kind: "tuple", spaces: new Array(9_000).fill(ragged) });
    expect(faults.length).toBe(100);
    expect(faults[0]).toBe("/spaces/0/low/1: a list of 0, wanted a list of 1000");
    expect(cpuTime() - start).toBeLessThan(3000);
  });

  it("answers or refuses, whatever JSON it is given", () => {
    const word = fc.constantFrom(
      "kind",
      "box",
      "tuple",
      "dict",
      "discrete",
      "n",
      "spaces",
      "low",
      "high",
      "shape",
    );
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        word,
        fc.integer({ min: -1, max: 3 }),
        fc.constant(null),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(word, tie("value"), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).value;
    fc.assert(
      fc.property(json, (value) => {
        faultsOf(value);
      }),
      { numRuns: 300 },
    );
  });
});
