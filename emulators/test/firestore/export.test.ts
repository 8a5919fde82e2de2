// Exports: what stands in the files, that it comes back the same, and what is said of files that are broken.
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Document, makeDocument, writeDocument } from "../../src/firestore/document.ts";
import { exportDocuments, readExport } from "../../src/firestore/export.ts";
import { formatDocument, parseDocument } from "../../src/firestore/export-json.ts";
import type { Value } from "../../src/firestore/value.ts";

const ROOT = "projects/p/databases/(default)/documents";
const NAME = "firestore_export";
const TIMES = `"createTime":"2026-01-02T03:04:05.000006Z","updateTime":"2026-01-02T03:04:05.000006Z"`;
const TIME = BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)) * 1_000n + 6n;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "export-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const metadataFile = () => join(folder, NAME, `${NAME}.overall_export_metadata`);
const documentsFile = () => join(folder, NAME, "documents.jsonl");

function document(path: string, fields: Readonly<Record<string, Value>> = {}): Document {
  return makeDocument(`${ROOT}/${path}`, new Map(Object.entries(fields)), TIME, TIME);
}

const broken = Object.defineProperty({ ...document("a/2") }, "fields", {
  get: () => {
    throw new Error("the memory is gone");
  },
});

const EVERY_KIND: Readonly<Record<string, Value>> = {
  null: { kind: "null" },
  true: { kind: "boolean", value: true },
  largest: { kind: "integer", value: 9223372036854775807n },
  smallest: { kind: "integer", value: -9223372036854775808n },
  tenth: { kind: "double", value: 0.1 },
  one: { kind: "double", value: 1 },
  tiny: { kind: "double", value: 5e-324 },
  nan: { kind: "double", value: Number.NaN },
  down: { kind: "double", value: Number.NEGATIVE_INFINITY },
  minusZero: { kind: "double", value: -0 },
  before: { kind: "timestamp", value: -1n },
  first: { kind: "timestamp", value: BigInt(Date.parse("0001-01-01T00:00:00Z")) * 1_000n },
  last: { kind: "timestamp", value: BigInt(Date.parse("9999-12-31T23:59:59Z")) * 1_000n + 999_999n },
  text: { kind: "string", value: 'line\n "quoted" \u2028 ü 😀' },
  bytes: { kind: "bytes", value: Buffer.of(0, 255, 128) },
  reference: { kind: "reference", value: `${ROOT}/ledger/1` },
  place: { kind: "geopoint", latitude: -0, longitude: 180 },
  list: { kind: "array", values: [{ kind: "null" }, { kind: "map", fields: new Map() }] },
};

test("formatDocument writes sorted fields, six decimals of time and the value notation of REST", () => {
  const fields = {
    b: EVERY_KIND.bytes,
    "10": EVERY_KIND.largest,
    "9": EVERY_KIND.minusZero,
    a: EVERY_KIND.list,
  };
  expect(formatDocument(document("ledger/1", { ...fields, t: EVERY_KIND.before, p: EVERY_KIND.place }))).toBe(
    `{"name":"${ROOT}/ledger/1",${TIMES},"fields":{` +
      `"10":{"integerValue":"9223372036854775807"},` +
      `"9":{"doubleValue":"-0"},` +
      `"a":{"arrayValue":{"values":[{"nullValue":null},{"mapValue":{"fields":{}}}]}},` +
      `"b":{"bytesValue":"AP+A"},` +
      `"p":{"geoPointValue":{"latitude":"-0","longitude":180}},` +
      `"t":{"timestampValue":"1969-12-31T23:59:59.999999Z"}}}`,
  );
});

test.each(Object.entries(EVERY_KIND))("parseDocument reads what formatDocument wrote: %s", (key, value) => {
  const written = document("ledger/1", {
    [key]: value,
    in: { kind: "map", fields: new Map([["__proto__", value]]) },
  });
  const read = parseDocument(formatDocument(written));
  expect(read.fields.get(key)).toEqual(value);
  expect(read).toMatchObject({ name: written.name, createTime: TIME, updateTime: TIME });
  expect(formatDocument(read)).toBe(formatDocument(written));
  expect((read.fields.get("in") as Value & { kind: "map" }).fields.get("__proto__")).toEqual(value);
});

