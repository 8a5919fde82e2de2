// What the local Firestore does not do, it says: UNIMPLEMENTED, with the name of what is missing. Never a wrong answer.
import { describe, expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { isForeign, useTarget } from "./target.ts";

const target = useTarget();

describe.skipIf(isForeign)("not in the local Firestore", () => {
  const queried = () => ({
    parent: `${target.database}/documents`,
    structuredQuery: { from: [{ collectionId: target.collection().id }] },
  });

  test("partition queries", async () => {
    await refused(
      target.raw.call("PartitionQuery", { ...queried(), partitionCount: 2 }),
      Code.UNIMPLEMENTED,
      /PartitionQuery/,
    );
  });

  test("vector search", async () => {
    const search = target.collection().findNearest({
      vectorField: "v",
      queryVector: [1, 2],
      limit: 1,
      distanceMeasure: "EUCLIDEAN",
    });
    await refused(search.get(), Code.UNIMPLEMENTED, /find_?nearest|vector/i);
  });

  test("explaining a query", async () => {
    await refused(target.collection().explain(), Code.UNIMPLEMENTED, /explain/i);
    await refused(target.collection().count().explain(), Code.UNIMPLEMENTED, /explain/i);
  });

  test("pipelines", async () => {
    const structuredPipeline = { pipeline: { stages: [{ name: "collection" }] } };
    const call = target.raw.collect("ExecutePipeline", { database: target.database, structuredPipeline });
    await refused(call, Code.UNIMPLEMENTED, /ExecutePipeline/);
  });

  test("the write stream of the web and mobile clients", async () => {
    const stream = target.raw.open("Write");
    stream.send({ database: target.database });
    await refused(stream.next(), Code.UNIMPLEMENTED, /Write/);
  });

  test.each([
    ["GET", "/documents/c/a"],
    ["PATCH", "/documents/c/a"],
    ["POST", "/documents:commit"],
    ["POST", "/documents:runQuery"],
  ])("documents over REST: %s %s", async (method, path) => {
    const url = `http://${target.host}/v1/${target.database}${path}`;
    const response = await fetch(url, {
      method,
      headers: { authorization: "Bearer owner", "content-type": "application/json" },
      ...(method === "GET" ? {} : { body: "{}" }),
    });
    const text = await response.text();
    expect([response.status, text]).toEqual([501, expect.stringMatching(/UNIMPLEMENTED/)]);
    expect(text).toMatch(/REST/);
  });
});
