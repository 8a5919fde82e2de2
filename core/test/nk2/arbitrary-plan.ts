// Random plans that hold: random DAGs, footprints, curvature and contracts, kernels that mostly work and sometimes fail, caps that are
// sometimes tight.
import fc from "fast-check";
import { complete, type Draft, type DraftOp } from "../../../tests/golden/nk2-draft.ts";
import type { Json, JsonObject } from "../../src/json.ts";
import { stream } from "../../src/random.ts";
import { host } from "../samples.ts";

const get = (slot: string) => ({ get: slot });
const param = (name: string) => ({ param: name });

const KERNELS: Draft["kernels"] = {
  move: {
    params: ["n"],
    writes: { from: { sub: [get("from"), param("n")] }, to: { add: [get("to"), param("n")] } },
  },
  copy: { params: [], writes: { to: get("from") } },
  nudge: { params: ["n"], writes: { to: { add: [get("to"), param("n")] } } },
  clear: { params: [], writes: { to: "0" } },
  shrink: { params: [], writes: { to: { div: [get("to"), "2"] } } },
  divide: { params: ["n"], writes: { to: { div: [{ mul: [get("to"), param("n")] }, get("from")] } } },
  rest: {
    params: ["n"],
    writes: { to: { if: [get("from"), { mod: [get("to"), get("from")] }, param("n")] } },
  },
  choose: {
    params: ["n"],
    writes: {
      to: {
        if: [
          { and: [{ lt: [get("from"), get("to")] }, { not: [{ eq: [get("from"), param("n")] }] }] },
          { max: [get("from"), { neg: [param("n")] }, "-3"] },
          { min: [get("to"), { abs: [param("n")] }] },
        ],
      },
      other: {
        or: [{ lt: [get("to"), "0"] }, { if: [get("other"), { div: [param("n"), get("other")] }, "1"] }],
      },
    },
  },
  square: { params: ["n"], writes: { to: { add: [{ mul: [get("from"), get("from")] }, param("n")] } } },
};

const SLOTS: Readonly<Record<string, readonly string[]>> = {
  move: ["from", "to"],
  copy: ["from", "to"],
  nudge: ["to"],
  clear: ["to"],
  shrink: ["to"],
  divide: ["from", "to"],
  rest: ["from", "to"],
  choose: ["from", "to", "other"],
  square: ["from", "to"],
};

const FIELDS = ["a", "b", "c", "d", "e", "f", "g", "~", "a b".replace(" ", "_"), '"\\'];
const ids = fc.uniqueArray(
  fc.constantFrom(..."0AZaz~!".split("").flatMap((c) => [c, `${c}1`, `${c}a`, `a${c}`])),
  {
    minLength: 1,
    maxLength: 14,
  },
);

const small = fc.integer({ min: -6, max: 6 });
const kernel = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom("move", "nudge") },
  { weight: 8, arbitrary: fc.constantFrom("copy", "shrink", "choose", "rest", "clear") },
  { weight: 1, arbitrary: fc.constant("square") },
  { weight: 1, arbitrary: fc.constant("divide") },
);

function opOf(blocks: number): fc.Arbitrary<DraftOp> {
  return fc
    .record({
      kernel,
      fields: fc.uniqueArray(fc.constantFrom(...FIELDS), { minLength: 3, maxLength: 3 }),
      n: small,
      block: fc.nat(blocks - 1),
      bound: fc.oneof(
        { weight: 3, arbitrary: fc.integer({ min: 20, max: 40 }) },
        { weight: 3, arbitrary: fc.integer({ min: 5, max: 10 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
      ),
    })
    .map(({ kernel, fields, n, block, bound }) => ({
      kernel,
      slots: Object.fromEntries(SLOTS[kernel]!.map((slot, i) => [slot, fields[i]!])),
      params: Object.fromEntries(KERNELS[kernel]!.params.map((name) => [name, `${n}`])),
      block,
      bound: `${bound}`,
    }));
}

const anyResidual: fc.Arbitrary<Json> = fc.letrec<{ e: Json }>((tie) => ({
  e: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    small.map(String),
    fc.constantFrom(...FIELDS).map(get),
    fc
      .tuple(
        fc.constantFrom("add", "sub", "mul", "min", "max"),
        fc.array(tie("e"), { minLength: 2, maxLength: 3 }),
      )
      .map(([o, es]) => ({ [o]: es })),
    fc.tuple(tie("e"), tie("e"), tie("e")).map((es) => ({ if: es })),
    fc.tuple(tie("e")).map((es) => ({ abs: es })),
  ),
})).e;

/** Fields that are to be 0 together bend V when two ops write them. */
const sum = fc.subarray(FIELDS, { minLength: 2 }).map((fields): Json => ({ add: fields.map(get) }));
const residual = fc.oneof(sum, anyResidual);

const weight = fc
  .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 7 }))
  .map(([num, den]) => lowest(num, den));

function lowest(num: number, den: number): { num: string; den: string } {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  const by = gcd(num, den);
  return { num: `${num / by}`, den: `${den / by}` };
}