test("exportDocuments and readExport give every document back with the same bytes, by name", () => {
  const documents = [
    document("b/1", EVERY_KIND),
    document("a/1/c/1"),
    document("a/1", { one: EVERY_KIND.one }),
  ];
  exportDocuments(documents, folder, NAME);
  const read = [...readExport(metadataFile())];
  expect(read.map(({ name }) => name)).toEqual([`${ROOT}/a/1`, `${ROOT}/a/1/c/1`, `${ROOT}/b/1`]);
  const sortedFields = (given: Document) => formatDocument(given);
  expect(read.map(sortedFields)).toEqual([documents[2], documents[1], documents[0]].map(sortedFields));
  expect([...writeDocument(read[0])]).toEqual([...writeDocument(documents[2])]);
  expect(readFileSync(documentsFile(), "utf8").split("\n")).toHaveLength(4);
  expect(JSON.parse(readFileSync(metadataFile(), "utf8"))).toEqual({
    format: "policyledger-firestore-export",
    version: 1,
    documents: 3,
  });
});

test("exportDocuments writes the same files again for the same documents in another order", () => {
  const documents = Array.from({ length: 300 }, (_, i) => document(`a/${i}`, { text: EVERY_KIND.text }));
  exportDocuments(documents, folder, NAME);
  const former = readFileSync(documentsFile());
  exportDocuments(documents.reverse(), folder, NAME);
  expect(readFileSync(documentsFile())).toEqual(former);
});

test("exportDocuments replaces a former export and leaves nothing else behind", () => {
  exportDocuments([document("a/old")], folder, NAME);
  exportDocuments([document("a/new")], folder, NAME);
  expect([...readExport(metadataFile())].map(({ name }) => name)).toEqual([`${ROOT}/a/new`]);
  expect(readdirSync(folder)).toEqual([NAME]);
});

test("exportDocuments that fails half way leaves the former export whole", () => {
  exportDocuments([document("a/old")], folder, NAME);
  expect(() => exportDocuments([document("a/1"), broken], folder, NAME)).toThrow("the memory is gone");
  expect([...readExport(metadataFile())].map(({ name }) => name)).toEqual([`${ROOT}/a/old`]);
  expect(readdirSync(folder)).toEqual([NAME]);
});

test("exportDocuments after a crash between the renames puts the former export back first", () => {
  exportDocuments([document("a/old")], folder, NAME);
  renameSync(join(folder, NAME), join(folder, `.${NAME}.former`));
  expect(() => exportDocuments([broken], folder, NAME)).toThrow("the memory is gone");
  expect([...readExport(metadataFile())].map(({ name }) => name)).toEqual([`${ROOT}/a/old`]);
  exportDocuments([document("a/new")], folder, NAME);
  expect([...readExport(metadataFile())].map(({ name }) => name)).toEqual([`${ROOT}/a/new`]);
  expect(readdirSync(folder)).toEqual([NAME]);
});

test.each(["", "..", "a/b"])("exportDocuments refuses %j as the name of its folder", (name) => {
  expect(() => exportDocuments([], folder, name)).toThrow(
    `Cannot export to "${name}": expected the name of one folder.`,
  );
});

test("readExport reads lines of any length and characters that fall across two chunks", () => {
  const long: Value = { kind: "string", value: `${"😀".repeat(400_000)}` };
  exportDocuments([document("a/1", { long }), document("a/2", { long })], folder, NAME);
  expect([...readExport(metadataFile())].map(({ fields }) => fields.get("long"))).toEqual([long, long]);
});

function writeLines(...lines: readonly string[]): void {
  exportDocuments([], folder, NAME);
  writeFileSync(documentsFile(), lines.join("\n"));
  const metadata = { format: "policyledger-firestore-export", version: 1, documents: lines.length };
  writeFileSync(metadataFile(), JSON.stringify(metadata));
}

function faultOf(): string {
  try {
    for (const _ of readExport(metadataFile()));
  } catch (error) {
    return (error as Error).message.replaceAll(join(folder, NAME), "");
  }
  return "none";
}

const line = (path: string, fields = "{}") => `{"name":"${ROOT}/${path}",${TIMES},"fields":${fields}}`;

test("readExport takes files that an editor left without a last line break or with carriage returns", () => {
  writeLines(`${line("a/1")}\r`, line("a/2"));
  expect(faultOf()).toBe("none");
});

