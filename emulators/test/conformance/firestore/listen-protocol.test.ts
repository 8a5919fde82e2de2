// The Listen stream itself: which messages come in which order, and how a listener resumes where it was.
import { expect, onTestFinished, test } from "vitest";
import type { Message, RawStream } from "./raw.ts";
import { seed } from "./seed.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const TARGET_ID = 7;

interface Listening {
  readonly stream: RawStream;
  /** Everything up to the next consistent moment, without the existence filters that the cloud sends at will. */
  untilConsistent(): Promise<Message[]>;
}

function listen(...addTargets: object[]): Listening {
  const stream = target.raw.open("Listen");
  onTestFinished(() => stream.close());
  for (const addTarget of addTargets) stream.send({ database: target.database, addTarget });
  return {
    stream,
    untilConsistent: async () =>
      (await stream.until(isConsistent)).filter(({ filter }) => filter === undefined),
  };
}

/** `NO_CHANGE` for all targets with a read time: what was sent so far is one moment of the database. */
function isConsistent({ targetChange }: Message): boolean {
  return (
    targetChange !== undefined &&
    (targetChange.targetChangeType ?? "NO_CHANGE") === "NO_CHANGE" &&
    (targetChange.targetIds ?? []).length === 0 &&
    targetChange.readTime !== undefined
  );
}

const queryTarget = (collectionId: string, targetId = TARGET_ID, resume: object = {}) => ({
  targetId,
  query: { parent: `${target.database}/documents`, structuredQuery: { from: [{ collectionId }] } },
  ...resume,
});
const documentTarget = (path: string, targetId = TARGET_ID) => ({
  targetId,
  documents: { documents: [target.name(path)] },
});

/** `ADD 7`, `change a 7`, `delete a 7`, `CURRENT 7`, `consistent`: one word a kind, with ids and targets. */
function say(message: Message): string {
  if (isConsistent(message)) return "consistent";
  const { targetChange, documentChange, documentDelete, documentRemove } = message;
  if (targetChange !== undefined)
    return `${targetChange.targetChangeType ?? "NO_CHANGE"} ${(targetChange.targetIds ?? []).join(",")}`;
  const idOf = (name: string) => name.split("/").at(-1);
  if (documentChange !== undefined && (documentChange.targetIds ?? []).length > 0)
    return `change ${idOf(documentChange.document.name)} ${documentChange.targetIds.toSorted().join(",")}`;
  if (documentDelete !== undefined)
    return `delete ${idOf(documentDelete.document)} ${documentDelete.removedTargetIds}`;
  // Two ways to say that a document no longer matches; the cloud uses both.
  if (documentRemove !== undefined)
    return `leave ${idOf(documentRemove.document)} ${documentRemove.removedTargetIds}`;
  return `leave ${idOf(documentChange.document.name)} ${documentChange.removedTargetIds}`;
}

const said = async (listening: Listening) => (await listening.untilConsistent()).map(say);

/** Listens until the target is current, and stops at the consistent moment after it. */
async function untilCurrent(listening: Listening): Promise<Message[]> {
  const messages: Message[] = [];
  const isCurrent = () => messages.some(({ targetChange }) => targetChange?.targetChangeType === "CURRENT");
  do messages.push(...(await listening.untilConsistent()));
  while (!isCurrent());
  return messages;
}

test("a query: ADD, its documents, CURRENT, and a consistent moment", async () => {
  const c = target.collection();
  await seed(c, { a: { v: 1 }, b: { v: 2 } });
  const messages = await listen(queryTarget(c.id)).untilConsistent();
  expect(messages.map(say)).toEqual(["ADD 7", "change a 7", "change b 7", "CURRENT 7", "consistent"]);
  const [, a, , current, consistent] = messages;
  expect(a.documentChange.document).toMatchObject({
    name: target.name(`${c.id}/a`),
    fields: { v: { integerValue: "1" } },
    createTime: expect.anything(),
    updateTime: expect.anything(),
  });
  expect(current.targetChange.resumeToken.length).toBeGreaterThan(0);
  expect(consistent.targetChange.resumeToken.length).toBeGreaterThan(0);
});

