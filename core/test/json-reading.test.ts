// canonicalJson reads what it is handed once: what is checked is what is written.
import { describe, expect, test } from "vitest";
import { canonicalJson, type Json, parseCanonicalJson, parseJson } from "../src/json.ts";
import { refusal } from "./refusal.ts";

/** Counts how often each key is read. */
function counting<T extends object>(target: T, reads: Map<PropertyKey, number>): T {
  return new Proxy(target, {
    get: (of, key) => {
      reads.set(key, (reads.get(key) ?? 0) + 1);
      return Reflect.get(of, key);
    },
  });
}

describe("canonicalJson", () => {
  test("writes a key toJSON that is no function, as parseJson reads it", () => {
    for (const text of ['{"a":{"toJSON":1}}', '{"toJSON":null}', '{"toJSON":{"toJSON":"x"}}']) {
      expect(canonicalJson(parseJson(text, { maxBytes: 99 }))).toBe(text);
      expect(canonicalJson(parseCanonicalJson(text, { maxBytes: 99 }))).toBe(text);
    }
  });

  test("refuses a toJSON that can be called, wherever it stands", () => {
    const toJSON = () => 1;
    const root = Object.create(null, { toJSON: { value: toJSON } });
    for (const value of [
      { toJSON },
      Object.defineProperty({}, "toJSON", { value: toJSON }),
      Object.create(root),
    ]) {
      expect(refusal(() => canonicalJson(value as Json)).code).toBe("invalid_json");
    }
  });

  test("reads every key, length and item once", () => {
    const reads = new Map<PropertyKey, number>();
    const object = counting({ b: 1, a: "x", toJSON: 7 }, reads);
    expect(canonicalJson(object)).toBe('{"a":"x","b":1,"toJSON":7}');
    expect(Object.fromEntries(reads)).toEqual({ a: 1, b: 1, toJSON: 1 });
    const items = new Map<PropertyKey, number>();
    expect(canonicalJson([counting([5, 6], items)] as Json)).toBe("[[5,6]]");
    expect(Object.fromEntries(items)).toEqual({ length: 1, 0: 1, 1: 1 });
  });

  test("writes what a getter said when it was checked", () => {
    let asked = 0;
    const changing = {
      get a() {
        return asked++ === 0 ? 1 : "other";
      },
    };
    expect(canonicalJson(changing)).toBe('{"a":1}');
    expect(asked).toBe(1);
  });

  test("refuses what throws when it is read", () => {
    const throwing = {
      get a(): Json {
        throw new TypeError("no");
      },
    };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [throwing, [throwing], proxy, { proxy }]) {
      expect(refusal(() => canonicalJson(value as Json)).code).toBe("invalid_json");
    }
  });

  test('writes a key "__proto__" that parsing let through, as before', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":2}}'))).toBe('{"__proto__":{"a":2},"b":1}');
  });
});