test.each([
  [`{"name":1}`, `name: found 1, expected a text`],
  [`[]`, "document: found [], expected an object"],
  [`{"id":1}`, `document: unknown key "id", expected name, createTime, updateTime, fields`],
  [line("a"), `Document name "${ROOT}/a" does not name a document`],
  [
    line("a/1").replace("05.000006Z", "65Z"),
    `createTime: found "2026-01-02T03:04:65Z", expected a time such as`,
  ],
  [
    line("a/1").replace("-01-02", "-02-31"),
    `createTime: found "2026-02-31T03:04:05.000006Z", expected a time such as`,
  ],
  [line("a/1").replace(`"fields":{}`, `"fields":null`), "fields: found null, expected an object"],
  [
    line("a/1", `{"f":{"integerValue":1}}`),
    "fields.f.integerValue: found 1, expected a 64-bit integer as text",
  ],
  [line("a/1", `{"f":{"integerValue":"9223372036854775808"}}`), "expected a 64-bit integer as text"],
  [line("a/1", `{"f":{"doubleValue":"1"}}`), `fields.f.doubleValue: found "1", expected a number, "NaN",`],
  [line("a/1", `{"f":{"bytesValue":"A"}}`), `fields.f.bytesValue: found "A", expected bytes in base64`],
  [line("a/1", `{"f":{"stringValue":"\\ud800"}}`), `expected a text of whole Unicode characters`],
  [
    line("a/1", `{"f":{"nullValue":null,"x":1}}`),
    `fields.f: found {"nullValue":null,"x":1}, expected an object with one of`,
  ],
  [line("a/1", `{"f":{}}`), "fields.f: found {}, expected an object with one of nullValue, booleanValue"],
  [line("a/1", `{"f":{"toString":1}}`), `fields.f: found {"toString":1}, expected an object with one of`],
  [
    line(
      "a/1",
      `{"f":{"arrayValue":{"values":[{"nullValue":null},{"mapValue":{"fields":{"g":{"booleanValue":0}}}}]}}}`,
    ),
    "fields.f.arrayValue.values[1].mapValue.fields.g.booleanValue: found 0, expected true or false",
  ],
  [line("a/1", `{"__x__":{"nullValue":null}}`), `"__x__"`],
  [
    line("a/1", `{"f":${`{"mapValue":{"fields":{"f":`.repeat(20_000)}{}${"}}}".repeat(20_000)}}`),
    "deeper than 100 levels",
  ],
  [`{"name":`, "not JSON: "],
])("readExport names file, line, place and what it wanted: %#", (second, fault) => {
  writeLines(line("a/0"), second);
  expect(faultOf()).toMatch(/^\/documents\.jsonl:2: /);
  expect(faultOf()).toContain(fault);
});

test("readExport refuses a name that stands twice, and a file that lost lines", () => {
  writeLines(line("a/1"), line("a/1"));
  expect(faultOf()).toBe(`/documents.jsonl:2: ${ROOT}/a/1 stands here a second time.`);
  writeLines(line("a/1"), line("a/2"));
  writeFileSync(documentsFile(), `${line("a/1")}\n`);
  expect(faultOf()).toBe(
    `/documents.jsonl holds 1 documents, but /${NAME}.overall_export_metadata says 2: one of them is not whole.`,
  );
});

test("readExport says plainly that it cannot read what Google's emulator exported", () => {
  exportDocuments([], folder, NAME);
  writeFileSync(metadataFile(), Buffer.from("0a2b120f00ff", "hex"));
  expect(faultOf()).toMatch(
    /was not written by this local Firestore.*LevelDB format, which cannot be read here/,
  );
});

test("readExport names the format and the version that it does not know", () => {
  exportDocuments([], folder, NAME);
  writeFileSync(metadataFile(), `{"format":"other"}`);
  expect(faultOf()).toContain(`found format "other", expected "policyledger-firestore-export".`);
  writeFileSync(metadataFile(), `{"format":"policyledger-firestore-export","version":2}`);
  expect(faultOf()).toContain("found version 2, expected 1.");
});

test("readExport says which file is not there", () => {
  expect(faultOf()).toMatch(/^Cannot read the export \/firestore_export\.overall_export_metadata: ENOENT/);
  exportDocuments([], folder, NAME);
  rmSync(documentsFile());
  expect(faultOf()).toMatch(/^Cannot read the export \/documents\.jsonl: ENOENT/);
});
