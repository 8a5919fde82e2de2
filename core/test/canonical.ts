// RFC 8785 once more, from its text and as plainly as can be: what the core's canonical JSON is compared with.
import type { Json } from "../src/json.ts";

const SHORT: Readonly<Record<number, string>> = {
  8: "\\b",
  9: "\\t",
  10: "\\n",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

export function canonical(value: Json): string {
  if (value === null || typeof value === "boolean") return String(value);
  // 3.2.2.3: ECMAScript's own Number-to-String; it writes -0 as 0.
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item as Json)).join(",")}]`;
  const members = Object.entries(value as { readonly [key: string]: Json });
  // 3.2.3: by UTF-16 code units.
  members.sort(([a], [b]) => compareUnits(a, b));
  return `{${members.map(([key, item]) => `${quoted(key)}:${canonical(item)}`).join(",")}}`;
}

function quoted(text: string): string {
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    out += SHORT[unit] ?? (unit < 0x20 ? `\\u${unit.toString(16).padStart(4, "0")}` : text[i]);
  }
  return `${out}"`;
}

function compareUnits(a: string, b: string): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.charCodeAt(i) - b.charCodeAt(i);
  }
  return a.length - b.length;
}
