// Writes the sample data into an emulator that cannot import our format: Google's own.
import { join } from "node:path";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { writeDocument } from "../firestore/document.ts";
import { readExport } from "../firestore/export.ts";
import { firestoreProtos } from "../firestore/protos.ts";

const METADATA = "firestore_export/firestore_export.overall_export_metadata";
/** Well below the 10 MiB of a request, for documents of some kilobytes. */
const BATCH = 100;

/** `address`: host:port of the emulator. Times of creation and update become those of now. */
export async function loadSamples(samples: string, address: string): Promise<void> {
  const client = new Client(address, credentials.createInsecure());
  const type = firestoreProtos().lookupType("google.firestore.v1.CommitRequest");
  try {
    const documents = [...readExport(join(samples, METADATA))];
    for (let i = 0; i < documents.length; i += BATCH) {
      const batch = documents.slice(i, i + BATCH);
      const [, database] = /^(projects\/[^/]+\/databases\/[^/]+)\//.exec(batch[0]!.name)!;
      const request = { database, writes: batch.map((document) => ({ update: writeDocument(document) })) };
      await commit(client, Buffer.from(type.encode(request as never).finish()));
    }
  } finally {
    client.close();
  }
}

function commit(client: Client, request: Buffer): Promise<void> {
  const metadata = new Metadata();
  metadata.set("authorization", "Bearer owner");
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      "/google.firestore.v1.Firestore/Commit",
      (bytes: Buffer) => bytes,
      (bytes) => bytes,
      request,
      metadata,
      (error) => (error === null ? resolve() : reject(error)),
    );
  });
}
