// Looks at JSON text for what a parsed value does not show any more: how deep it nests, how many keys it has, how many
// digits a number has, and which key stands twice in one object. The text need not be valid JSON.

const QUOTE = 0x22;
const COMMA = 0x2c;
const DOT = 0x2e;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

export interface Shape {
  /** The deepest nesting; the outermost container is 1. */
  readonly depth: number;
  readonly keys: number;
  /** The most significant digits of a number, zeros at its ends left out. */
  readonly digits: number;
  /** Whether a key may be written with an escape. */
  readonly escapedKeys: boolean;
}

export function shapeOf(text: string): Shape {
  let depth = 0;
  let deepest = 0;
  let keys = 0;
  let digits = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= ZERO && unit <= NINE) {
      let significant = 0;
      let zeros = 0;
      let next = unit;
      for (; (next >= ZERO && next <= NINE) || next === DOT; next = text.charCodeAt(++i)) {
        if (next === DOT) continue;
        if (next !== ZERO) {
          significant += zeros + 1;
          zeros = 0;
        } else if (significant > 0) zeros += 1;
      }
      if (significant > digits) digits = significant;
      i -= 1;
    } else if (unit === QUOTE) {
      i = endOfString(text, i + 1);
    } else if (unit === COLON) {
      keys += 1;
    } else if (unit === OPEN_LIST || unit === OPEN_OBJECT) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) {
      depth -= 1;
    }
  }
  const escapes = keys > 0 && text.includes("\\");
  return { depth: deepest, keys, digits, escapedKeys: escapes };
}

/** Where in valid JSON a key stands again in its object: the paths of the first few. */
export function repeatedKeys(text: string, most: number): readonly (readonly PropertyKey[])[] {
  const found: PropertyKey[][] = [];
  const open: { readonly keys: Set<string> | null; at: PropertyKey }[] = [];
  for (let i = 0; i < text.length && found.length < most; i++) {
    const unit = text.charCodeAt(i);
    const inner = open.at(-1);
    if (unit === QUOTE) {
      const end = endOfString(text, i + 1);
      if (inner?.keys && isKey(text, end + 1)) {
        inner.at = JSON.parse(text.slice(i, end + 1)) as string;
        if (inner.keys.has(inner.at)) found.push(open.map(({ at }) => at));
        inner.keys.add(inner.at);
      }
      i = end;
    } else if (unit === OPEN_LIST) {
      open.push({ keys: null, at: 0 });
    } else if (unit === OPEN_OBJECT) {
      open.push({ keys: new Set(), at: "" });
    } else if (unit === CLOSE_LIST || unit === CLOSE_OBJECT) {
      open.pop();
    } else if (unit === COMMA && inner?.keys === null) {
      inner.at = (inner.at as number) + 1;
    }
  }
  return found;
}

/**
 * Reads valid JSON whose keys may have escapes. JSON.parse of Node 24 reads an escaped key wrong where an object that it
 * parsed before had the key "\\\\" in that place (nodejs/node#63785); it reads single strings and numbers right.
 */
export function readWithEscapes(text: string): unknown {
  let at = 0;
  const token = (): unknown => {
    const start = at;
    if (text.charCodeAt(at) === QUOTE) at = endOfString(text, at + 1) + 1;
    else while (at < text.length && !/[\s,:[\]{}]/.test(text[at]!)) at++;
    return JSON.parse(text.slice(start, at));
  };
  const skip = (): number => {
    while (text.charCodeAt(at) <= 0x20) at++;
    return text.charCodeAt(at);
  };
  const value = (): unknown => {
    const open = skip();
    if (open !== OPEN_LIST && open !== OPEN_OBJECT) return token();
    const list: unknown[] = [];
    const object = {};
    for (at++; skip() !== CLOSE_LIST && text.charCodeAt(at) !== CLOSE_OBJECT; ) {
      if (text.charCodeAt(at) === COMMA) {
        at++;
      } else if (open === OPEN_LIST) {
        list.push(value());
      } else {
        const key = token() as string;
        skip();
        at++;
        Object.defineProperty(object, key, {
          value: value(),
          enumerable: true,
          configurable: true,
          writable: true,
        });
      }
    }
    at++;
    return open === OPEN_LIST ? list : object;
  };
  return value();
}

/** Whether the string that ended here is a key: a colon is what comes next. */
function isKey(text: string, at: number): boolean {
  let i = at;
  while (text.charCodeAt(i) <= 0x20) i++;
  return text.charCodeAt(i) === COLON;
}

function endOfString(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === BACKSLASH) i += 1;
    else if (unit === QUOTE) return i;
  }
  return text.length;
}
