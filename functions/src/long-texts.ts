// Long texts in Firestore, whose documents hold less than 1 MiB each: compressed, and cut into parts below the document that
// says how many there are. Parts are written in its own commit, and never change.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, gunzipSync, gzipSync } from "node:zlib";
import type { DocumentReference, DocumentSnapshot } from "firebase-admin/firestore";
import type { KeptText } from "./documents.ts";

/** With its names a part stays below 1,048,576 bytes. */
const PART_BYTES = 900_000;

/** A text as it is to be written. */
export interface Packed {
  readonly kept: KeptText;
  readonly parts: readonly Buffer[];
}

export function pack(text: string): Packed {
  const bytes = Buffer.from(text);
  const packed = gzipSync(bytes);
  const parts: Buffer[] = [];
  for (let at = 0; at < packed.length; at += PART_BYTES) parts.push(packed.subarray(at, at + PART_BYTES));
  return { kept: { parts: parts.length, bytes: bytes.length }, parts };
}

/** Where the parts are of a text that belongs to a document. */
export function partRefs(of: DocumentReference, name: string, { parts }: KeptText): DocumentReference[] {
  return Array.from({ length: parts }, (_, i) => of.collection(name).doc(String(i).padStart(4, "0")));
}

/** The whole text. No more is inflated than was packed. */
export async function readLongText(of: DocumentReference, name: string, kept: KeptText): Promise<string> {
  const parts = await of.firestore.getAll(...partRefs(of, name, kept));
  return gunzipSync(Buffer.concat(parts.map(bytesOf)), { maxOutputLength: kept.bytes }).toString();
}

/** The text as a stream of bytes, which holds one part at a time. */
export function streamLongText(of: DocumentReference, name: string, kept: KeptText): Readable {
  const gunzip = createGunzip();
  async function* parts() {
    for (const ref of partRefs(of, name, kept)) yield bytesOf(await ref.get());
  }
  // What goes wrong ends the stream with its error, for whoever reads it.
  pipeline(Readable.from(parts()), gunzip).catch((error) => gunzip.destroy(error));
  return gunzip;
}

function bytesOf(part: DocumentSnapshot): Buffer {
  const bytes = part.get("bytes") as Uint8Array | undefined;
  if (bytes === undefined) throw new Error(`bug: ${part.ref.path} is not there`);
  return Buffer.from(bytes);
}
