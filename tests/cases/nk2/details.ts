// What another implementation gets wrong most easily: what operators give of numbers below 0, halves in V, and ties between blocks.
import type { Json } from "@policyledger/core";
import type { RunCase } from "./drafts.ts";

/** Each operator, of −7 and 2 or other numbers, and what it gives. */
const OPERATORS: Readonly<Record<string, readonly [expression: Json, value: string]>> = {
  "abs of −7": [{ abs: ["-7"] }, "7"],
  "and of −7 and 2": [{ and: ["-7", "2"] }, "1"],
  "div of −7 by 2": [{ div: ["-7", "2"] }, "-4"],
  "div of −7 by −2": [{ div: ["-7", "-2"] }, "3"],
  "div of 7 by −2": [{ div: ["7", "-2"] }, "-4"],
  "if −7": [{ if: ["-7", "2", { div: ["1", "0"] }] }, "2"],
  "lt of −7 and 2": [{ lt: ["-7", "2"] }, "1"],
  "max of −7 and 2": [{ max: ["-7", "2", "-9"] }, "2"],
  "min of −7 and 2": [{ min: ["-7", "2", "1"] }, "-7"],
  "mod of −7 by 2": [{ mod: ["-7", "2"] }, "1"],
  "mod of −7 by −2": [{ mod: ["-7", "-2"] }, "-1"],
  "mod of 7 by −2": [{ mod: ["7", "-2"] }, "-1"],
  "or, lazily": [{ or: ["-7", { div: ["1", "0"] }] }, "1"],
  "sub from the first": [{ sub: ["-7", "2", "3"] }, "-12"],
};
const operators = Object.values(OPERATORS);
const slot = (i: number) => `s${String(i).padStart(2, "0")}`;
const one = { kernel: "one", bound: "1" };
const square = (field: string) => ({
  id: field,
  weight: { num: "1", den: "2" },
  residual: { get: field },
});

export const details: readonly RunCase[] = [
  {
    name: `operators: ${Object.keys(OPERATORS).join(", ")}`,
    draft: {
      kernels: {
        all: { params: [], writes: Object.fromEntries(operators.map(([value], i) => [slot(i), value])) },
      },
      ops: {
        a: {
          kernel: "all",
          slots: Object.fromEntries(operators.map((_, i) => [slot(i), slot(i)])),
          bound: "100",
        },
      },
      width: 1,
    },
    expected: {
      end: "finished",
      attempts: [["a", "committed"]],
      state: Object.fromEntries(operators.map(([, value], i) => [slot(i), value])),
    },
  },
  {
    name: "halves of V go to the even neighbour: ½ → 0 twice, ½ + ½ = 1, so ε is 1 − 0 − 0",
    draft: {
      kernels: { one: { params: [], writes: { to: "1" } } },
      ops: { a: { ...one, slots: { to: "x" } }, b: { ...one, slots: { to: "y" } } },
      contracts: [square("x"), square("y")],
      policy: { maxEpsilon: "0" },
    },
    expected: {
      end: "finished",
      attempts: [
        ["a b", "fail.gate_eps"],
        ["a", "committed"],
        ["b", "committed"],
      ],
      state: { x: "1", y: "1" },
    },
  },
  {
    name: "of equal costs in other blocks the smallest id by bytes",
    draft: {
      kernels: { one: { params: [], writes: { to: "1" } } },
      ops: {
        B: { ...one, slots: { to: "w" }, block: 2 },
        a: { ...one, slots: { to: "x" }, block: 0 },
        b: { ...one, slots: { to: "y" }, block: 1 },
        c: { ...one, slots: { to: "z" }, block: 0 },
      },
      blocks: 3,
      width: 3,
    },
    expected: {
      end: "finished",
      attempts: [
        ["B a b", "committed"],
        ["c", "committed"],
      ],
      state: { w: "1", x: "1", y: "1", z: "1" },
    },
  },
];
