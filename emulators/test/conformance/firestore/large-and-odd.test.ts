// Requests that are large or odd, and legal; and the long ones that are not.
import { FieldValue } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

test.each([
  ["documents-prod", "(default)"],
  ["documents", "documents"],
  ["p", "documents-eu"],
])("the project %s with the database %s is one like any other", async (project, databaseId) => {
  const db = target.client({ projectId: `${project}`, databaseId });
  const document = db.collection(target.collection().id).doc("a");
  await document.set({ n: 1 });
  expect((await document.get()).get("n")).toBe(1);
  expect((await document.parent.where("n", "==", 1).get()).size).toBe(1);
  expect((await document.parent.listDocuments()).map(({ id }) => id)).toEqual(["a"]);
});

test("a union with 20,000 elements holds each of them once", async () => {
  const document = target.collection().doc("a");
  const elements = Array.from({ length: 20_000 }, (_, i) => `element ${i}`);
  await document.set({ list: elements.slice(0, 10_000) });
  await document.update({ list: FieldValue.arrayUnion(...elements) });
  expect((await document.get()).get("list")).toEqual(elements);
  await document.update({ list: FieldValue.arrayRemove(...elements.slice(1)) });
  expect((await document.get()).get("list")).toEqual(["element 0"]);
});

test("500 transforms of one document in one commit pass, 501 are refused with INVALID_ARGUMENT", async () => {
  const document = target.collection().doc("a");
  const increments = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, FieldValue.increment(1)]));
  await document.set(increments(500));
  await refused(document.set(increments(501)), Code.INVALID_ARGUMENT);
});

test("a name of 200,000 characters is refused with INVALID_ARGUMENT, and the connection lives on", async () => {
  const name = target.name(`c/${"x".repeat(200_000)}`);
  await refused(target.raw.call("GetDocument", { name }), Code.INVALID_ARGUMENT);
  await refused(
    target.raw.call("BeginTransaction", { database: "x".repeat(200_000) }),
    Code.INVALID_ARGUMENT,
  );
  expect(await target.raw.call("BeginTransaction", { database: target.database })).toHaveProperty(
    "transaction",
  );
});

// firestore.proto: "Duplicate names will be elided."
test("a document that is asked for twice in one request is answered once", async () => {
  const name = target.name("c/a");
  const documents = [name, name];
  const answers = await target.raw.collect("BatchGetDocuments", { database: target.database, documents });
  expect(answers).toHaveLength(1);
});
