import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalJson,
  type Json,
  parseCanonicalJson,
  parseJson,
  pointer,
  utf8,
  utf8Length,
} from "../src/json.ts";
import { MAX_FAULTS, MAX_JSON_DEPTH } from "../src/limits.ts";
import { canonical } from "./canonical.ts";
import { refusal } from "./refusal.ts";

const LIMITS = { maxBytes: 1 << 20 };
const parse = (text: string | Uint8Array) => parseJson(text, LIMITS);

describe("parseJson", () => {
  test.each([
    ["null", null],
    [' {"a" : [1, 2.5e3, -0.0, "\\u00e9\\ud83d\\ude00"]}\n', { a: [1, 2500, -0, "é😀"] }],
    ["1e-999", 0],
    [
      '{"constructor":{"prototype":1},"toString":"x","":0}',
      { constructor: { prototype: 1 }, toString: "x", "": 0 },
    ],
    ['{"a:b":"c:d,\\"e\\":f","[{":"}]"}', { "a:b": 'c:d,"e":f', "[{": "}]" }],
    ['{"a":{"x":1},"b":{"x":1}}', { a: { x: 1 }, b: { x: 1 } }],
  ])("accepts %s", (text, value) => {
    expect(parse(text)).toEqual(value);
    expect(parse(utf8(text))).toEqual(value);
  });

  test.each([
    ["nothing", ""],
    ["white space alone", " \n"],
    ["trailing garbage", "{}x"],
    ["a second value", "{} {}"],
    ["a trailing comma", "[1,]"],
    ["a missing bracket", '{"a":1'],
    ["a stray bracket", "]"],
    ["single quotes", "{'a':1}"],
    ["a comment", "/**/1"],
    ["a leading zero", "01"],
    ["a plus sign", "+1"],
    ["hex", "0x1"],
    ["NaN", "NaN"],
    ["Infinity", "-Infinity"],
    ["a control character in a string", '"\n"'],
    ["an unfinished escape", '"\\'],
    ["an unknown escape", '"\\x41"'],
    ["an unfinished string", '"abc'],
    ["a byte order mark", "\ufeff{}"],
    ["a no-break space", "\u00a0{}"],
    ["undefined", "undefined"],
  ])("refuses %s", (_, text) => {
    for (const input of [text, utf8(text)]) expect(refusal(() => parse(input)).code).toBe("invalid_json");
  });

  test.each([
    ['{"a":1,"a":1}', ["/a"]],
    ['{"a":1,"b":{"c":[0,"x",{"d":1,"d":2}]}}', ["/b/c/2/d"]],
    ['{"a":{"x":1,"y":2},"a":{}}', ["/a"]],
    ['{"a":1,"\\u0061" : 2}', ["/a"]],
    ['[[{"":0,"":0}]]', ["/0/0/"]],
    ['{"a":":","b":[{"c":1},{"c":1,"c":2}],"b":[[],{"d":"d","d":1}]}', ["/b/1/c", "/b", "/b/1/d"]],
  ])("refuses each duplicate key of %s at its path", (text, paths) => {
    const error = refusal(() => parse(text));
    expect(error.code).toBe("invalid_json");
    expect(error.faults.map(({ path }) => path)).toEqual(paths);
    expect(error.message).toContain("the same key twice");
  });

  test.each([
    ['{"__proto__":1}', "/__proto__"],
    ['{"a":[0,{"__proto__":{"x":1}}]}', "/a/1/__proto__"],
    ['{"\\u005f_proto__":null}', "/__proto__"],
    ["1e999", ""],
    ["[0,-1e999]", "/1"],
    ['{"a":{"b/c~":[1e400]}}', "/a/b~1c~0/0"],
    ['"\\ud800"', ""],
    ['["\\udc00\\ud800"]', "/0"],
    ['{"a":{"\\ud800x":1}}', "/a"],
    ['{"k":"\\ud83d\\ud83d\\ude00"}', "/k"],
  ])("refuses %s and names its path", (text, path) => {
    const error = refusal(() => parse(text));
    expect(error.code).toBe("invalid_json");
    expect(error.faults.map((fault) => fault.path)).toEqual([path]);
    expect({}).not.toHaveProperty("x");
  });

  test("refuses a lone surrogate that stands in the text itself", () => {
    expect(refusal(() => parse('{"a":"\ud800"}')).faults[0]!.path).toBe("/a");
    expect(refusal(() => parse("\ud800")).code).toBe("invalid_json");
  });

  test("names all faults at once, as many as one error lists", () => {
    const error = refusal(() => parse('[1e999,{"__proto__":1},"\\ud800",2]'));
    expect(error.faults.map(({ path }) => path)).toEqual(["/0", "/1/__proto__", "/2"]);
    expect(refusal(() => parse(`[${"1e999,".repeat(10_000)}0]`)).faults).toHaveLength(MAX_FAULTS);
  });

  test("keeps paths short and messages printable, whatever the keys are", () => {
    const error = refusal(() => parse(`{"${"k".repeat(100_000)}\\u001b[2J":[1e999,1e999]}`));
    for (const { path } of error.faults) expect(path.length).toBeLessThan(100);
    expect(error.message.length).toBeLessThan(500);
    const { message } = refusal(() => parse('{"\\u001b[2J\\u202e":1e999}'));
    for (const obeyed of ["\u001b", "\u202e"]) expect(message).not.toContain(obeyed);
    expect(refusal(() => parse('{"a":\u001b[2J}')).message).not.toContain("\u001b");
  });

  test("bounds the nesting, before it builds anything", () => {
    const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
    expect(parse(nested(MAX_JSON_DEPTH, "[", "]"))).toBeInstanceOf(Array);
    expect(refusal(() => parse(nested(MAX_JSON_DEPTH + 1, "[", "]"))).message).toContain(
      "nested deeper than 32",
    );
    expect(refusal(() => parse(`{"a":${nested(MAX_JSON_DEPTH, "[", "]")}}`)).code).toBe("invalid_json");
    for (const bomb of ["[", '{"a":', "[{", '{"":[']) {
      const text = bomb.repeat(Math.floor(LIMITS.maxBytes / bomb.length));
      expect(refusal(() => parse(text)).code).toBe("invalid_json");
    }
    expect(refusal(() => parseJson("[[]]", { maxBytes: 10, maxDepth: 1 })).code).toBe("invalid_json");
    expect(parse(`[${'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["'}]`)).toHaveLength(1);
  });

  test.each([
    ["a lone continuation byte", [0x22, 0x80, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["an encoded surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a code point beyond Unicode", [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ["a cut sequence", [0x22, 0xe2, 0x82, 0x22]],
    ["UTF-16", [0xff, 0xfe, 0x31, 0x00]],
  ])("refuses %s: it is not UTF-8", (_, bytes) => {
    expect(refusal(() => parse(new Uint8Array(bytes))).code).toBe("invalid_json");
  });

  test("measures the size in bytes of UTF-8", () => {
    for (const text of ['"aaaa"', '"éé"', '"€€"', '"😀😀"']) {
      const bytes = Buffer.byteLength(text);
      expect(parseJson(text, { maxBytes: bytes })).toBe(JSON.parse(text));
      expect(parseJson(utf8(text), { maxBytes: bytes })).toBe(JSON.parse(text));
      expect(refusal(() => parseJson(text, { maxBytes: bytes - 1 })).code).toBe("too_large");
      expect(refusal(() => parseJson(utf8(text), { maxBytes: bytes - 1 })).code).toBe("too_large");
    }
  });

  test("accepts whatever JSON.stringify writes of a well-formed value, and gives the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary", maxDepth: 6 }), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (text.includes('"__proto__"')) return;
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 100 },
    );
  });
});

