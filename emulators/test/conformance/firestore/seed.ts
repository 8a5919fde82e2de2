// Fills a collection and names what a query gave, so that a case reads as data in, ids out.
import type { CollectionReference, DocumentData, Query, QuerySnapshot } from "@google-cloud/firestore";

/** Writes all documents in one commit. Their ids are the keys; list them in the order that a case expects back. */
export async function seed(
  collection: CollectionReference,
  documents: Record<string, DocumentData>,
): Promise<void> {
  const batch = collection.firestore.batch();
  for (const [id, data] of Object.entries(documents)) batch.set(collection.doc(id), data);
  await batch.commit();
}

export function ids(snapshot: QuerySnapshot): string[] {
  return snapshot.docs.map((document) => document.id);
}

/** The ids that a query finds, joined by a space: `a b c`. */
export async function found(query: Query): Promise<string> {
  return ids(await query.get()).join(" ");
}
