// What there is: the collections of a document, the documents of a collection, also those that only have something below them.
import { expect, test } from "vitest";
import { Code, refused } from "./refused.ts";
import { seed } from "./seed.ts";
import { isForeign, useTarget } from "./target.ts";

const target = useTarget();

test("listCollections gives the collections directly below a document, by id", async () => {
  const doc = target.collection().doc("doc");
  for (const id of ["b", "a", "c", "A"]) await doc.collection(id).doc("x").create({});
  await doc.collection("a").doc("x").collection("below").doc("y").create({});
  expect((await doc.listCollections()).map(({ id }) => id)).toEqual(["A", "a", "b", "c"]);
});

test("a collection is there because of its documents, or of what is below them, and goes with them", async () => {
  const doc = target.collection().doc("doc");
  const below = doc.collection("one").doc("missing").collection("two").doc("x");
  await below.set({});
  expect((await doc.listCollections()).map(({ path }) => path)).toEqual([`${doc.path}/one`]);
  await below.delete();
  expect(await doc.listCollections()).toEqual([]);
});

test("listCollections of the root lists root collections", async () => {
  const c = target.collection();
  await c.doc("a").collection("not-root").doc("x").set({});
  const listed = (await target.db.listCollections()).map(({ id }) => id);
  expect(listed).toContain(c.id);
  expect(listed).not.toContain("not-root");
});

test("listDocuments gives the documents by name, and the missing ones that have something below", async () => {
  const c = target.collection();
  await Promise.all([
    c.doc("c").set({}),
    c.doc("a").set({}),
    c.doc("b/b/b").set({}),
    c.doc("d/d/d/d/d").set({}),
  ]);
  const listed = await c.listDocuments();
  expect(listed.map(({ id }) => id)).toEqual(["a", "b", "c", "d"]);
  const exists = (await target.db.getAll(...listed)).map((snapshot) => snapshot.exists);
  expect(exists).toEqual([true, false, true, false]);
});

test("listDocuments of a collection where nothing is gives nothing", async () => {
  expect(await target.collection().listDocuments()).toEqual([]);
});

async function list(request: object) {
  return target.raw.call("ListDocuments", { parent: `${target.database}/documents`, ...request });
}
const namesOf = (answer: { documents?: { name: string }[] }) =>
  (answer.documents ?? []).map(({ name }) => name.split("/").at(-1)).join(" ");

test("ListDocuments pages: as many as asked, then a token for the next", async () => {
  const c = target.collection();
  await seed(c, { a: {}, b: {}, c: {}, d: {}, e: {} });
  const pages: string[] = [];
  let pageToken = "";
  do {
    const page = await list({ collectionId: c.id, pageSize: 2, pageToken });
    pages.push(namesOf(page));
    pageToken = page.nextPageToken ?? "";
  } while (pageToken !== "");
  expect(pages.filter((page) => page !== "")).toEqual(["a b", "c d", "e"]);
});

test("deleting the documents of a page loses none of the next", async () => {
  const c = target.collection();
  await seed(c, { a: {}, b: {}, c: {}, d: {} });
  const first = await list({ collectionId: c.id, pageSize: 2 });
  await Promise.all([c.doc("a").delete(), c.doc("b").delete()]);
  expect(namesOf(await list({ collectionId: c.id, pageSize: 2, pageToken: first.nextPageToken }))).toBe(
    "c d",
  );
});

test("ListDocuments shows missing documents, by name alone, only when told", async () => {
  const c = target.collection();
  await Promise.all([c.doc("a").set({ v: 1 }), c.doc("b/below/x").set({})]);
  expect(namesOf(await list({ collectionId: c.id }))).toBe("a");
  const { documents } = await list({ collectionId: c.id, showMissing: true });
  expect(documents[1]).toEqual({ name: target.name(`${c.id}/b`) });
  expect(documents[0]).toMatchObject({ fields: { v: { integerValue: "1" } }, createTime: expect.anything() });
});

test("ListDocuments with a mask gives the fields named", async () => {
  const c = target.collection();
  await seed(c, { a: { n: 1, m: "x" }, b: { n: 2 }, c: { m: "y" } });
  const { documents } = await list({ collectionId: c.id, mask: { fieldPaths: ["m"] } });
  expect(documents.map(({ fields = {} }) => fields)).toEqual([
    { m: { stringValue: "x" } },
    {},
    { m: { stringValue: "y" } },
  ]);
});

test("ListDocuments with an order gives the documents that have its field, in that order", async () => {
  const c = target.collection();
  await seed(c, { a: { n: 1 }, b: { n: 2 }, c: {} });
  expect(namesOf(await list({ collectionId: c.id, orderBy: "n desc" }))).toBe("b a");
});

test("ListDocuments of a subcollection whose parent is missing", async () => {
  const c = target.collection();
  await c.doc("missing/sub/x").set({});
  const answer = await target.raw.call("ListDocuments", {
    parent: target.name(`${c.id}/missing`),
    collectionId: "sub",
  });
  expect(namesOf(answer)).toBe("x");
});

test("ListCollectionIds pages through all of them", async () => {
  const doc = target.collection().doc("doc");
  await Promise.all(["a", "b", "c", "d", "e"].map((id) => doc.collection(id).doc("x").set({})));
  const all: string[] = [];
  let pageToken = "";
  do {
    const page = await target.raw.call("ListCollectionIds", {
      parent: target.name(doc.path),
      pageSize: 2,
      pageToken,
    });
    expect((page.collectionIds ?? []).length).toBeLessThanOrEqual(2);
    all.push(...(page.collectionIds ?? []));
    pageToken = page.nextPageToken ?? "";
  } while (pageToken !== "");
  expect(all).toEqual(["a", "b", "c", "d", "e"]);
});

test("ListCollectionIds gives them in the order of their UTF-8 bytes", async () => {
  const doc = target.collection().doc("doc");
  const inOrder = ["A", "a", "\u00e9", "\uffff", "\u{1f600}"];
  await Promise.all(inOrder.map((id) => doc.collection(id).doc("x").set({})));
  const parent = target.name(doc.path);
  expect((await target.raw.call("ListCollectionIds", { parent })).collectionIds).toEqual(inOrder);
});

// Google's emulator fails on it without a code; the cloud answers so.
test.skipIf(isForeign)("a page token that makes no sense is refused with INVALID_ARGUMENT", async () => {
  await refused(list({ collectionId: "c", pageToken: "nonsense" }), Code.INVALID_ARGUMENT);
});

test.each([
  ["a negative page size", { pageSize: -1 }],
  ["an order of no such direction", { orderBy: "a sideways" }],
])("%s is refused with INVALID_ARGUMENT", async (_, request) => {
  await refused(list({ collectionId: "c", ...request }), Code.INVALID_ARGUMENT);
});
