// Text from outside: bounded, valid UTF-8, and the same bytes again when it is written. Lines end with LF, all of them.
import { type ErrorCode, PolicyLedgerError, quote } from "../error.ts";
import { utf8Length } from "../json.ts";

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A UTF-16 unit of a surrogate pair that has lost its other half: it has no UTF-8. */
const LONE_HALF = /[\ud800-\udfff]/u;

export function readText(input: string | Uint8Array, most: number, code: ErrorCode, what: string): string {
  const isText = typeof input === "string";
  if (!isText && !(input instanceof Uint8Array)) {
    throw new PolicyLedgerError(code, `${what}: wanted a text or bytes, got ${quote(input)}`);
  }
  if ((isText ? utf8Length(input, most) : input.length) > most) {
    throw new PolicyLedgerError("too_large", `${what}: more than ${most} bytes`);
  }
  if (isText) {
    if (LONE_HALF.test(input)) throw new PolicyLedgerError(code, `${what}: it is not valid Unicode`);
    return input;
  }
  // Some decoders drop a byte order mark whatever they are told.
  const hasMark = input[0] === 0xef && input[1] === 0xbb && input[2] === 0xbf;
  try {
    const text = STRICT_UTF8.decode(input);
    return hasMark && !text.startsWith("\ufeff") ? `\ufeff${text}` : text;
  } catch (cause) {
    throw new PolicyLedgerError(code, `${what}: it is not valid UTF-8`, [], cause);
  }
}