describe("utf8Length", () => {
  test("counts as the encoder does, up to the limit", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(utf8Length(text, 1_000)).toBe(Buffer.byteLength(text));
      }),
      { numRuns: 300 },
    );
    expect(utf8Length("aaaa", 3)).toBeGreaterThan(3);
  });
});

describe("pointer", () => {
  test("escapes as RFC 6901 wants, and cuts long keys without cutting a pair", () => {
    expect(pointer(["a/b", "m~n", "", 0])).toBe("/a~1b/m~0n//0");
    expect(pointer([`${"k".repeat(62)}😀😀`])).toBe(`/${"k".repeat(62)}…`);
  });
});

describe("canonicalJson", () => {
  test("writes what RFC 8785 says, by its own examples", () => {
    const sorted = '{"\\u20ac":0,"\\r":1,"\\ufb33":2,"1":3,"\\ud83d\\ude00":4,"\\u0080":5,"\\u00f6":6}';
    expect(canonicalJson(JSON.parse(sorted))).toBe(
      '{"\\r":1,"1":3,"\u0080":5,"ö":6,"€":0,"😀":4,"\ufb33":2}',
    );
    const numbers = [
      Number("333333333.33333329"),
      1e30,
      4.5,
      2e-3,
      0.000000000000000000000000001,
      -0,
      1e21,
      5e-324,
      1 / 3,
    ];
    expect(canonicalJson(numbers)).toBe(
      "[333333333.3333333,1e+30,4.5,0.002,1e-27,0,1e+21,5e-324,0.3333333333333333]",
    );
    expect(canonicalJson('\u20ac$\u000f\nA\'B"\\"\u007f/')).toBe('"€$\\u000f\\nA\'B\\"\\\\\\"\u007f/"');
  });

  test("writes the same as a second implementation, and reads back to the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme", maxDepth: 6 }), (value) => {
        const text = canonicalJson(value as Json);
        expect(text).toBe(canonical(value as Json));
        if (text.includes('"__proto__"')) return;
        const read = parseCanonicalJson(text, LIMITS);
        expect(canonicalJson(read)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test("refuses what is no JSON", () => {
    const circle: unknown[] = [];
    circle.push(circle);
    let deep: Json = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    for (const value of [Number.NaN, [Number.POSITIVE_INFINITY], { a: "\ud800" }, undefined, circle, deep]) {
      expect(refusal(() => canonicalJson(value as Json)).code).toBe("invalid_json");
    }
  });
});

describe("parseCanonicalJson", () => {
  test.each([
    " 1",
    "1 ",
    "1.0",
    "1e0",
    "-0",
    "100E1",
    "0.1e1",
    "1e21",
    "0.0000001",
    "9007199254740993",
    '{"b":1,"a":2}',
    '{"a": 1}',
    '"\\u0061"',
    '"\\/"',
    '"\\u000A"',
    '"\\u000a"',
    '"\\u001F"',
    '"\\u00e9"',
    '"\\ud83d\\ude00"',
    '{"\u{1f600}":1,"\ufb33":2,"a":3}',
  ])("refuses %s: it is JSON in another spelling", (text) => {
    expect(refusal(() => parseCanonicalJson(text, LIMITS)).code).toBe("not_canonical");
  });

  test("refuses every other spelling of a value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.nat(), fc.nat(3), (value, where, how) => {
        const text = canonicalJson(value as Json);
        if (text.includes("__proto__")) return;
        const tokens = text.match(/"(?:[^"\\]|\\.)*"|[^"[\]{},:]+|[[\]{},:]/g)!;
        const i = where % tokens.length;
        const token = tokens[i]!;
        tokens[i] = respelled(token, how);
        const other = tokens.join("");
        if (other === text) return;
        expect(parseJson(other, LIMITS)).toEqual(parseJson(text, LIMITS));
        expect(refusal(() => parseCanonicalJson(other, LIMITS)).code).toBe("not_canonical");
        expect(refusal(() => parseCanonicalJson(utf8(other), LIMITS)).code).toBe("not_canonical");
      }),
      { numRuns: 500 },
    );
  });
});

/** The same token with white space, or in another spelling. */
function respelled(token: string, how: number): string {
  if (how === 0) return ` ${token}`;
  if (how === 1) return `${token}\n`;
  if (/^-?\d+$/.test(token)) return how === 2 ? `${token}.0` : `${token}e0`;
  if (token.startsWith('"') && token.length > 2 && token[1] !== "\\") {
    return `"\\u${token.charCodeAt(1).toString(16).padStart(4, "0")}${token.slice(2)}`;
  }
  return `\t${token}`;
}
