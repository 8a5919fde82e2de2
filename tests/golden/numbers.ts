// Numbers: written by canonical JSON, read by strict JSON, and put into text as messages do. The printed form of a
// double is the one part of every format here that an engine computes by itself.
import { canonicalJson, type Json, type PolicyLedgerError, parseJson, stream } from "@policyledger/core";
import { bytesOf, type GoldenCase } from "./case.ts";

/** RFC 8785, appendix B: the bits of a double, and its text. */
export const RFC_8785_NUMBERS: readonly (readonly [bits: string, text: string])[] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

/** RFC 8785, 3.2.2 and around the places where the printed form changes. */
const HARD: readonly number[] = [
  1e21,
  1e20,
  123456789012345680000,
  5e-324,
  1e-7,
  1e-6,
  0.000001,
  0.0000012,
  -0,
  0,
  333333333.3333333,
  1e30,
  4.5,
  2e-3,
  1e-27,
  0.1,
  0.2,
  0.3,
  1 / 3,
  2 / 3,
  1e22,
  1e23,
  1e300,
  1.7976931348623157e308,
  2.2250738585072014e-308,
  2.225073858507201e-308,
  Number.EPSILON,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  -1e21,
  2 ** 53 + 2,
  4294967295,
  4294967296,
  -2147483648,
  0.1 + 0.2,
  1e12 - 0.0001,
  5e-7,
  9.5e-7,
  100,
  1e2,
  12345.678e-3,
];

function fromBits(bits: string): number {
  return new DataView(bytesOf(bits).buffer as ArrayBuffer).getFloat64(0);
}

/** Finite doubles of every magnitude, from random bits. */
function randomDoubles(count: number): number[] {
  const random = stream("space", 8785);
  const view = new DataView(new ArrayBuffer(8));
  const doubles: number[] = [];
  while (doubles.length < count) {
    view.setUint32(0, Math.floor(random() * 0x1_0000_0000));
    view.setUint32(4, Math.floor(random() * 0x1_0000_0000));
    const value = view.getFloat64(0);
    if (Number.isFinite(value)) doubles.push(value);
  }
  return doubles;
}

/** Integers, halves and decimals of a few digits: the numbers that people write. */
function everydayNumbers(count: number): number[] {
  const random = stream("space", 754);
  return Array.from({ length: count }, () => {
    const digits = Math.floor(random() * 1_000_000);
    return (digits - 500_000) / [1, 2, 10, 1_000, 1_000_000][Math.floor(random() * 5)]!;
  });
}

/** Decimal texts with more digits than a double has, of every magnitude. */
function longDecimals(count: number): string[] {
  const random = stream("space", 17);
  return Array.from({ length: count }, () => {
    let digits = String(1 + Math.floor(random() * 9));
    const length = 1 + Math.floor(random() * 20);
    while (digits.length < length) digits += String(Math.floor(random() * 10));
    const dot = 1 + Math.floor(random() * digits.length);
    const fraction = dot < digits.length ? `.${digits.slice(dot)}` : "";
    return `${digits.slice(0, dot)}${fraction}e${Math.floor(random() * 620) - 325}`;
  });
}

/** Halfway between two doubles, or beside it, and where doubles end: the reader must round to even. */
const HALFWAY: readonly string[] = [
  "9007199254740993",
  "9007199254740992.9999",
  "9007199254740993.0001",
  "9007199254740995",
  "2.4703282292062327208e-324",
  "2.4703282292062328e-324",
  "2.2250738585072011e-308",
  "2.2250738585072012e-308",
  "1.7976931348623158e308",
  "1.797693134862315807e308",
  "6929495644600919.5",
  "5e-324",
  "0.0000001",
  "-0",
  "-0.0",
  "0e999",
  "1E2",
  "1e+2",
  "100000000000000000000000000000000000000000000000000000000000000000000000000e-74",
];

/** With digits behind the 20th that decide, which ECMA-262 leaves to the engine (7.1.4.1.2, RoundMVResult). */
const BEYOND_20_DIGITS: readonly string[] = [
  "9007199254740993.0000000000000000000000000000000000000000000001",
  "9007199254740992.9999999999999999999999999999999999999999999999",
  "1.00000000000000011102230246251565404236316680908203125",
  "1.00000000000000011102230246251565404236316680908203124",
  "1.00000000000000011102230246251565404236316680908203126",
];

const read = (text: string): Json => parseJson(text, { maxBytes: 10_000 });

function refusedAs(run: () => Json): string {
  try {
    return `accepted as ${run()}`;
  } catch (error) {
    return (error as PolicyLedgerError).code;
  }
}

export const numberCases: readonly GoldenCase[] = [
  {
    name: "numbers: canonical JSON of RFC 8785, appendix B",
    value: () => RFC_8785_NUMBERS.map(([bits]) => canonicalJson(fromBits(bits))),
  },
  { name: "numbers: canonical JSON of hard ones", value: () => HARD.map((value) => canonicalJson(value)) },
  { name: "numbers: in messages", value: () => HARD.map((value) => `${value} ${String(-value)}`) },
  {
    name: "numbers: canonical JSON of 20,000 random doubles",
    value: () => randomDoubles(20_000).map((value) => canonicalJson(value)),
  },
  {
    name: "numbers: 20,000 random doubles read back",
    value: () => randomDoubles(20_000).filter((value) => read(canonicalJson(value)) !== value),
  },
  {
    name: "numbers: canonical JSON of 5,000 everyday numbers",
    value: () => everydayNumbers(5_000).map((value) => canonicalJson(value)),
  },
  {
    name: "numbers: every power of ten",
    value: () => Array.from({ length: 632 }, (_, i) => canonicalJson(read(`1e${i - 323}`))),
  },
  { name: "numbers: every power of two", value: () => powersOfTwo().map((value) => canonicalJson(value)) },
  {
    name: "numbers: read halfway between two doubles",
    value: () => HALFWAY.map((text) => canonicalJson(read(text))),
  },
  {
    name: "numbers: refused with more than 20 significant digits",
    value: () => BEYOND_20_DIGITS.map((text) => refusedAs(() => read(text))),
  },
  {
    name: "numbers: 10,000 long decimals read",
    value: () =>
      longDecimals(10_000).map((text) => {
        const value = Number(text);
        return Number.isFinite(value) ? canonicalJson(read(text)) : "beyond a double";
      }),
  },
  {
    name: "numbers: rounded to float32",
    value: () => randomDoubles(2_000).map((value) => String(Math.fround(value / 1e270))),
  },
];

function powersOfTwo(): number[] {
  const powers: number[] = [];
  for (let power = 1; power > 0; power /= 2) powers.push(power);
  for (let power = 2; Number.isFinite(power); power *= 2) powers.push(power);
  return powers;
}