test("a query of nothing: ADD, CURRENT, and a consistent moment", async () => {
  expect(await said(listen(queryTarget(target.collection().id)))).toEqual([
    "ADD 7",
    "CURRENT 7",
    "consistent",
  ]);
});

test("each commit: what it changed, then a consistent moment", async () => {
  const c = target.collection();
  const listening = listen(queryTarget(c.id));
  await listening.untilConsistent();
  await target.db.batch().set(c.doc("a"), { v: 1 }).set(c.doc("b"), { v: 1 }).commit();
  expect((await said(listening)).toSorted()).toEqual(["change a 7", "change b 7", "consistent"]);
  await c.doc("b").set({ v: 2 });
  expect(await said(listening)).toEqual(["change b 7", "consistent"]);
  await c.doc("a").delete();
  expect(await said(listening)).toEqual(["delete a 7", "consistent"]);
});

test("a document that no longer matches leaves", async () => {
  const c = target.collection();
  await seed(c, { a: { v: 1 } });
  const { query, ...rest } = queryTarget(c.id);
  const where = { fieldFilter: { field: { fieldPath: "v" }, op: "EQUAL", value: { integerValue: "1" } } };
  const filtered = { ...rest, query: { ...query, structuredQuery: { ...query.structuredQuery, where } } };
  const listening = listen(filtered);
  await listening.untilConsistent();
  await c.doc("a").set({ v: 2 });
  expect(await said(listening)).toEqual(["leave a 7", "consistent"]);
});

test("read times only grow", async () => {
  const c = target.collection();
  const listening = listen(queryTarget(c.id));
  const times: bigint[] = [];
  for (let i = 0; i < 5; i++) {
    const { targetChange } = (await listening.untilConsistent()).at(-1);
    times.push(
      BigInt(targetChange.readTime.seconds) * 1_000_000_000n + BigInt(targetChange.readTime.nanos ?? 0),
    );
    await c.doc("a").set({ i });
  }
  expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)));
});

test("documents by name: those that are there come, one that is missing is said to be", async () => {
  const c = target.collection();
  await seed(c, { a: { v: 1 } });
  const there = await said(listen(documentTarget(`${c.id}/a`)));
  expect(there).toEqual(["ADD 7", "change a 7", "CURRENT 7", "consistent"]);
  const listening = listen(documentTarget(`${c.id}/none`));
  const missing = await said(listening);
  expect(missing.filter((message) => message.startsWith("change"))).toEqual([]);
  expect(missing.slice(-2)).toEqual(["CURRENT 7", "consistent"]);
  await c.doc("none").set({});
  expect(await said(listening)).toEqual(["change none 7", "consistent"]);
});

test("several targets of one stream each hear what is theirs", async () => {
  const c = target.collection();
  const listening = listen(queryTarget(c.id, 1), documentTarget(`${c.id}/a`, 2));
  const isOther = (message: Message) => message.targetChange?.targetChangeType === "CURRENT";
  await listening.stream.until(isOther);
  await listening.stream.until(isOther);
  await listening.untilConsistent();
  await c.doc("a").set({ v: 1 });
  const both = (await said(listening)).filter((message) => message.startsWith("change"));
  const heard = both.flatMap((message) => message.split(" ")[2]!.split(","));
  expect(heard.toSorted()).toEqual(["1", "2"]);
  await c.doc("b").set({ v: 1 });
  expect(await said(listening)).toEqual(["change b 1", "consistent"]);
});

test("a removed target is confirmed, without a cause, and hears no more", async () => {
  const c = target.collection();
  const listening = listen(queryTarget(c.id, 1));
  await listening.untilConsistent();
  listening.stream.send({ database: target.database, removeTarget: 1 });
  const removal = (
    await listening.stream.until(({ targetChange }) => targetChange?.targetChangeType === "REMOVE")
  ).at(-1);
  expect(removal.targetChange).toMatchObject({ targetIds: [1] });
  expect(removal.targetChange.cause ?? null).toBeNull();
  await c.doc("a").set({});
  listening.stream.send({ database: target.database, addTarget: queryTarget(target.collection().id, 2) });
  const after = (await untilCurrent(listening)).map(say);
  expect(after.filter((message) => message !== "consistent")).toEqual(["ADD 2", "CURRENT 2"]);
});

