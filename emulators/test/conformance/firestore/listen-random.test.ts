// Whatever is written, a listener ends up with what its query finds: many queries over many random commits.
import type { Query, QuerySnapshot } from "@google-cloud/firestore";
import { expect, test } from "vitest";
import { listened } from "./listened.ts";
import { useTarget } from "./target.ts";

const target = useTarget();
const COMMITS = 48;
const COMMITS_BETWEEN_CHECKS = 6;

/** The same numbers for the same seed: from 0 to below `bound`. */
function randomOf(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const contentOf = (snapshot: QuerySnapshot) => JSON.stringify(snapshot.docs.map((d) => [d.id, d.data()]));

test.each([1, 2])(
  "with seed %i, every listener shows what its query finds, and its changes lead there",
  async (seed) => {
    const random = randomOf(seed);
    const c = target.collection();
    // An inequality's field is ordered by explicitly: left to itself, the client's listener orders by name only.
    const queries: Query[] = [
      c,
      c.where("n", ">=", 3).orderBy("n"),
      c.where("on", "==", true).orderBy("n", "desc"),
      c.orderBy("n").limit(3),
      c.orderBy("n").limitToLast(3),
      c.orderBy("n").startAfter(1).endAt(4),
      c.where("n", "in", [1, 3, 5]).limit(2),
      c.where("on", "!=", true).orderBy("on"),
      c.orderBy("n", "desc").orderBy("on").limit(4),
    ];
    const heard = queries.map((query) => ({
      query,
      listener: listened<QuerySnapshot>(query),
      shown: [] as string[],
      last: "",
    }));

    const apply = (one: (typeof heard)[number], snapshot: QuerySnapshot) => {
      for (const { type, doc, oldIndex, newIndex } of snapshot.docChanges()) {
        if (type !== "added") expect(one.shown.splice(oldIndex, 1)).toEqual([doc.id]);
        if (type !== "removed") one.shown.splice(newIndex, 0, doc.id);
      }
      expect(one.shown).toEqual(snapshot.docs.map(({ id }) => id));
      one.last = contentOf(snapshot);
    };

    for (const one of heard) apply(one, await one.listener.next());
    for (let i = 1; i <= COMMITS; i++) {
      const batch = target.db.batch();
      for (let writes = 1 + random(3); writes > 0; writes--) {
        const doc = c.doc(`d${random(8)}`);
        if (random(4) === 0) batch.delete(doc);
        else batch.set(doc, { n: random(7), ...(random(3) === 0 ? {} : { on: random(2) === 0 }) });
      }
      await batch.commit();
      if (i % COMMITS_BETWEEN_CHECKS !== 0) continue;
      for (const one of heard) {
        const wanted = contentOf(await one.query.get());
        while (one.last !== wanted) apply(one, await one.listener.next());
      }
    }
  },
);
