// A database as files that people can read and compare, and back.
//
// {folder}/{name}/{name}.overall_export_metadata   one JSON object: format, version, number of documents
// {folder}/{name}/documents.jsonl                  one document a line (see export-json.ts), sorted by name
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { Code, invalid, StatusError } from "../wire/status.ts";
import { type Document, readDocument, writeDocument } from "./document.ts";
import { formatDocument, parseDocument } from "./export-json.ts";
import { compareNames } from "./order.ts";

const FORMAT = "policyledger-firestore-export";
const VERSION = 1;
const DOCUMENTS_FILE = "documents.jsonl";
const CHUNK_BYTES = 1 << 20;
/** A document comes in a request of at most 10 MiB; an array of empty maps grows the most as JSON, about 7-fold. */
const MAX_LINE_LENGTH = 80 << 20;
const MAX_METADATA_BYTES = 1 << 16;

/**
 * Writes a new folder and then puts it in the place of a former one, which stays whole until then. All in one go, so
 * that no commit comes in between: what is exported is one moment.
 */
export function exportDocuments(documents: Iterable<Document>, folder: string, name: string): void {
  if (name === "" || name === "." || name === ".." || basename(name) !== name)
    throw invalid(`Cannot export to "${name}": expected the name of one folder.`);
  try {
    mkdirSync(folder, { recursive: true });
    const place = join(folder, name);
    if (existsSync(formerOf(place)) && !existsSync(place)) renameSync(formerOf(place), place);
    const written = mkdtempSync(join(folder, `.${name}-`));
    try {
      writeExport(documents, written, name);
      replace(place, written);
    } finally {
      rmSync(written, { recursive: true, force: true });
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new StatusError(Code.INTERNAL, `Cannot export to ${join(folder, name)}: ${error.message}`);
  }
}

function writeExport(documents: Iterable<Document>, folder: string, name: string): void {
  const sorted = [...documents].sort((a, b) => compareNames(a.name, b.name));
  writeFile(join(folder, DOCUMENTS_FILE), lines(sorted));
  const metadata = { format: FORMAT, version: VERSION, documents: sorted.length };
  writeFile(join(folder, `${name}.overall_export_metadata`), [`${JSON.stringify(metadata, null, 2)}\n`]);
}

function* lines(documents: Iterable<Document>): Iterable<string> {
  for (const document of documents) yield `${formatDocument(document)}\n`;
}

/** On the disk when it returns: a rename must not become durable before what it names. */
function writeFile(path: string, texts: Iterable<string>): void {
  const file = openSync(path, "wx");
  try {
    let chunk = "";
    for (const text of texts) {
      chunk += text;
      if (chunk.length < CHUNK_BYTES) continue;
      writeAll(file, chunk);
      chunk = "";
    }
    writeAll(file, chunk);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Where the former export waits; a crash between the two renames leaves it there, and the next export puts it back. */
function formerOf(place: string): string {
  return join(dirname(place), `.${basename(place)}.former`);
}

function replace(place: string, written: string): void {
  const former = formerOf(place);
  rmSync(former, { recursive: true, force: true });
  const hasFormer = existsSync(place);
  if (hasFormer) renameSync(place, former);
  try {
    renameSync(written, place);
  } catch (error) {
    if (hasFormer) renameSync(former, place);
    throw error;
  }
  rmSync(former, { recursive: true, force: true });
}

/** The documents of an export, named by its metadata file; throws at the first that is not well-formed. */
export function* readExport(metadataFile: string): Iterable<Document> {
  const expected = readMetadata(metadataFile);
  const file = join(dirname(metadataFile), DOCUMENTS_FILE);
  const names = new Set<string>();
  let line = 0;
  for (const text of readLines(file)) {
    line += 1;
    const document = parseLine(text, `${file}:${line}`);
    if (names.has(document.name))
      throw invalid(`${file}:${line}: ${document.name} stands here a second time.`);
    names.add(document.name);
    yield document;
  }
  if (line !== expected)
    throw invalid(
      `${file} holds ${line} documents, but ${metadataFile} says ${expected}: one of them is not whole.`,
    );
}

function readMetadata(file: string): number {
  const bytes = reading(file, () => {
    if (statSync(file).size > MAX_METADATA_BYTES) throw invalid(notOurs(file));
    return readFileSync(file);
  });
  let metadata: { format?: unknown; version?: unknown; documents?: unknown } | null;
  try {
    metadata = JSON.parse(bytes.toString());
  } catch {
    throw invalid(notOurs(file));
  }
  if (metadata?.format !== FORMAT)
    throw invalid(`${file}: found format ${JSON.stringify(metadata?.format)}, expected "${FORMAT}".`);
  if (metadata.version !== VERSION)
    throw invalid(`${file}: found version ${JSON.stringify(metadata.version)}, expected ${VERSION}.`);
  if (!Number.isSafeInteger(metadata.documents))
    throw invalid(`${file}: found ${JSON.stringify(metadata.documents)} documents, expected their number.`);
  return metadata.documents as number;
}

function notOurs(file: string): string {
  return (
    `${file} was not written by this local Firestore. The exports of Google's own emulator and of the cloud are in ` +
    "LevelDB format, which cannot be read here: import it there, and copy the documents over with a client."
  );
}

function parseLine(text: string, where: string): Document {
  try {
    const document = parseDocument(text);
    // What a client may not write may not come in here either: the one codec checks it.
    readDocument(writeDocument(document));
    return document;
  } catch (error) {
    throw invalid(`${where}: ${(error as Error).message}`);
  }
}

/** The last line may lack its line break: editors forget it. */
function* readLines(path: string): Iterable<string> {
  const file = reading(path, () => openSync(path, "r"));
  try {
    const decoder = new StringDecoder("utf8");
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let rest = "";
    let line = 1;
    for (let size = -1; size !== 0; ) {
      size = reading(path, () => readSync(file, chunk));
      const texts = (size === 0 ? decoder.end() : decoder.write(chunk.subarray(0, size))).split("\n");
      texts[0] = rest + texts[0];
      rest = texts.pop()!;
      yield* texts;
      line += texts.length;
      if (rest.length > MAX_LINE_LENGTH)
        throw invalid(`${path}:${line}: longer than ${MAX_LINE_LENGTH} characters, which no document is.`);
    }
    if (rest !== "") yield rest;
  } finally {
    closeSync(file);
  }
}

function reading<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new StatusError(Code.NOT_FOUND, `Cannot read the export ${path}: ${error.message}`);
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
