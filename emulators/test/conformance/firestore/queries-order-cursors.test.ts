// The order of results, where they start and end, how many there are, and which of their fields come.
import { FieldPath } from "@google-cloud/firestore";
import { beforeAll, expect, test } from "vitest";
import { found, ids, seed } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();

async function collectionOf(documents: Record<string, object>) {
  const c = target.collection();
  await seed(c, documents);
  return c;
}

let c: Awaited<ReturnType<typeof collectionOf>>;
beforeAll(async () => {
  c = await collectionOf({
    a: { n: 1, g: "p" },
    b: { n: 2, g: "p" },
    c: { n: 2, g: "q" },
    d: { n: 3, g: "q" },
    e: { n: 4, g: "p" },
    f: { g: "r" },
  });
});

test("without an order, documents come by name", async () => {
  expect(await found(c)).toBe("a b c d e f");
});

test("ordering by a field leaves out documents that lack it; equal ones come by name", async () => {
  expect(await found(c.orderBy("n"))).toBe("a b c d e");
});

test("the name follows the direction of the last field", async () => {
  expect(await found(c.orderBy("n", "desc"))).toBe("e d c b a");
  expect(await found(c.orderBy("g", "desc"))).toBe("f d c e b a");
});

test("several fields, each in its direction", async () => {
  expect(await found(c.orderBy("g").orderBy("n"))).toBe("a b e c d");
  expect(await found(c.orderBy("g").orderBy("n", "desc"))).toBe("e b a d c");
  expect(await found(c.orderBy("g", "desc").orderBy("n"))).toBe("c d a b e");
});

test("the name may be ordered by, last, in a direction of its own", async () => {
  const id = FieldPath.documentId();
  expect(await found(c.orderBy(id))).toBe("a b c d e f");
  expect(await found(c.orderBy("n").orderBy(id, "desc"))).toBe("a c b d e");
});

test("an inequality orders by its field", async () => {
  expect(await found(c.where("n", ">", 1))).toBe("b c d e");
  expect(await found(c.where("g", "<=", "q"))).toBe("a b e c d");
});

test("an inequality and an order by another field: that one first, then the inequality's", async () => {
  expect(await found(c.where("n", ">", 1).orderBy("g"))).toBe("b e c d");
  expect(await found(c.where("n", ">", 1).orderBy("g", "desc"))).toBe("d c e b");
});

test("nested fields order", async () => {
  const nested = await collectionOf({ a: { m: { x: 2 } }, b: { m: { x: 1 } }, c: { m: 0 } });
  expect(await found(nested.orderBy("m.x"))).toBe("b a");
});

test("limit takes the first, limitToLast the last, in the order asked", async () => {
  expect(await found(c.orderBy("n").limit(2))).toBe("a b");
  expect(await found(c.orderBy("n").limitToLast(2))).toBe("d e");
  expect(await found(c.orderBy("n", "desc").limitToLast(2))).toBe("b a");
  expect(await found(c.orderBy("n").limit(100))).toBe("a b c d e");
});

test("offset skips, before the limit", async () => {
  expect(await found(c.orderBy("n").offset(2).limit(2))).toBe("c d");
  expect(await found(c.orderBy("n").offset(4))).toBe("e");
  expect(await found(c.orderBy("n").offset(10))).toBe("");
});

test("startAt and endAt include their value, startAfter and endBefore do not", async () => {
  const q = c.orderBy("n");
  expect(await found(q.startAt(2))).toBe("b c d e");
  expect(await found(q.startAfter(2))).toBe("d e");
  expect(await found(q.endAt(3))).toBe("a b c d");
  expect(await found(q.endBefore(3))).toBe("a b c");
  expect(await found(q.startAfter(1).endBefore(4))).toBe("b c d");
  expect(await found(q.startAt(3).endAt(2))).toBe("");
});

test("cursors in a descending order", async () => {
  const q = c.orderBy("n", "desc");
  expect(await found(q.startAt(3))).toBe("d c b a");
  expect(await found(q.startAfter(3))).toBe("c b a");
  expect(await found(q.endBefore(2))).toBe("e d");
});

