// A document as one line of canonical JSON, in the value notation of Firestore's REST interface, and back.
//
//   {"name":"projects/p/databases/d/documents/ledger/1","createTime":"2026-01-02T03:04:05.000006Z",
//    "updateTime":"2026-01-02T03:04:05.000006Z","fields":{"size":{"integerValue":"1"},"tags":{"arrayValue":{"values":[]}}}}
//
// Without the line break. Field names are sorted by their code points, times have six decimals, bytes are base64, and
// the doubles that JSON cannot hold are the texts "NaN", "Infinity", "-Infinity" and "-0".
import { type Document, makeDocument } from "./document.ts";
import { parseDocumentName } from "./names.ts";
import { compareStrings } from "./order.ts";
import type { Fields, Value } from "./value.ts";

export function formatDocument({ name, createTime, updateTime, fields }: Document): string {
  const times = `"createTime":"${formatTime(createTime)}","updateTime":"${formatTime(updateTime)}"`;
  return `{"name":${JSON.stringify(name)},${times},"fields":${formatFields(fields)}}`;
}

/** Throws an Error that says where in the document, and what was wanted there. */
export function parseDocument(line: string): Document {
  const document = objectAt("document", parseJson(line), ["name", "createTime", "updateTime", "fields"]);
  return makeDocument(
    parseName(document.get("name")),
    parseFields("fields", document.get("fields"), 0),
    parseTime("createTime", document.get("createTime")),
    parseTime("updateTime", document.get("updateTime")),
  );
}

// Texts are put together by hand: an object would move fields whose names look like numbers, and lose one named __proto__.
function formatFields(fields: Fields): string {
  const sorted = [...fields].sort(([a], [b]) => compareStrings(a, b));
  return `{${sorted.map(([name, value]) => `${JSON.stringify(name)}:${formatValue(value)}`).join()}}`;
}

function formatValue(value: Value): string {
  switch (value.kind) {
    case "null":
      return `{"nullValue":null}`;
    case "boolean":
      return `{"booleanValue":${value.value}}`;
    case "integer":
      return `{"integerValue":"${value.value}"}`;
    case "double":
      return `{"doubleValue":${formatDouble(value.value)}}`;
    case "timestamp":
      return `{"timestampValue":"${formatTime(value.value)}"}`;
    case "string":
      return `{"stringValue":${JSON.stringify(value.value)}}`;
    case "bytes":
      return `{"bytesValue":"${Buffer.from(value.value).toString("base64")}"}`;
    case "reference":
      return `{"referenceValue":${JSON.stringify(value.value)}}`;
    case "geopoint":
      return `{"geoPointValue":{"latitude":${formatDouble(value.latitude)},"longitude":${formatDouble(value.longitude)}}}`;
    case "array":
      return `{"arrayValue":{"values":[${value.values.map(formatValue).join()}]}}`;
    case "map":
      return `{"mapValue":{"fields":${formatFields(value.fields)}}}`;
  }
}