// Recorded from the cloud: no ADD before it.
test("a resume token that makes no sense removes the target with cause 3", async () => {
  const { stream } = listen(
    queryTarget(target.collection().id, TARGET_ID, { resumeToken: Buffer.from("nonsense") }),
  );
  const { targetChange } = (
    await stream.until((message) => message.targetChange?.targetChangeType === "REMOVE")
  ).at(-1);
  expect(targetChange).toMatchObject({ targetIds: [TARGET_ID], cause: { code: 3 } });
});

test("a target that resumes hears only of what changed since its token", async () => {
  const c = target.collection();
  await seed(c, { a: { v: 1 }, b: { v: 1 }, same: { v: 1 } });
  const first = listen(queryTarget(c.id));
  const { resumeToken } = (await untilCurrent(first)).at(-1).targetChange;
  first.stream.close();
  await c.doc("a").set({ v: 2 });
  await c.doc("d").set({ v: 2 });
  const resumed = (await untilCurrent(listen(queryTarget(c.id, TARGET_ID, { resumeToken })))).map(say);
  expect(resumed[0]).toBe("ADD 7");
  expect(resumed.filter((message) => message.startsWith("change")).toSorted()).toEqual([
    "change a 7",
    "change d 7",
  ]);
});

test("a target that resumes learns of what was deleted or left: by name, or by the number of those that match", async () => {
  const c = target.collection();
  await seed(c, { a: { v: 1 }, b: { v: 1 }, same: { v: 1 } });
  const first = listen(queryTarget(c.id));
  const { resumeToken } = (await untilCurrent(first)).at(-1).targetChange;
  first.stream.close();
  await c.doc("b").delete();
  const { stream } = listen(queryTarget(c.id, TARGET_ID, { resumeToken }));
  const told = await stream.until(
    ({ documentDelete, filter }) => documentDelete !== undefined || filter !== undefined,
  );
  const { documentDelete, filter } = told.at(-1);
  expect(documentDelete?.document ?? filter?.count).toBe(documentDelete ? target.name(`${c.id}/b`) : 2);
});

test("a target that resumes from a read time hears only of what changed since", async () => {
  const c = target.collection();
  await c.doc("a").set({ v: 1 });
  const { writeTime } = await c.doc("b").set({ v: 1 });
  await c.doc("a").set({ v: 2 });
  const readTime = { seconds: writeTime.seconds, nanos: writeTime.nanoseconds };
  const resumed = (await untilCurrent(listen(queryTarget(c.id, TARGET_ID, { readTime })))).map(say);
  expect(resumed.filter((message) => message.startsWith("change"))).toEqual(["change a 7"]);
});

test("a target for once is removed when it is current", async () => {
  const c = target.collection();
  await seed(c, { a: {} });
  const { stream } = listen({ ...queryTarget(c.id), once: true });
  const messages = await stream.until(({ targetChange }) => targetChange?.targetChangeType === "REMOVE");
  const kinds = messages
    .map(say)
    .filter((message) => message !== "consistent" && !message.startsWith("NO_CHANGE"));
  expect(kinds).toEqual(["ADD 7", "change a 7", "CURRENT 7", "REMOVE 7"]);
  expect(messages.at(-1).targetChange.cause ?? null).toBeNull();
});

test("a query with a projection sends the fields named", async () => {
  const c = target.collection();
  await seed(c, { a: { x: 1, y: 2 } });
  const { query, ...rest } = queryTarget(c.id);
  const select = { fields: [{ fieldPath: "x" }] };
  const listening = listen({
    ...rest,
    query: { ...query, structuredQuery: { ...query.structuredQuery, select } },
  });
  const change = (await listening.untilConsistent()).find(
    ({ documentChange }) => documentChange !== undefined,
  );
  expect(change.documentChange.document.fields).toEqual({ x: { integerValue: "1" } });
});
