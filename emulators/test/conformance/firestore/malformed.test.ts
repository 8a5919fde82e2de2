// Requests with parts missing or senseless: each is answered, or refused for what it is; the service never stumbles.
import { describe, expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const UNKNOWN = 2;
const INTERNAL = 13;
const NONSENSE = ["", "nonsense", -1, {}, [], [{}], { nonsense: 1 }, Buffer.from([1, 2, 3])];

/** Complete requests: what is missing in the cases below is missing from these. */
function complete(): [rpc: string, request: object][] {
  const { database } = target;
  const parent = `${database}/documents`;
  const name = target.name("malformed/a");
  const fields = {
    n: { integerValue: "1" },
    a: { arrayValue: { values: [{ mapValue: { fields: { x: { nullValue: 0 } } } }] } },
  };
  const field = { fieldPath: "n" };
  const value = { integerValue: "1" };
  const structuredQuery = {
    select: { fields: [field] },
    from: [{ collectionId: "malformed", allDescendants: false }],
    where: {
      compositeFilter: {
        op: "AND",
        filters: [
          { fieldFilter: { field, op: "IN", value: { arrayValue: { values: [value] } } } },
          { unaryFilter: { field, op: "IS_NOT_NAN" } },
        ],
      },
    },
    orderBy: [{ field, direction: "DESCENDING" }],
    startAt: { values: [value], before: true },
    limit: { value: 1 },
  };
  const writes = [
    { update: { name, fields }, updateMask: { fieldPaths: ["n"] }, currentDocument: { exists: true } },
    { update: { name }, updateTransforms: [{ fieldPath: "n", increment: value }] },
    {
      transform: { document: name, fieldTransforms: [{ fieldPath: "t", setToServerValue: "REQUEST_TIME" }] },
    },
    { delete: name, currentDocument: { updateTime: { seconds: 1, nanos: 0 } } },
  ];
  const aggregations = [
    { alias: "s", sum: { field } },
    { alias: "c", count: { upTo: { value: "1" } } },
  ];
  const mask = { fieldPaths: ["n"] };
  return [
    ["GetDocument", { name, mask, readTime: { seconds: 1 } }],
    ["ListDocuments", { parent, collectionId: "malformed", pageSize: 1, pageToken: "", orderBy: "n", mask }],
    ["CreateDocument", { parent, collectionId: "malformed", documentId: "b", document: { fields }, mask }],
    [
      "UpdateDocument",
      { document: { name, fields }, updateMask: mask, mask, currentDocument: { exists: true } },
    ],
    ["DeleteDocument", { name, currentDocument: { exists: true } }],
    [
      "BatchGetDocuments",
      { database, documents: [name], mask, newTransaction: { readOnly: { readTime: { seconds: 1 } } } },
    ],
    ["BeginTransaction", { database, options: { readWrite: { retryTransaction: Buffer.alloc(8) } } }],
    ["Commit", { database, writes, transaction: Buffer.alloc(8) }],
    ["Rollback", { database, transaction: Buffer.alloc(8) }],
    ["RunQuery", { parent, structuredQuery }],
    ["RunAggregationQuery", { parent, structuredAggregationQuery: { structuredQuery, aggregations } }],
    ["ListCollectionIds", { parent, pageSize: 1, pageToken: "" }],
    ["BatchWrite", { database, writes }],
  ];
}
const STREAMED = new Set(["BatchGetDocuments", "RunQuery", "RunAggregationQuery"]);

type Tree = { [key: string]: unknown };

/** Every request that is like this one but for one part: without it, or with something senseless in its place. */
function* damaged(whole: Tree): Generator<Tree> {
  for (const key of Object.keys(whole)) {
    const part = whole[key];
    const { [key]: _, ...rest } = whole;
    yield rest;
    for (const nonsense of NONSENSE) yield { ...whole, [key]: nonsense };
    if (Array.isArray(part))
      for (const each of damaged({ ...part })) yield { ...whole, [key]: Object.values(each) };
    else if (typeof part === "object" && part !== null && !Buffer.isBuffer(part))
      for (const each of damaged(part as Tree)) yield { ...whole, [key]: each };
  }
}

/** UNKNOWN and INTERNAL say that the service stumbled; but not when the request could not even be put on the wire. */
function isStumble({ code, details }: { code?: number; details?: string }): boolean {
  return (code === INTERNAL || code === UNKNOWN) && !/message serialization failure/.test(details ?? "");
}

/** What it stumbled over, or null if it did not. */
async function stumble(rpc: string, request: object): Promise<object | null> {
  const call = STREAMED.has(rpc) ? target.raw.collect(rpc, request) : target.raw.call(rpc, request);
  return call.then(
    () => null,
    (error) => (isStumble(error) ? { details: error.details, request } : null),
  );
}

describe("a request with a part missing or senseless is answered, or refused for that", () => {
  test.each(complete())("%s", async (rpc, request) => {
    const stumbled: object[] = [];
    for (const each of [{}, ...damaged(request as Tree)]) {
      const found = await stumble(rpc, each);
      if (found !== null) stumbled.push(found);
    }
    expect(stumbled).toEqual([]);
  });

  test("Listen", async () => {
    const { database } = target;
    const structuredQuery = {
      from: [{ collectionId: "malformed" }],
      limit: { value: 1 },
      orderBy: [{ field: { fieldPath: "n" } }],
    };
    const addTargets = [
      { targetId: 1, query: { parent: `${database}/documents`, structuredQuery } },
      { targetId: 1, documents: { documents: [target.name("malformed/a")] }, resumeToken: Buffer.alloc(12) },
    ];
    const stumbled: object[] = [];
    for (const addTarget of [{}, ...addTargets.flatMap((each) => [...damaged(each)])]) {
      const stream = target.raw.open("Listen");
      stream.send({ database, addTarget });
      const answer = await stream.next().then(
        ({ targetChange }) => ({ code: targetChange?.cause?.code, details: targetChange?.cause?.message }),
        (error) => error,
      );
      if (isStumble(answer)) stumbled.push({ details: answer.details, addTarget });
      stream.close();
    }
    expect(stumbled).toEqual([]);
  });
});

test("a query that is none is refused with INVALID_ARGUMENT", async () => {
  const parent = `${target.database}/documents`;
  await refused(target.raw.collect("RunQuery", { parent }), Code.INVALID_ARGUMENT);
  await refused(target.raw.collect("RunAggregationQuery", { parent }), Code.INVALID_ARGUMENT);
  const structuredAggregationQuery = { aggregations: [{ count: {} }] };
  await refused(
    target.raw.collect("RunAggregationQuery", { parent, structuredAggregationQuery }),
    Code.INVALID_ARGUMENT,
  );
});

test("a document that is none is refused with INVALID_ARGUMENT", async () => {
  await refused(target.raw.call("UpdateDocument", {}), Code.INVALID_ARGUMENT);
});
