// Only the admin may do anything: whoever does not say `Bearer owner` is denied each call, and nothing happens.
import { describe, expect, test } from "vitest";
import type { Caller } from "./raw.ts";
import { Code, refused } from "./refused.ts";
import { isForeign, useTarget } from "./target.ts";

const target = useTarget();

const CALLERS: [string, Caller][] = [
  ["nobody", { authorization: null }],
  ["a user", { authorization: "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c2VyIn0." }],
  ["an empty token", { authorization: "Bearer " }],
  ["an owner of another kind", { authorization: "Basic owner" }],
];

/** Requests that the admin may make, all of one document. */
function requests(path: string): [rpc: string, request: object][] {
  const name = target.name(path);
  const { database } = target;
  const parent = `${database}/documents`;
  const structuredQuery = { from: [{ collectionId: path.split("/")[0] }] };
  const writes = [{ update: { name } }];
  return [
    ["GetDocument", { name }],
    ["ListDocuments", { parent, collectionId: "c" }],
    ["CreateDocument", { parent, collectionId: path.split("/")[0], documentId: "a", document: {} }],
    ["UpdateDocument", { document: { name } }],
    ["DeleteDocument", { name }],
    ["BatchGetDocuments", { database, documents: [name] }],
    ["BeginTransaction", { database }],
    ["Commit", { database, writes }],
    ["Rollback", { database, transaction: Buffer.alloc(8) }],
    ["RunQuery", { parent, structuredQuery }],
    [
      "RunAggregationQuery",
      { parent, structuredAggregationQuery: { structuredQuery, aggregations: [{ count: {} }] } },
    ],
    ["ListCollectionIds", { parent }],
    ["BatchWrite", { database, writes }],
  ];
}
const STREAMED = new Set(["BatchGetDocuments", "RunQuery", "RunAggregationQuery"]);

// What Google's emulator says depends on the rules that it was started with.
describe.skipIf(isForeign)("without `Bearer owner`", () => {
  test.each(CALLERS)("%s is denied every call, and writes nothing", async (_, caller) => {
    const path = target.collection().doc("a").path;
    for (const [rpc, request] of requests(path)) {
      const { raw } = target;
      const call = STREAMED.has(rpc) ? raw.collect(rpc, request, caller) : raw.call(rpc, request, caller);
      await refused(call, Code.PERMISSION_DENIED);
    }
    expect((await target.db.doc(path).get()).exists).toBe(false);
  });

  test.each(CALLERS)("%s is denied to listen", async (_, caller) => {
    const stream = target.raw.open("Listen", caller);
    const documents = { documents: [target.name("c/a")] };
    stream.send({ database: target.database, addTarget: { targetId: 1, documents } });
    await refused(stream.next(), Code.PERMISSION_DENIED);
  });

  test("nobody deletes", async () => {
    const doc = target.collection().doc("a");
    await doc.set({});
    const name = target.name(doc.path);
    await refused(
      target.raw.call("DeleteDocument", { name }, { authorization: null }),
      Code.PERMISSION_DENIED,
    );
    expect((await doc.get()).exists).toBe(true);
  });
});

test("the official client is the admin", async () => {
  const doc = target.collection().doc("a");
  await doc.set({ v: 1 });
  expect((await doc.get()).get("v")).toBe(1);
});