test("a cursor need not be a value that is there, nor of the same type", async () => {
  expect(await found(c.orderBy("n").startAt(2.5))).toBe("d e");
  expect(await found(c.orderBy("n").startAt("2"))).toBe("");
  expect(await found(c.orderBy("n").endAt("2"))).toBe("a b c d e");
});

test("a cursor may give the first of several fields, or all of them", async () => {
  const q = c.orderBy("g").orderBy("n");
  expect(await found(q.startAt("q"))).toBe("c d");
  expect(await found(q.startAfter("p", 1))).toBe("b e c d");
  expect(await found(q.endAt("p", 2))).toBe("a b");
});

test("a cursor may end with the name", async () => {
  const q = c.orderBy("n").orderBy(FieldPath.documentId());
  expect(await found(q.startAt(2, "c"))).toBe("c d e");
  expect(await found(q.startAfter(2, "c"))).toBe("d e");
  expect(await found(c.orderBy(FieldPath.documentId()).startAfter("c").endAt("e"))).toBe("d e");
});

test("a snapshot as a cursor stands for its exact place, also among equals", async () => {
  const snapshot = await c.doc("b").get();
  expect(await found(c.orderBy("n").startAfter(snapshot))).toBe("c d e");
  expect(await found(c.orderBy("n").startAt(snapshot))).toBe("b c d e");
  expect(await found(c.orderBy("n").endBefore(snapshot))).toBe("a");
  expect(await found(c.orderBy("n", "desc").startAfter(snapshot))).toBe("a");
  expect(await found(c.startAfter(snapshot))).toBe("c d e f");
  expect(await found(c.where("g", ">=", "p").startAfter(snapshot))).toBe("e c d f");
});

test("pages by snapshot give every document once", async () => {
  const pages: string[] = [];
  let page = await c.orderBy("g").limit(2).get();
  while (!page.empty) {
    pages.push(ids(page).join(" "));
    page = await c.orderBy("g").startAfter(page.docs.at(-1)).limit(2).get();
  }
  expect(pages).toEqual(["a b", "e c", "d f"]);
});

test("cursors and limitToLast", async () => {
  expect(await found(c.orderBy("n").endBefore(4).limitToLast(2))).toBe("c d");
  expect(await found(c.orderBy("n").startAt(2).endAt(3).limitToLast(1))).toBe("d");
});

test("select gives the fields named, nested ones too, and the document even where it has none of them", async () => {
  const s = await collectionOf({ a: { x: 1, m: { y: 2, z: 3 } }, b: { other: 1 } });
  const data = async (...fields: string[]) => (await s.select(...fields).get()).docs.map((d) => d.data());
  expect(await data("x", "m.z")).toEqual([{ x: 1, m: { z: 3 } }, {}]);
  expect(await data()).toEqual([{}, {}]);
  expect(await data("none")).toEqual([{}, {}]);
});

test("a selected document still carries its times", async () => {
  const [document] = (await c.select().limit(1).get()).docs;
  expect(document!.createTime).toEqual((await c.doc("a").get()).createTime);
  expect(document!.updateTime).toEqual((await c.doc("a").get()).updateTime);
});

test("a query of nothing still says when it read", async () => {
  const before = await c.doc("a").get();
  const { empty, readTime } = await target.collection().get();
  expect(empty).toBe(true);
  expect(readTime.valueOf() >= before.readTime.valueOf()).toBe(true);
});

test("a stream gives the same documents in the same order", async () => {
  const streamed: string[] = [];
  for await (const document of c.orderBy("n", "desc").stream())
    streamed.push((document as unknown as { id: string }).id);
  expect(streamed.join(" ")).toBe("e d c b a");
});

test("ids of the form __id7__ are numbers: they come first, in the order of their numbers", async () => {
  const order = [
    "__id-9223372036854775808__",
    "__id-2__",
    "__id7__",
    "__id12__",
    "__id9223372036854775807__",
    "12",
    "7",
    "A",
    "Aa",
    "__id",
    "__id1_",
    "_id1__",
    "a",
  ];
  const numbered = await collectionOf(Object.fromEntries(order.toReversed().map((id) => [id, {}])));
  const id = FieldPath.documentId();
  expect(ids(await numbered.get())).toEqual(order);
  expect(await found(numbered.where(id, ">", "__id7__").where(id, "<=", "A"))).toBe(
    order.slice(3, 8).join(" "),
  );
});
