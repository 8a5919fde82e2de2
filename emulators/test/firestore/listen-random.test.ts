// Listeners against the query itself: a client that believes what it is told knows what the query finds, at every snapshot.
import { expect, test } from "vitest";
import { storedDocument } from "../../src/firestore/document.ts";
import { parseQuery, project, run } from "../../src/firestore/query.ts";
import { microsOf } from "../../src/firestore/time.ts";
import { writeValue } from "../../src/firestore/value.ts";
import type { Message } from "../../src/wire/service.ts";
import {
  above,
  asDecoded,
  EMPTY,
  integer,
  orderedBy,
  query,
  ROOT,
  request,
  TestClient,
  TestStore,
  textOf,
} from "./listen-client.ts";

/** What a client that believes what it is told knows of target 1. */
class Model {
  readonly known = new Map<string, string>();
  #isCurrent = false;
  token: unknown = null;

  /** What it knew at each NO_CHANGE. */
  take(messages: readonly Message[], seen: (time: bigint) => void): void {
    for (const { targetChange, documentChange, documentDelete, documentRemove } of messages) {
      const removed = documentDelete ?? documentRemove;
      if (removed) this.known.delete(removed.document);
      if (documentChange) {
        const document = storedDocument(documentChange.document);
        this.known.set(document.name, textOf(document));
      }
      if (targetChange?.targetChangeType === "RESET") this.known.clear();
      if (targetChange?.targetChangeType === "CURRENT") this.#isCurrent = true;
      if (targetChange?.targetChangeType !== "NO_CHANGE" || !this.#isCurrent) continue;
      this.token = targetChange.resumeToken;
      seen(microsOf(targetChange.readTime));
    }
  }
}

const QUERIES: readonly object[] = [
  {},
  above("n", 4),
  { ...orderedBy("n"), limit: { value: 3 } },
  { ...orderedBy("n", "DESCENDING"), limit: { value: 2 } },
  { ...above("n", 2), ...orderedBy("n"), limit: { value: 3 }, offset: 1 },
  { limit: { value: 0 } },
  { offset: 2 },
  {
    ...orderedBy("n"),
    startAt: { values: [writeValue(integer(3))], before: true },
    limit: { value: 2 },
    select: { fields: [{ fieldPath: "m" }] },
  },
];

// With few names everything is remembered, with many only the first, and the store is asked again.
const RUNS = QUERIES.flatMap((structured) =>
  [9, 300].map((names) => [names, JSON.stringify(structured).slice(0, 80), structured] as const),
);

test.each(RUNS)(
  "Listen keeps a client at what the query finds, after each of many random commits: %i names, %s",
  async (names, _, structured) => {
    const testStore = new TestStore();
    const { store } = testStore;
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % below;
    };
    // Half of the time nearly all writes take documents away, so that limits have to look for the next.
    const randomCommit = (round: number) => {
      const write = () => {
        if (round % 100 >= 50 ? random(20) > 0 : random(3) === 0) return null;
        return random(8) === 0 ? { m: 1 } : { n: random(9), m: random(3) };
      };
      const size = 1 + random(Math.max(3, names / 15));
      return Object.fromEntries(Array.from({ length: size }, () => [`a/${random(names)}`, write()]));
    };
    const parsed = parseQuery(ROOT, {
      ...EMPTY,
      ...(request.toObject(
        request.decode(request.encode(request.fromObject({ addTarget: query({ ...structured }) })).finish()),
        asDecoded,
      ).addTarget.query.structuredQuery as Message),
    });
    const model = new Model();
    let client = new TestClient(testStore).add(query(structured));
    let snapshots = 0;
    const check = (messages: readonly Message[]) =>
      model.take(messages, (time) => {
        const found = run(parsed, store.documents(parsed, time)).map((document) => project(parsed, document));
        expect(model.known).toEqual(new Map(found.map((document) => [document.name, textOf(document)])));
        snapshots += 1;
      });
    for (let round = 0; round < 200; round += 1) {
      await Promise.all(Array.from({ length: 1 + random(2) }, () => testStore.begin(randomCommit(round))));
      if (random(30) > 0) check(client.sent.splice(0));
      else
        client = new TestClient(testStore).add({
          ...query(structured),
          resumeToken: model.token ?? Buffer.alloc(0),
        });
    }
    check(client.sent.splice(0));
    expect(snapshots).toBeGreaterThan(5);
  },
);
