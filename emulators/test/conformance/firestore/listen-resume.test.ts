// A listener whose connection breaks: it comes back by itself, hears what it missed, and nothing twice.
import type { Query, QuerySnapshot } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { breakableLine } from "./breakable-line.ts";
import { listened } from "./listened.ts";
import { ids, seed } from "./seed.ts";
import { isForeign, useTarget } from "./target.ts";

const target = useTarget();

/** With FIRESTORE_EMULATOR_HOST set, the client goes straight there, past the line that is to break. */
const testOfOurs = test.skipIf(isForeign);

testOfOurs(
  "after its connection broke, a listener hears of changes, deletions and additions meanwhile",
  async () => {
    const line = await breakableLine(target.host);
    const c = target.collection();
    await seed(c, { a: { v: 1 }, b: { v: 1 }, same: { v: 1 } });
    const heard = listened<QuerySnapshot>(target.client({ host: line.host }).collection(c.id));
    expect(ids(await heard.next())).toEqual(["a", "b", "same"]);

    line.cut();
    await target.db
      .batch()
      .update(c.doc("a"), { v: 2 })
      .delete(c.doc("b"))
      .set(c.doc("d"), { v: 3 })
      .commit();
    line.mend();

    const changes: string[] = [];
    const snapshot = await heard.until((each) => {
      changes.push(...each.docChanges().map(({ type, doc }) => `${type} ${doc.id}`));
      return changes.length >= 3;
    });
    expect(changes.sort()).toEqual(["added d", "modified a", "removed b"]);
    expect(ids(snapshot)).toEqual(["a", "d", "same"]);
  },
);

testOfOurs(
  "after its connection broke and nothing happened, a listener hears nothing until something does",
  async () => {
    const line = await breakableLine(target.host);
    const c = target.collection();
    await seed(c, { a: { v: 1 }, b: { v: 1 } });
    const heard = listened<QuerySnapshot>(target.client({ host: line.host }).collection(c.id));
    await heard.next();

    line.cut();
    line.mend();
    await line.used();
    await c.doc("a").set({ v: 2 });

    const [change, ...others] = (await heard.next()).docChanges();
    expect([change!.type, change!.doc.id, others]).toEqual(["modified", "a", []]);
  },
);

testOfOurs(
  "whatever happens while its connection is broken, a listener ends up with what its query finds",
  async () => {
    const line = await breakableLine(target.host);
    const c = target.collection();
    const far = target.client({ host: line.host }).collection(c.id);
    const same = (query: Query) => [query, listened<QuerySnapshot>(query)] as const;
    const heard = [
      same(far),
      same(far.orderBy("n").limit(3)),
      same(far.orderBy("n").limitToLast(2)),
      same(far.where("n", ">", 2).orderBy("n")),
      same(far.orderBy("n", "desc").startAfter(4)),
    ];
    await Promise.all(heard.map(([, listener]) => listener.next()));
    const last = heard.map(() => "[]");
    for (let round = 0; round < 4; round++) {
      line.cut();
      for (let i = 0; i < 6; i++) {
        const doc = c.doc(`d${(round * 5 + i * 3) % 8}`);
        if ((round + i) % 4 === 3) await doc.delete();
        else await doc.set({ n: (round * 7 + i * 2) % 6 });
      }
      line.mend();
      for (const [i, [query, listener]] of heard.entries()) {
        const wanted = contentOf(await query.get());
        while (last[i] !== wanted) last[i] = contentOf(await listener.next());
      }
    }
  },
);

const contentOf = (snapshot: QuerySnapshot) => JSON.stringify(snapshot.docs.map((d) => [d.id, d.data()]));
