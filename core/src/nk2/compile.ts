// What an expression means: a function from the values of its slots and params to an integer. 0 is false, results of comparisons
// are 0 or 1. Every value that comes up, partial sums and products among them, is held to `maxBigintBits`. Operands are evaluated left
// to right; of "if", "and" and "or" only those that decide.
import type { Expression, Operator } from "./expression.ts";
import { absolute, bitLength, floorDivide } from "./integers.ts";

/** What an expression sees: all values of the state, where its slots are in it, and its params. */
interface Frame {
  readonly values: readonly bigint[];
  readonly slots: readonly number[];
  readonly params: readonly bigint[];
}

export type Evaluate = (frame: Frame) => bigint;

/** The kernel has no result. Thrown by an expression; the attempt catches it. */
export class KernelError extends Error {}
/** A value is beyond the cap on bits. Thrown by an expression or a bounded product; the attempt catches it. */
export class BitsExceeded extends Error {}

// Made once: whoever wants to can make every kernel of a plan fail, and a stack is costly to take.
const DIVISION_BY_ZERO = new KernelError("division by zero");
const TOO_MANY_BITS = new BitsExceeded("a value is beyond maxBigintBits");

/** Holds values to a number of bits. */
export class BitLimit {
  private readonly bits: number;
  private readonly above: bigint;
  private readonly below: bigint;
  /** Two numbers between these have a product that fits. */
  private readonly half: bigint;

  constructor(bits: number) {
    this.bits = bits;
    this.above = 1n << BigInt(bits);
    this.below = -this.above;
    this.half = 1n << BigInt(bits >> 1);
  }

  fit(value: bigint): bigint {
    if (value < this.above && value > this.below) return value;
    throw TOO_MANY_BITS;
  }

  /** The product; from the lengths alone, where those tell that it cannot fit. */
  product(a: bigint, b: bigint): bigint {
    const { half } = this;
    if (a < half && b < half && a > -half && b > -half) return a * b;
    if (a !== 0n && b !== 0n && bitLength(a) + bitLength(b) - 1 > this.bits) throw TOO_MANY_BITS;
    return this.fit(a * b);
  }
}

export interface Names {
  readonly slots: readonly string[];
  readonly params: readonly string[];
}

export function compile(expression: Expression, names: Names, limit: BitLimit): Evaluate {
  switch (expression.kind) {
    case "integer": {
      const { value } = expression;
      return () => limit.fit(value);
    }
    case "get": {
      const at = indexOf(names.slots, expression.slot);
      return ({ values, slots }) => limit.fit(values[slots[at]!]!);
    }
    case "param": {
      const at = indexOf(names.params, expression.name);
      return ({ params }) => limit.fit(params[at]!);
    }
    case "apply": {
      const operands = expression.operands.map((operand) => compile(operand, names, limit));
      return application(expression.operator, operands, limit);
    }
  }
}

function indexOf(names: readonly string[], name: string): number {
  const at = names.indexOf(name);
  if (at < 0) throw new Error(`bug: nothing is bound to ${name}`);
  return at;
}

function application(operator: Operator, operands: readonly Evaluate[], limit: BitLimit): Evaluate {
  const [a, b, c] = operands as [Evaluate, Evaluate, Evaluate];
  switch (operator) {
    case "add":
      return folded(operands, (x, y) => limit.fit(x + y));
    case "sub":
      return folded(operands, (x, y) => limit.fit(x - y));
    case "mul":
      return folded(operands, (x, y) => limit.product(x, y));
    case "min":
      return folded(operands, (x, y) => (y < x ? y : x));
    case "max":
      return folded(operands, (x, y) => (y > x ? y : x));
    case "div":
      return (frame) => limit.fit(divided(a(frame), b(frame)));
    case "mod":
      return (frame) => {
        const [x, y] = [a(frame), b(frame)];
        return x - y * divided(x, y);
      };
    case "neg":
      return (frame) => -a(frame);
    case "abs":
      return (frame) => absolute(a(frame));
    case "not":
      return (frame) => truth(a(frame) === 0n);
    case "eq":
      return (frame) => truth(a(frame) === b(frame));
    case "lt":
      return (frame) => truth(a(frame) < b(frame));
    case "and":
      return (frame) => truth(operands.every((operand) => operand(frame) !== 0n));
    case "or":
      return (frame) => truth(operands.some((operand) => operand(frame) !== 0n));
    case "if":
      return (frame) => (a(frame) !== 0n ? b(frame) : c(frame));
  }
}

/** Operands left to right, each joined to what those before it gave. Two is what most operators have. */
function folded(operands: readonly Evaluate[], join: (x: bigint, y: bigint) => bigint): Evaluate {
  const [first, second, ...rest] = operands as [Evaluate, Evaluate, ...Evaluate[]];
  if (rest.length === 0) return (frame) => join(first(frame), second(frame));
  return (frame) => {
    let result = join(first(frame), second(frame));
    for (const operand of rest) result = join(result, operand(frame));
    return result;
  };
}

function divided(a: bigint, b: bigint): bigint {
  if (b === 0n) throw DIVISION_BY_ZERO;
  return floorDivide(a, b);
}

function truth(holds: boolean): bigint {
  return holds ? 1n : 0n;
}