function formatDouble(value: number): string {
  if (Object.is(value, -0)) return `"-0"`;
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

const MICROS_PER_SECOND = 1_000_000n;

function formatTime(micros: bigint): string {
  const fraction = BigInt.asUintN(64, ((micros % MICROS_PER_SECOND) + MICROS_PER_SECOND) % MICROS_PER_SECOND);
  const seconds = new Date(Number((micros - fraction) / 1_000n)).toISOString().slice(0, -".000Z".length);
  return `${seconds}.${String(fraction).padStart(6, "0")}Z`;
}

type ValueParser = (path: string, json: unknown, depth: number) => Value;

const PARSERS: Readonly<Record<string, ValueParser>> = {
  nullValue: (path, json) => {
    if (json !== null) throw wrong(path, json, "null");
    return { kind: "null" };
  },
  booleanValue: (path, json) => {
    if (typeof json !== "boolean") throw wrong(path, json, "true or false");
    return { kind: "boolean", value: json };
  },
  integerValue: (path, json) => ({ kind: "integer", value: parseInteger(path, json) }),
  doubleValue: (path, json) => ({ kind: "double", value: parseDouble(path, json) }),
  timestampValue: (path, json) => ({ kind: "timestamp", value: parseTime(path, json) }),
  stringValue: (path, json) => ({ kind: "string", value: textAt(path, json) }),
  bytesValue: (path, json) => ({ kind: "bytes", value: parseBytes(path, json) }),
  referenceValue: (path, json) => ({ kind: "reference", value: textAt(path, json) }),
  geoPointValue: (path, json) => {
    const point = objectAt(path, json, ["latitude", "longitude"]);
    return {
      kind: "geopoint",
      latitude: parseDouble(`${path}.latitude`, point.get("latitude")),
      longitude: parseDouble(`${path}.longitude`, point.get("longitude")),
    };
  },
  arrayValue: (path, json, depth) => {
    const values = objectAt(path, json, ["values"]).get("values");
    if (!Array.isArray(values)) throw wrong(`${path}.values`, values, "an array");
    return {
      kind: "array",
      values: values.map((element, i) => parseValue(`${path}.values[${i}]`, element, depth)),
    };
  },
  mapValue: (path, json, depth) => ({
    kind: "map",
    fields: parseFields(`${path}.fields`, objectAt(path, json, ["fields"]).get("fields"), depth),
  }),
};

/** More than any document has; it only keeps hostile input from running out of stack. */
const DEEPEST = 100;

function parseFields(path: string, json: unknown, depth: number): Fields {
  const entries = [...objectAt(path, json)];
  return new Map(entries.map(([name, value]) => [name, parseValue(`${path}.${name}`, value, depth)]));
}

function parseValue(path: string, json: unknown, depth: number): Value {
  if (depth > DEEPEST) throw new Error(`${path.slice(0, 100)}…: values go deeper than ${DEEPEST} levels`);
  const [[kind, content], ...more] = [...objectAt(path, json), ["", undefined] as const];
  if (more.length !== 1 || !Object.hasOwn(PARSERS, kind))
    throw wrong(path, json, `an object with one of ${Object.keys(PARSERS).join(", ")}`);
  return PARSERS[kind](`${path}.${kind}`, content, depth + 1);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`);
  }
}

function objectAt(path: string, json: unknown, keys?: readonly string[]): ReadonlyMap<string, unknown> {
  if (typeof json !== "object" || json === null || Array.isArray(json)) throw wrong(path, json, "an object");
  const entries = new Map(Object.entries(json));
  const unknown = [...entries.keys()].find((key) => keys !== undefined && !keys.includes(key));
  if (unknown !== undefined)
    throw new Error(`${path}: unknown key ${show(unknown)}, expected ${keys!.join(", ")}`);
  return entries;
}

function textAt(path: string, json: unknown): string {
  if (typeof json !== "string") throw wrong(path, json, "a text");
  if (!json.isWellFormed()) throw wrong(path, json, "a text of whole Unicode characters");
  return json;
}

function parseName(json: unknown): string {
  const name = textAt("name", json);
  parseDocumentName(name);
  return name;
}

function parseInteger(path: string, json: unknown): bigint {
  const isInteger = typeof json === "string" && /^(0|-?[1-9]\d{0,18})$/.test(json);
  if (!isInteger || BigInt.asIntN(64, BigInt(json)) !== BigInt(json))
    throw wrong(path, json, "a 64-bit integer as text");
  return BigInt(json);
}

function parseDouble(path: string, json: unknown): number {
  const isNamed = typeof json === "string" && ["NaN", "Infinity", "-Infinity", "-0"].includes(json);
  if (typeof json !== "number" && !isNamed)
    throw wrong(path, json, `a number, "NaN", "Infinity", "-Infinity" or "-0"`);
  return Number(json);
}

function parseBytes(path: string, json: unknown): Uint8Array {
  const bytes = Buffer.from(textAt(path, json), "base64");
  if (bytes.toString("base64") !== json) throw wrong(path, json, "bytes in base64");
  return bytes;
}

const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?Z$/;

function parseTime(path: string, json: unknown): bigint {
  const [, seconds = "", fraction = ""] = TIME.exec(typeof json === "string" ? json : "") ?? [];
  const milliseconds = Date.parse(`${seconds}Z`);
  // The round trip refuses what Date would roll over, such as the 31st of February.
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(seconds))
    throw wrong(path, json, `a time such as "2026-01-02T03:04:05.000006Z"`);
  return BigInt(milliseconds) * 1_000n + BigInt(fraction.padEnd(6, "0"));
}

function wrong(path: string, found: unknown, wanted: string): Error {
  return new Error(`${path}: found ${found === undefined ? "nothing" : show(found)}, expected ${wanted}`);
}

function show(json: unknown): string {
  const text = JSON.stringify(json);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
