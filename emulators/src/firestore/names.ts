// Resource names: projects/{project}/databases/{database}/documents/{collection}/{document}/…, their parts and their rules.
import { invalid } from "../wire/status.ts";
import { numericId } from "./order.ts";
import { isReserved } from "./vector.ts";

/** https://firebase.google.com/docs/firestore/quotas: "Maximum size of a document ID" and "… of a document name". */
const MAX_ID_BYTES = 1_500;
const MAX_NAME_BYTES = 6 * 1_024;
/** projects / {project} / databases / {database} / documents. */
const ROOT_SEGMENTS = 5;

export interface DocumentName {
  /** projects/{project}/databases/{database} */
  readonly database: string;
  /** {collection}/{document}/… */
  readonly path: string;
}

/** Checks projects/{project}/databases/{database}, and answers its two ids. */
export function parseDatabase(name: string): { readonly project: string; readonly database: string } {
  const segments = name.split("/");
  checkRoot("Database name", name, segments, 4);
  if (segments.length !== 4)
    throw invalid(
      `Database name "${name}" has ${segments.length} segments; 4 are wanted: projects/…/databases/….`,
    );
  return { project: segments[1]!, database: segments[3]! };
}

/** Checks the full name of a document. */
export function parseDocumentName(name: string): DocumentName {
  const { database, path } = parse("Document name", name);
  if (path.length === 0 || path.length % 2 !== 0)
    throw invalid(
      `Document name "${name}" does not name a document: after "documents" come ${path.length} segments; pairs of a collection and a document are wanted.`,
    );
  return { database, path: path.join("/") };
}

/** Checks the parent of a collection: a document, or the documents root, of which the path is "". */
export function parseParent(name: string): DocumentName {
  const { database, path } = parse("Document parent name", name);
  if (path.length % 2 !== 0)
    throw invalid(
      `Document parent name "${name}" is a collection; a document or the documents root is wanted.`,
    );
  return { database, path: path.join("/") };
}

/** Checks the id of a collection. */
export function checkCollectionId(id: string): void {
  if (id.includes("/")) throw invalid(`Collection id "${id}" is invalid because it contains "/".`);
  checkId("Collection id", id);
}

/** Checks an id that a client chose for a new document. */
export function checkDocumentId(id: string): void {
  if (id.includes("/")) throw invalid(`Document id "${id}" is invalid because it contains "/".`);
  checkId("Document id", id);
}

/** The collection that a document is in, as a name; of a collection, the document or root that it is under. */
export function parentOf(name: string): string {
  return name.slice(0, name.lastIndexOf("/"));
}

/** The id of the collection that a document is in. */
export function collectionIdOf(name: string): string {
  const collection = parentOf(name);
  return collection.slice(collection.lastIndexOf("/") + 1);
}

const ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 20;
/** The greatest multiple of 62 in a byte: bytes above it would make some characters likelier than others. */
const UNBIASED = 248;

/** A new document id, as the client libraries make them: 20 characters of A-Z, a-z and 0-9. */
export function autoId(randomBytes: (count: number) => Uint8Array): string {
  let id = "";
  while (id.length < ID_LENGTH)
    for (const byte of randomBytes(ID_LENGTH * 2))
      if (byte < UNBIASED && id.length < ID_LENGTH) id += ID_CHARACTERS[byte % ID_CHARACTERS.length];
  return id;
}

function parse(what: string, name: string): { database: string; path: readonly string[] } {
  const segments = name.split("/");
  checkRoot(what, name, segments, ROOT_SEGMENTS);
  if (segments.length < ROOT_SEGMENTS) throw invalid(`${what} "${name}" lacks "documents" at index 4.`);
  const path = segments.slice(ROOT_SEGMENTS);
  for (const segment of path) checkId("Resource id", segment);
  if (name.length * 3 > MAX_NAME_BYTES && Buffer.byteLength(name) > MAX_NAME_BYTES)
    throw invalid(`${what} "${name.slice(0, 80)}…" is longer than ${MAX_NAME_BYTES} bytes.`);
  return { database: segments.slice(0, 4).join("/"), path };
}

/** The fixed segments stand where they must, and the ids between them are not empty. */
function checkRoot(what: string, name: string, segments: readonly string[], length: number): void {
  for (const [index, wanted] of ["projects", null, "databases", null, "documents"]
    .slice(0, length)
    .entries()) {
    const segment = segments[index];
    if (wanted === null && (segment === undefined || segment === ""))
      throw invalid(`${what} "${name}" has no ${index === 1 ? "project" : "database"} id at index ${index}.`);
    if (wanted !== null && segment !== wanted)
      throw invalid(`${what} "${name}" lacks "${wanted}" at index ${index}.`);
  }
}

function checkId(what: string, id: string): void {
  if (id === "") throw invalid(`${what} "" is invalid because it is empty.`);
  if (id === "." || id === "..") throw invalid(`${what} "${id}" is invalid because it is "." or "..".`);
  if (isReserved(id) && numericId(id) === null)
    throw invalid(`${what} "${id}" is invalid because it is reserved.`);
  if (!id.isWellFormed()) throw invalid(`${what} "${id}" is not valid UTF-8.`);
  if (id.length * 3 > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES)
    throw invalid(`The key path element name is longer than ${MAX_ID_BYTES} bytes.`);
}
