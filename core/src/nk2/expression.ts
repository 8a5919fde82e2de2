// The total integer language of kernels and residuals, as data. An expression is, in JSON, an integer ("-12"),
// {"get": slot}, {"param": name}, or one operator with its operands in a list: {"add": [a, b]}. It has no loops and no names
// of its own, so that its cost is at most its size; compile.ts gives it its meaning.
import { quote } from "../error.ts";
import { MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_NODES } from "../limits.ts";
import { NO_OBJECT, type Reader } from "./reader.ts";

export type Expression =
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "get"; readonly slot: string }
  | { readonly kind: "param"; readonly name: string }
  | { readonly kind: "apply"; readonly operator: Operator; readonly operands: readonly Expression[] };

/** How many operands an operator takes, at least and at most. */
const ARITIES = {
  add: [2, MAX_EXPRESSION_NODES],
  sub: [2, MAX_EXPRESSION_NODES],
  mul: [2, MAX_EXPRESSION_NODES],
  div: [2, 2],
  mod: [2, 2],
  neg: [1, 1],
  abs: [1, 1],
  not: [1, 1],
  min: [2, MAX_EXPRESSION_NODES],
  max: [2, MAX_EXPRESSION_NODES],
  eq: [2, 2],
  lt: [2, 2],
  and: [2, MAX_EXPRESSION_NODES],
  or: [2, MAX_EXPRESSION_NODES],
  if: [3, 3],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export type Operator = keyof typeof ARITIES;

/** What expressions of one kernel, or one residual, may name and have in common. */
export interface Scope {
  /** The names that `param` may take. */
  readonly params: readonly string[];
  /** Operators that are not allowed here. */
  readonly without: readonly Operator[];
  /** The nodes read so far; each expression adds its own. */
  nodes: number;
}

const NOTHING: Expression = { kind: "integer", value: 0n };

export function readExpression(reader: Reader, value: unknown, path: string, scope: Scope): Expression {
  const before = scope.nodes;
  const expression = read(reader, value, path, scope, 1);
  if (before <= MAX_EXPRESSION_NODES && scope.nodes > MAX_EXPRESSION_NODES) {
    reader.note(path, null, `more than ${MAX_EXPRESSION_NODES} nodes in all`);
  }
  return expression;
}

function read(reader: Reader, value: unknown, path: string, scope: Scope, depth: number): Expression {
  scope.nodes += 1;
  if (value === undefined || scope.nodes > MAX_EXPRESSION_NODES) return NOTHING;
  if (depth > MAX_EXPRESSION_DEPTH) {
    reader.note(path, null, `nested deeper than ${MAX_EXPRESSION_DEPTH} levels`);
    return NOTHING;
  }
  if (typeof value === "string") return { kind: "integer", value: reader.integer(value, path) };
  const object = reader.object(value, path);
  if (object === NO_OBJECT) return NOTHING;
  const keys = Object.keys(object);
  const [name] = keys;
  if (keys.length !== 1 || name === undefined) {
    reader.note(path, null, `wanted one operator, "get" or "param", got ${keys.length} fields`);
    return NOTHING;
  }
  if (name === "get") return { kind: "get", slot: reader.identifier(object.get, path, name) };
  if (name === "param") return { kind: "param", name: paramOf(reader, object.param, path, scope) };
  return application(reader, name, object[name], path, scope, depth);
}

function paramOf(reader: Reader, value: unknown, path: string, { params }: Scope): string {
  const name = reader.identifier(value, path, "param");
  if (name !== "" && !params.includes(name)) reader.note(path, "param", `there is no param ${quote(name)}`);
  return name;
}

function application(
  reader: Reader,
  name: string,
  value: unknown,
  path: string,
  scope: Scope,
  depth: number,
): Expression {
  if (!isOperator(name) || scope.without.includes(name)) {
    const known = Object.keys(ARITIES).filter((one) => !scope.without.includes(one as Operator));
    reader.note(path, name, `there is no such operator here; there are ${known.join(", ")}`);
    return NOTHING;
  }
  const inside = `${path}/${name}`;
  if (!Array.isArray(value)) {
    reader.note(inside, null, `wanted a list of operands, got ${quote(value)}`);
    return NOTHING;
  }
  const [least, most] = ARITIES[name];
  if (value.length < least || value.length > most) {
    const wanted = least === most ? `${least}` : `${least} or more`;
    reader.note(inside, null, `wanted ${wanted} operands, got ${value.length}`);
  }
  // Of a list that is too long no more is read than could be right.
  const operands = value
    .slice(0, most)
    .map((one, i) => read(reader, one, `${inside}/${i}`, scope, depth + 1));
  return { kind: "apply", operator: name, operands };
}

function isOperator(name: string): name is Operator {
  return Object.hasOwn(ARITIES, name);
}

/** The expression's canonical JSON. */
export function expressionText(expression: Expression): string {
  switch (expression.kind) {
    case "integer":
      return `"${expression.value}"`;
    case "get":
      return `{"get":${JSON.stringify(expression.slot)}}`;
    case "param":
      return `{"param":${JSON.stringify(expression.name)}}`;
    case "apply":
      return `{"${expression.operator}":[${expression.operands.map(expressionText).join(",")}]}`;
  }
}

/** The slots that an expression may read, whichever way its conditions turn out. */
export function slotsOf(expression: Expression): readonly string[] {
  if (expression.kind === "get") return [expression.slot];
  return expression.kind === "apply" ? expression.operands.flatMap(slotsOf) : [];
}

export function nodeCount(expression: Expression): number {
  if (expression.kind !== "apply") return 1;
  return expression.operands.reduce((sum, operand) => sum + nodeCount(operand), 1);
}
