// TextEncoder and TextDecoder as the Encoding Standard has them, as far as the core uses them, for engines that are
// not browsers: UTF-8 only; the decoder is fatal and keeps a byte order mark. encoding.test.ts holds them to the real.

export class StrictTextEncoder {
  encode(text: string): Uint8Array {
    const bytes: number[] = [];
    for (const character of text) {
      const point = character.codePointAt(0)!;
      if (point < 0x80) bytes.push(point);
      else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
      // Half of a surrogate pair becomes U+FFFD.
      else if (point >= 0xd800 && point <= 0xdfff) bytes.push(0xef, 0xbf, 0xbd);
      else if (point < 0x1_0000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
      else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
    }
    return Uint8Array.from(bytes);
  }

  /** As many whole characters as there is room for. */
  encodeInto(text: string, bytes: Uint8Array): { read: number; written: number } {
    let read = 0;
    let written = 0;
    for (const character of text) {
      const encoded = this.encode(character);
      if (written + encoded.length > bytes.length) break;
      bytes.set(encoded, written);
      read += character.length;
      written += encoded.length;
    }
    return { read, written };
  }
}

const tail = (bits: number): number => 0x80 | (bits & 0x3f);

export class StrictTextDecoder {
  constructor(label: string, options: { readonly fatal: boolean; readonly ignoreBOM: boolean }) {
    if (label !== "utf-8" || !options.fatal || !options.ignoreBOM) throw new RangeError("not this decoder");
  }

  decode(bytes: Uint8Array): string {
    let text = "";
    for (let i = 0; i < bytes.length; ) {
      const { point, length } = read(bytes, i);
      text += String.fromCodePoint(point);
      i += length;
    }
    return text;
  }
}

/** The Unicode Standard, table 3-7: the first byte, and the range of the second where it is not 80..BF. */
function read(bytes: Uint8Array, at: number): { point: number; length: number } {
  const first = bytes[at]!;
  if (first < 0x80) return { point: first, length: 1 };
  const length =
    first >= 0xc2 && first <= 0xdf ? 2 : first >> 4 === 0xe ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  let point = first & (0xff >> (length + 1));
  for (let i = 1; i < Math.max(2, length); i++) {
    const byte = bytes[at + i] ?? 0;
    const fits = i === 1 ? byte >= least && byte <= most : byte >> 6 === 2;
    if (length === 0 || !fits) throw new TypeError("The encoded data was not valid for encoding utf-8");
    point = (point << 6) | (byte & 0x3f);
  }
  return { point, length };
}

/** Gives an engine what it lacks; says what that was. */
export function install(scope: { TextEncoder?: unknown; TextDecoder?: unknown }): string[] {
  const missing: string[] = [];
  if (scope.TextEncoder === undefined) {
    scope.TextEncoder = StrictTextEncoder;
    missing.push("TextEncoder");
  }
  if (scope.TextDecoder === undefined) {
    scope.TextDecoder = StrictTextDecoder;
    missing.push("TextDecoder");
  }
  return missing;
}