const caps: fc.Arbitrary<JsonObject> = fc.record(
  {
    maxBigintBits: fc.constantFrom(6, 10, 12, 16),
    maxMatrixAccumTerms: fc.constantFrom(0, 1, 3, 6),
    maxFieldsTouchedPerOp: fc.constantFrom(1, 2),
    maxVEvalCost: fc.integer({ min: 20, max: 90 }),
    maxBatchSize: fc.integer({ min: 1, max: 3 }),
    maxEpsilon: fc.integer({ min: 200, max: 6_000 }).map(String),
  },
  { requiredKeys: [] },
);

const drafts: fc.Arbitrary<Draft> = fc
  .record({ names: ids, blocks: fc.integer({ min: 1, max: 3 }) })
  .chain(({ names, blocks }) =>
    fc.record({
      names: fc.constant(names),
      blocks: fc.constant(blocks),
      ops: fc.tuple(...names.map(() => opOf(blocks))),
      edges: fc.array(fc.tuple(fc.nat(names.length - 1), fc.nat(names.length - 1)), {
        maxLength: names.length,
      }),
      state: fc.dictionary(fc.constantFrom(...FIELDS), small.filter((n) => n !== 0).map(String), {
        noNullPrototype: true,
      }),
      width: fc.integer({ min: 1, max: 5 }),
      contracts: fc.array(fc.record({ weight, residual }), { maxLength: 4 }),
      matrix: fc.uniqueArray(
        fc.tuple(
          fc.nat(blocks - 1),
          fc.nat(blocks - 1),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 99 }),
        ),
        { selector: ([i, j]) => `${Math.min(i, j)} ${Math.max(i, j)}`, maxLength: 6 },
      ),
      caps: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: caps }),
      maxEpsilon: fc.oneof(
        { weight: 2, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.integer({ min: 0, max: 20 }).map(String) },
      ),
    }),
  )
  .map(({ names, ops, edges, matrix, contracts, maxEpsilon, ...rest }) => ({
    ...rest,
    kernels: KERNELS,
    ops: Object.fromEntries(names.map((name, i) => [name, ops[i]!])),
    // From earlier to later in an order that is not that of the ids.
    edges: edges
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => [names[Math.min(a, b)]!, names[Math.max(a, b)]!] as const),
    matrix: matrix.map(([i, j, num, den]) => {
      const { num: above, den: below } = lowest(num, den);
      return [Math.min(i, j), Math.max(i, j), Number(above), Number(below)] as const;
    }),
    contracts: contracts.map((contract, i) => ({ id: `c${i}`, ...contract })),
    policy: { maxEpsilon },
  }));

export const documents: fc.Arbitrary<JsonObject> = drafts.map((one) => complete(one, host));

/** Many ops that contend for few fields, in plans that come to their end: for the scheduler. */
export const crowded: fc.Arbitrary<JsonObject> = fc
  .record({
    count: fc.integer({ min: 20, max: 70 }),
    fields: fc.constantFrom(4, 10, 30, 1_000),
    blocks: fc.integer({ min: 1, max: 5 }),
    bounds: fc.constantFrom(1, 3, 50, 10_000, 10_000),
    edges: fc.constantFrom(0, 0, 10, 60),
    percentOfMatrix: fc.constantFrom(0, 30, 60, 100),
    den: fc.constantFrom(1, 7, 10_000, 100_000, 10_000_000, 30_000_000),
    width: fc.integer({ min: 2, max: 24 }),
    seed: fc.nat(),
  })
  .map(({ count, fields, blocks, bounds, edges, percentOfMatrix, den, width, seed }) => {
    const random = stream("policy", seed);
    const below = (n: number) => Math.floor(random() * n);
    const names = Array.from({ length: count }, (_, i) => `${"zAm"[below(3)]}${i}`);
    const field = (not = -1): number => {
      const one = below(fields);
      return one === not ? field(not) : one;
    };
    const opAt = (): DraftOp => {
      const from = field();
      const kernel = ["move", "nudge", "copy", "peek"][below(4)]!;
      const [a, b] = [`f${from}`, `f${field(from)}`];
      const slots = kernel === "nudge" ? { to: a } : { from: a, to: b };
      const params = kernel === "move" || kernel === "nudge" ? { n: `${below(9)}` } : {};
      return { kernel, slots, params, block: below(blocks), bound: `${10_000 + below(bounds)}` };
    };
    const pairs = Array.from({ length: blocks }, (_, i) =>
      Array.from({ length: i + 1 }, (_, j) => [j, i] as const),
    );
    const matrix = pairs
      .flat()
      .filter(() => below(100) < percentOfMatrix)
      .map(([i, j]) => [i, j, 1, den] as const);
    return complete(
      {
        kernels: { ...KERNELS, peek: { params: [], writes: { to: { sub: [get("from"), get("from")] } } } },
        ops: Object.fromEntries(names.map((name) => [name, opAt()])),
        edges: Array.from({ length: edges }, () => [below(count), below(count)] as const)
          .filter(([a, b]) => a < b)
          .map(([a, b]) => [names[a]!, names[b]!] as const),
        width,
        blocks,
        matrix,
      },
      host,
    );
  });
