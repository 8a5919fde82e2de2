import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { install, StrictTextDecoder, StrictTextEncoder } from "./encoding.ts";

const options = { fatal: true, ignoreBOM: true } as const;
const real = new TextDecoder("utf-8", options);
const strict = new StrictTextDecoder("utf-8", options);
const decoded = (decoder: { decode(bytes: Uint8Array): string }, bytes: Uint8Array): string | null => {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return null;
  }
};

/** Whole characters of all lengths, and halves of pairs. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit)),
      fc.constantFrom("\ufeff", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\u{10000}", "\u{10ffff}"),
    ),
  )
  .map((parts) => parts.join(""));

describe("StrictTextEncoder", () => {
  test("encode gives what the real one gives, halves of pairs included", () => {
    const same = (input: string) => {
      expect(new StrictTextEncoder().encode(input)).toEqual(new TextEncoder().encode(input));
    };
    fc.assert(fc.property(text, same), { numRuns: 500 });
  });

  test("encodeInto stops where the real one stops, and writes the same", () => {
    const into = (
      encoder: { encodeInto(text: string, bytes: Uint8Array): object },
      input: string,
      room: number,
    ) => {
      const bytes = new Uint8Array(room);
      return [encoder.encodeInto(input, bytes), bytes];
    };
    const same = (input: string, room: number) => {
      expect(into(new StrictTextEncoder(), input, room)).toEqual(into(new TextEncoder(), input, room));
    };
    fc.assert(fc.property(text, fc.nat(20), same), { numRuns: 500 });
  });
});

describe("StrictTextDecoder", () => {
  test("decode gives what the real one gives for valid UTF-8", () => {
    const same = (input: string) => {
      const bytes = new TextEncoder().encode(input);
      expect(decoded(strict, bytes)).toBe(real.decode(bytes));
    };
    fc.assert(fc.property(text, same), { numRuns: 500 });
  });

  test("decode refuses what the real one refuses", () => {
    const byte = fc.constantFrom(
      0x00,
      0x41,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xe1,
      0xed,
      0xee,
      0xef,
      0xf0,
      0xf1,
      0xf3,
      0xf4,
      0xf5,
      0xf8,
      0xff,
    );
    const same = (bytes: number[]) => {
      const input = Uint8Array.from(bytes);
      expect(decoded(strict, input)).toBe(decoded(real, input));
    };
    fc.assert(fc.property(fc.array(byte, { maxLength: 6 }), same), { numRuns: 5_000 });
  });

  test("a decoder with other options is refused", () => {
    expect(() => new StrictTextDecoder("latin1", options)).toThrow(RangeError);
    expect(() => new StrictTextDecoder("utf-8", { fatal: true, ignoreBOM: false })).toThrow(RangeError);
  });
});

test("install gives only what is missing, and says what that was", () => {
  const nothing: { TextEncoder?: unknown; TextDecoder?: unknown } = {};
  expect(install(nothing)).toEqual(["TextEncoder", "TextDecoder"]);
  expect(nothing).toEqual({ TextEncoder: StrictTextEncoder, TextDecoder: StrictTextDecoder });
  expect(install({ TextEncoder, TextDecoder })).toEqual([]);
});
