// Standard base64 with padding (RFC 4648, 4), strictly: one text for each sequence of bytes, so that what was parsed is
// written again as the same text. No white space, no missing padding, no bits set behind the last byte (3.5).

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const SHAPE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const VALUES = new Map(Array.from(DIGITS, (digit, value) => [digit.charCodeAt(0), value]));

export function toBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b = 0, c = 0] = [bytes[i]!, bytes[i + 1], bytes[i + 2]];
    const four = DIGITS[a >> 2]! + DIGITS[((a & 3) << 4) | (b >> 4)];
    const left = bytes.length - i;
    text += four + (left > 1 ? DIGITS[((b & 15) << 2) | (c >> 6)] : "=") + (left > 2 ? DIGITS[c & 63] : "=");
  }
  return text;
}

/** The bytes, or null when the text is not their one and only base64. */
export function fromBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !SHAPE.test(text)) return null;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let at = 0;
  let rest = 0;
  for (let i = 0; i < text.length; i += 4) {
    const value = (k: number): number => VALUES.get(text.charCodeAt(i + k)) ?? 0;
    const group = (value(0) << 18) | (value(1) << 12) | (value(2) << 6) | value(3);
    for (let shift = 16; shift >= 0; shift -= 8) {
      const byte = (group >> shift) & 0xff;
      if (at < bytes.length) bytes[at++] = byte;
      else rest |= byte;
    }
  }
  return rest === 0 ? bytes : null;
}
