// Values as a JSON Schema of the OpenAPI document wants them, and texts of JSON that are so but for one place.
import fc from "fast-check";
import { openApi, type Read } from "./api-client.ts";

/** Values that the schema takes; `env_config` and artifacts are any objects, as it says. */
export function valuesOf(schema: Read): fc.Arbitrary<unknown> {
  if (schema.$ref !== undefined) return valuesOf(openApi.components.schemas[schema.$ref.split("/").at(-1)]);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return fc.oneof(...alternatives.map(valuesOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case "string":
      return schema.pattern === undefined ? fc.string() : matching(schema.pattern);
    case "integer":
      return fc.integer({ min: schema.minimum, max: schema.maximum }) as fc.Arbitrary<unknown>;
    case "number":
      return fc.double({ min: schema.minimum, max: schema.maximum, noNaN: true }) as fc.Arbitrary<unknown>;
    case "null":
      return fc.constant(null);
    case "object":
      return objectsOf(schema);
    default:
      throw new Error(`bug: no values of ${JSON.stringify(schema)}`);
  }
}

/** Hex needs no regular expression, which takes long to make texts of. */
function matching(pattern: string): fc.Arbitrary<string> {
  const digits = /^\^\[0-9a-f\]\{(\d+)\}\$$/.exec(pattern)?.[1];
  return digits === undefined ? fc.stringMatching(new RegExp(pattern)) : hexOf(Number(digits));
}

export function hexOf(digits: number): fc.Arbitrary<string> {
  const length = digits / 2;
  return fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes) => Buffer.from(bytes).toString("hex"));
}

function objectsOf({ properties, required = [] }: Read): fc.Arbitrary<unknown> {
  // fast-check would offer "__proto__" as well, which is for the mutations.
  if (properties === undefined)
    return fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.jsonValue(), { maxKeys: 4 });
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, valuesOf(each)]),
  );
  return fc.record(members, { requiredKeys: required });
}

/** What no schema of ours wants anywhere, as text. */
const ODD = [
  ...["null", "true", "0", "-1", "1.5", "[]", "{}", '""', '"text"', "[[]]", '[{"a":[1]}]'],
  ...["-0", "1e400", "-1e400", "1e-400", "9007199254740993", "123456789012345678901", "1E+2", "24.0"],
  ...["NaN", "Infinity", "undefined", "01", "+1", ".5", "1.", "0x10", "1_000", "'a'", "/* */1", ""],
  ...['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\u0000"', '"\n"', '"\\x"', '"\u2028"', '"\u202e"', '"'],
  ...['{"__proto__":{"admin":true}}', '{"constructor":{"prototype":{}}}', '{"toString":1}', '{"toJSON":1}'],
  ...['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '{"":{"":{"":0}}}', "[1,]", '{"a":1,}', "[1 2]", '{"a" 1}'],
  ...[
    `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
    '{"a":'.repeat(2_000),
    `"${"x".repeat(20_000)}"`,
    `[${"0,".repeat(5_000)}0]`,
  ],
  ...[
    "9".repeat(400),
    `0.${"1".repeat(400)}`,
    `"${"\\ud83d\\ude00".repeat(3_000)}"`,
    `"${"€".repeat(9_000)}"`,
  ],
];

/** Members that are put into an object, before the others. */
const MEMBERS = [
  ...['"__proto__":null', '"__proto__":{"v":1}', '"constructor":1', '"prototype":{}', '"hasOwnProperty":0'],
  ...['"claim_id":1', '"v":1', '"\\u0076":1', '"a~/b":1', '"\\ud800":1', `"${"k".repeat(3_000)}":0`, '"":0'],
];

interface Node {
  readonly value: unknown;
  /** Rewrites the whole with another text in this place. */
  readonly put: (text: string) => string;
}

function* nodesOf(value: unknown, put: (text: string) => string = (text) => text): Generator<Node> {
  yield { value, put };
  if (value === null || typeof value !== "object") return;
  const list = Array.isArray(value);
  const members = Object.entries(value);
  for (const [i, [, inner]] of members.entries()) {
    yield* nodesOf(inner, (text) =>
      put(
        written(
          list,
          members.map(([key, each], at) => [key, at === i ? text : JSON.stringify(each)]),
        ),
      ),
    );
  }
}

function written(list: boolean, members: readonly (readonly [string, string])[]): string {
  if (list) return `[${members.map(([, text]) => text).join(",")}]`;
  return `{${members.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(",")}}`;
}

/** The value as text, with one place of it turned into what it must not be. */
export function mutantsOf(value: unknown): fc.Arbitrary<string> {
  const nodes = [...nodesOf(value)];
  return fc
    .constantFrom(...nodes)
    .chain((node) => fc.oneof(fc.constantFrom(...ODD).map(node.put), ...changesOf(node)));
}

function changesOf({ value, put }: Node): fc.Arbitrary<string>[] {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return [];
  const members = Object.entries(value).map(([key, inner]) => [key, JSON.stringify(inner)] as const);
  const added = fc.constantFrom(...MEMBERS).map((member) => {
    const rest = written(false, members).slice(1);
    return put(`{${member}${members.length > 0 ? "," : ""}${rest}`);
  });
  if (members.length === 0) return [added];
  const one = fc.nat({ max: members.length - 1 });
  return [
    added,
    one.map((at) =>
      put(
        written(
          false,
          members.filter((_, i) => i !== at),
        ),
      ),
    ),
    one.map((at) => put(written(false, [...members, members[at]!]))),
  ];
}
