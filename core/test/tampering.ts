// Ways to change one entry: every field, well-formed and not, and every bit.
import { canonicalJson, type Json } from "../src/json.ts";

export interface Change {
  readonly what: string;
  readonly text: string;
}

type Fields = Record<string, unknown>;

/** Every single-field change, re-canonicalised: other values of the right form, of the wrong form, and none. */
export function* fieldChanges(text: string): Generator<Change> {
  const entry = JSON.parse(text) as Fields;
  for (const [name, value] of Object.entries(entry)) {
    for (const other of othersThan(name, value)) {
      yield {
        what: `${name} = ${JSON.stringify(other)}`,
        text: canonicalJson({ ...entry, [name]: other } as Json),
      };
    }
    const { [name]: _, ...rest } = entry;
    yield { what: `no ${name}`, text: canonicalJson(rest as Json) };
  }
  const evaluation = { behaviour_hash: "0".repeat(64), expected: 1, method: "exact-v1", optimum: 1 };
  if (!("evaluation" in entry))
    yield { what: "an evaluation", text: canonicalJson({ ...entry, evaluation } as Json) };
  yield { what: "a field too many", text: canonicalJson({ ...entry, note: "" } as Json) };
}

function othersThan(name: string, value: unknown): readonly unknown[] {
  const wrong = [null, [], ""];
  if (typeof value === "number") return [value + 1, value - 1, -value - 1, 0.5, String(value), ...wrong];
  if (name === "kind") return [value === "plan" ? "policy" : "plan", ...wrong];
  if (name === "timestamp") return [...timesNear(value as string), ...wrong];
  if (typeof value === "string") return [...textsNear(value), 0, ...wrong];
  const nested = Object.entries(value as Fields).flatMap(([key, item]) =>
    othersThan(key, item).map((other) => ({ ...(value as Fields), [key]: other })),
  );
  return [
    ...nested,
    { ...(value as Fields), x: 1 },
    ...(Object.keys(value as Fields).length > 0 ? [{}] : []),
    ...wrong,
  ];
}

function timesNear(text: string): readonly string[] {
  const time = Date.parse(text);
  return [1, -1, 3_600_000, -3_600_000].map((by) => new Date(time + by).toISOString());
}

function textsNear(text: string): readonly string[] {
  const swap = (at: number) => text.slice(0, at) + (text[at] === "0" ? "1" : "0") + text.slice(at + 1);
  return [swap(0), swap(text.length - 1), text.toUpperCase(), `${text}0`, text.slice(1), "genesis"].filter(
    (other) => other !== text,
  );
}

/** Every single-bit change of an entry's bytes, as an auditor would read them. */
export function* bitFlips(text: string): Generator<Change> {
  const bytes = Buffer.from(text);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const at = bit >> 3;
    bytes[at]! ^= 1 << (bit & 7);
    yield { what: `bit ${bit & 7} of byte ${at}`, text: bytes.toString() };
    bytes[at]! ^= 1 << (bit & 7);
  }
}
