// Queries over more than one collection: collection groups, and everything below a place.
import { FieldPath } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { found } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
let groups = 0;

async function write(...paths: string[]) {
  const batch = target.db.batch();
  for (const path of paths) batch.set(target.db.doc(path), { x: 1, id: path.split("/").at(-1) });
  await batch.commit();
}

/** A group's name that no other test uses; it starts with "b" so that its place among other collections is known. */
const newGroup = () => `b-group-${++groups}`;

test("a collection group is every collection of that id, at any depth, by full path", async () => {
  const g = newGroup();
  await write(
    `abc/123/${g}/1`,
    `abc/123/${g}/2`,
    `${g}/3`,
    `${g}/4`,
    `def/456/${g}/5`,
    `${g}/virtual/nested/no`,
    `x${g}/no`,
    `${g}x/no`,
    `abc/123/${g}x/no`,
    `abc/${g}`,
  );
  expect(await found(target.db.collectionGroup(g))).toBe("1 2 3 4 5");
});

test("a group takes filters, orders and limits", async () => {
  const g = newGroup();
  await write(`abc/1/${g}/a`, `abc/2/${g}/b`, `${g}/c`, `def/1/${g}/a`);
  const group = target.db.collectionGroup(g);
  expect(await found(group.where("id", "==", "a"))).toBe("a a");
  expect(await found(group.orderBy("id", "desc").limit(2))).toBe("c b");
  expect(await found(group.where("id", ">", "a"))).toBe("b c");
});

test("a group within bounds of document ids, as filters and as cursors", async () => {
  const g = newGroup();
  await write(
    `a/a/${g}/1`,
    `a/b/a/b/${g}/2`,
    `a/b/${g}/3`,
    `a/b/c/d/${g}/4`,
    `a/c/${g}/5`,
    `${g}/6`,
    "a/b/nope/nope",
  );
  const group = target.db.collectionGroup(g);
  const id = FieldPath.documentId();
  expect(await found(group.where(id, ">=", "a/b").where(id, "<=", "a/b0"))).toBe("2 3 4");
  expect(await found(group.where(id, ">", "a/b").where(id, "<", `a/b/${g}/3`))).toBe("2");
  expect(await found(group.orderBy(id).startAt("a/b").endAt("a/b0"))).toBe("2 3 4");
  expect(await found(group.orderBy(id).startAfter("a/b").endBefore(`a/b/${g}/3`))).toBe("2");
});

test("a group below one document, which only the protocol can ask for", async () => {
  const g = newGroup();
  await write(`p/x/${g}/1`, `p/x/${g}/1/${g}/2`, `p/y/${g}/3`, `${g}/4`);
  const answers = await target.raw.collect("RunQuery", {
    parent: target.name("p/x"),
    structuredQuery: { from: [{ collectionId: g, allDescendants: true }] },
  });
  expect(answers.flatMap(({ document }) => document?.name ?? [])).toEqual([
    target.name(`p/x/${g}/1`),
    target.name(`p/x/${g}/1/${g}/2`),
  ]);
});

test("a query without a collection id, over all descendants, finds everything below its parent", async () => {
  const root = target.collection().doc("root").path;
  await write(root, `${root}/a/1`, `${root}/a/1/b/2`, `${root}/c/3`, `${root}x/a/4`);
  const answers = await target.raw.collect("RunQuery", {
    parent: target.name(root),
    structuredQuery: { from: [{ allDescendants: true }], select: { fields: [{ fieldPath: "__name__" }] } },
  });
  expect(answers.flatMap(({ document }) => document?.name ?? [])).toEqual(
    [`${root}/a/1`, `${root}/a/1/b/2`, `${root}/c/3`].map(target.name),
  );
});

test("a collection query does not reach into collections of the same id below", async () => {
  const c = target.collection();
  await write(`${c.id}/a`, `${c.id}/a/${c.id}/b`, `${c.id}/c`);
  expect(await found(c)).toBe("a c");
  expect(await found(c.doc("a").collection(c.id))).toBe("b");
});
