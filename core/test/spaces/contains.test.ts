// `contains` answers, whatever it is given.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  MultiBinarySpace,
  MultiDiscreteSpace,
  type Space,
  TupleSpace,
} from "../../src/spaces/index.ts";

const SPACES: readonly Space[] = [
  new DiscreteSpace(3),
  new BoxSpace(-1, 1, { shape: [2] }),
  new MultiDiscreteSpace([2, 3]),
  new MultiBinarySpace(2),
  new TupleSpace([new DiscreteSpace(2), new DiscreteSpace(2)]),
  new DictSpace({ a: new DiscreteSpace(2), b: new MultiBinarySpace(1) }),
];

const fail = (): never => {
  throw new Error("a trap");
};
const traps: ProxyHandler<object> = { get: fail, has: fail, ownKeys: fail, getPrototypeOf: fail };
const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const cyclicList: unknown[] = [];
cyclicList.push(cyclicList, cyclicList);
const cyclicObject: Record<string, unknown> = {};
cyclicObject.a = cyclicObject;
cyclicObject.b = cyclicObject;
const detached = new Float32Array(2);
structuredClone(detached, { transfer: [detached.buffer] });

const HOSTILE: readonly (readonly [string, unknown])[] = [
  ["a proxy of an object that throws", new Proxy({}, traps)],
  ["a proxy of a list that throws", new Proxy([0, 1], traps)],
  ["a revoked proxy", revoked({})],
  ["a revoked proxy of a list", revoked([0, 1])],
  ["a getter that throws", Object.defineProperty({ b: [0] }, "a", { get: fail, enumerable: true })],
  ["an array with getters that throw", Object.defineProperty({ dtype: "int8" }, "data", { get: fail })],
  ["a list within itself", cyclicList],
  ["an object within itself", cyclicObject],
  ["a sparse list", new Array(2)],
  ["an immense sparse list", new Array(2 ** 32 - 1)],
  ["a detached array", detached],
  ["a BigInt64Array", new BigInt64Array(2)],
  ["a DataView", new DataView(new ArrayBuffer(2))],
  ["a typed array's prototype", Object.create(Float32Array.prototype)],
  ["an object that says it is a typed array", { [Symbol.toStringTag]: "Int8Array", length: 2, 0: 0, 1: 1 }],
  ["an array without a dtype", { dtype: null, shape: [2], data: [0, 1] }],
  ["an array with a false dtype", { dtype: "int8", shape: [2], data: new Float32Array(2) }],
  ["an array with a false shape", { dtype: "int8", shape: [3], data: new Int8Array(2) }],
  ["a map", new Map([["a", 0]])],
  [
    "a class instance",
    new (class {
      a = 0;
      b = [0];
    })(),
  ],
  ["a symbol", Symbol("a")],
  ["a bigint", 1n],
  ["text of a number", "1"],
  ["a boxed number", Object(1)],
  ["true", true],
  ["null", null],
  ["undefined", undefined],
  ["a function", fail],
  ["NaN", Number.NaN],
  ["0.5", 0.5],
];

describe("contains", () => {
  it.each(HOSTILE)("refuses %s, without throwing", (_, value) => {
    for (const space of SPACES) expect(space.contains(value), String(space)).toBe(false);
    expect(SPACES[4]!.contains([value, value])).toBe(false);
    expect(SPACES[5]!.contains({ a: value, b: value })).toBe(false);
  });

  it("never throws for anything that fast-check thinks of", () => {
    fc.assert(
      fc.property(
        fc.anything({ withNullPrototype: true, withSparseArray: true, withTypedArray: true }),
        (value) => {
          for (const space of SPACES) expect(typeof space.contains(value)).toBe("boolean");
        },
      ),
      { numRuns: 200 },
    );
  });

  it("of Dict wants exactly its keys, own and enumerable, on a plain object of any realm", () => {
    const space = new DictSpace({ a: new DiscreteSpace(2), constructor: new DiscreteSpace(2) });
    expect(space.contains({ a: 1, constructor: 1 })).toBe(true);
    expect(space.contains(Object.assign(Object.create(null), { constructor: 1, a: 1 }))).toBe(true);
    expect(space.contains({ a: 1 })).toBe(false);
    expect(space.contains({ a: 1, constructor: 1, b: 1 })).toBe(false);
    expect(space.contains({ a: 1, b: 1 })).toBe(false);
    expect(space.contains(Object.defineProperty({ a: 1, b: 0 }, "constructor", { value: 1 }))).toBe(false);
    expect(space.contains(Object.create({ a: 1, constructor: 1 }))).toBe(false);
  });

  it("of Discrete takes -0 as 0 and writes it so", () => {
    const space = new DiscreteSpace(2);
    expect(space.contains(-0)).toBe(true);
    expect(Object.is(space.toJson(-0), 0)).toBe(true);
    expect(Object.is(space.fromJson(-0), 0)).toBe(true);
  });
});
