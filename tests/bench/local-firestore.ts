// The figures of the local Firestore: a process of its own, loaded by the official client and over gRPC alone.
import { Firestore } from "@google-cloud/firestore";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { makeDocument, writeDocument } from "../../emulators/src/firestore/document.ts";
import { firestoreProtos } from "../../emulators/src/firestore/protos.ts";
import type { Fields } from "../../emulators/src/firestore/value.ts";
import { inFlight } from "./in-flight.ts";
import { type StandIn, startStandIn } from "./stand-in.ts";

const ADMIN = { Authorization: "Bearer owner" };

async function withFirestore(
  work: (client: Firestore, standIn: StandIn) => Promise<number>,
): Promise<number> {
  const standIn = await startStandIn("firestore");
  const { host, port } = standIn;
  const client = new Firestore({ projectId: "demo-bench", host, port, ssl: false, customHeaders: ADMIN });
  try {
    return await work(client, standIn);
  } finally {
    await client.terminate();
    await standIn.stop();
  }
}

const CONTENT = { agent: "agents/ada", reward: 1_234, previous: "0".repeat(64), current: "f".repeat(64) };

/** 50 writers, each setting one new document of four fields after the other. */
export function commits(): Promise<number> {
  return withFirestore((client) => {
    const documents = client.collection("entries");
    return inFlight(50, async () => {
      await documents.doc().set(CONTENT);
      return 1;
    });
  });
}

/** The same over gRPC alone, without the SDK on top. */
export function rawCommits(): Promise<number> {
  return withFirestore((_, { host, port }) => {
    const client = new Client(`${host}:${port}`, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set("authorization", ADMIN.Authorization);
    const database = "projects/demo-bench/databases/(default)";
    const protos = firestoreProtos();
    const request = protos.lookupType("google.firestore.v1.CommitRequest");
    const response = protos.lookupType("google.firestore.v1.CommitResponse");
    let next = 0;
    return inFlight(50, () => {
      const update = documentOf(`${database}/documents/entries/${next++}`);
      return new Promise<number>((resolve, reject) => {
        client.makeUnaryRequest(
          "/google.firestore.v1.Firestore/Commit",
          (message: object) => Buffer.from(request.encode(message as never).finish()),
          (bytes) => response.decode(bytes),
          { database, writes: [{ update }] },
          metadata,
          (error) => (error === null ? resolve(1) : reject(error)),
        );
      });
    }).finally(() => client.close());
  });
}

/** 50 readers, each getting one of 1,000 documents after the other. */
export function reads(): Promise<number> {
  return withFirestore(async (client) => {
    const references = await thousand(client);
    let next = 0;
    return inFlight(50, async () => {
      await references[next++ % references.length]!.get();
      return 1;
    });
  });
}

/** 10 readers, each getting 20 of 1,000 documents in one request after the other. */
export function batchReads(): Promise<number> {
  return withFirestore(async (client) => {
    const references = await thousand(client);
    let next = 0;
    return inFlight(10, async () => {
      const start = (20 * next++) % references.length;
      return (await client.getAll(...references.slice(start, start + 20))).length;
    });
  });
}

/** Resident memory of the stand-in with 1,000 documents. */
export function firestoreMemory(): Promise<number> {
  return withFirestore(async (client, standIn) => {
    await thousand(client);
    return standIn.memory();
  });
}

async function thousand(client: Firestore) {
  const references = Array.from({ length: 1_000 }, (_, i) => client.doc(`entries/${i}`));
  const batch = client.batch();
  for (const reference of references) batch.set(reference, CONTENT);
  await batch.commit();
  return references;
}

/** CONTENT as google.firestore.v1.Document. */
function documentOf(name: string): Uint8Array {
  const fields: Fields = new Map(
    Object.entries(CONTENT).map(([key, value]) => [
      key,
      typeof value === "number" ? { kind: "integer", value: BigInt(value) } : { kind: "string", value },
    ]),
  );
  return writeDocument(makeDocument(name, fields, 0n, 0n));
}
