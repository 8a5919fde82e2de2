// Four kinds of writers, and for each kind what has to stand in the database after a crash.
import { expect } from "vitest";
import type { Raw } from "../../conformance/firestore/raw.ts";
import { type Acknowledged, type Client, commit, nameOf, readAll, setOf } from "./load.ts";

type Values = ReadonlyMap<string, number | string>;

export interface Kind {
  readonly clients: readonly Client[];
  /** The ids of all documents that its clients write. */
  readonly documents: readonly string[];
  /** Fails unless what is there can have come of what was acknowledged, and perhaps what was pending; goes on from there. */
  check(values: Values): void;
  acknowledge?(what: Acknowledged): void;
}

function clientsOf(count: number, prefix: string, turnOf: (id: string) => Client["turn"]): Client[] {
  return Array.from({ length: count }, (_, at) => {
    const id = `${prefix}-${at}`;
    return { id, acknowledged: 0, pending: null, turn: turnOf(id) };
  });
}

/** The turn that the database shows must be the last acknowledged or the pending one. */
function goOnFrom(client: Client, shown: number): void {
  expect([client.acknowledged, client.pending], `${client.id} shows turn ${shown}`).toContain(shown);
  client.acknowledged = shown;
  client.pending = null;
}

const numberIn = (values: Values, id: string) => Number(values.get(id) ?? 0);

/** Each writes its turn's number into four documents of its own at once. */
export function batches(): Kind {
  const parts = (id: string) => ["a", "b", "c", "d"].map((part) => `${id}-${part}`);
  const clients = clientsOf(
    4,
    "batch",
    (id) => (raw, n) =>
      commit(
        raw,
        parts(id).map((part) => setOf(part, n)),
      ),
  );
  return {
    clients,
    documents: clients.flatMap(({ id }) => parts(id)),
    check: (values) => {
      for (const client of clients) {
        const shown = parts(client.id).map((part) => numberIn(values, part));
        expect(new Set(shown).size, `half a commit: ${parts(client.id)} hold ${shown}`).toBe(1);
        goOnFrom(client, shown[0]);
      }
    },
  };
}

/** All write their name and turn into the same three documents. */
export function rivals(): Kind {
  const shared = ["shared-a", "shared-b", "shared-c"];
  const clients = clientsOf(
    3,
    "rival",
    (id) => (raw, n) =>
      commit(
        raw,
        shared.map((part) => setOf(part, `${id} ${n}`)),
      ),
  );
  let last = { text: "", time: 0n };
  return {
    clients,
    documents: shared,
    acknowledge: ({ client, number, time }) => {
      if (time > last.time) last = { text: `${client.id} ${number}`, time };
    },
    check: (values) => {
      const shown = shared.map((part) => values.get(part) ?? "");
      expect(new Set(shown).size, `half a commit: ${shared} hold ${shown}`).toBe(1);
      const pending = clients.flatMap(({ id, pending }) => (pending === null ? [] : `${id} ${pending}`));
      expect([last.text, ...pending]).toContain(shown[0]);
      last = { ...last, text: String(shown[0]) };
      // Whether a turn that another has overwritten was ever done cannot be seen: it counts as done.
      for (const client of clients) goOnFrom(client, client.pending ?? client.acknowledged);
    },
  };
}

/** Each increments one counter of all, and notes its turn beside it in the same commit. */
export function increments(): Kind {
  const increment = {
    update: { name: nameOf("counter") },
    updateMask: { fieldPaths: [] },
    updateTransforms: [{ fieldPath: "n", increment: { integerValue: 1 } }],
  };
  const clients = clientsOf(3, "increment", (id) => (raw, n) => commit(raw, [increment, setOf(id, n)]));
  return {
    clients,
    documents: ["counter", ...clients.map(({ id }) => id)],
    check: (values) => {
      for (const client of clients) goOnFrom(client, numberIn(values, client.id));
      const turns = clients.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
      expect(numberIn(values, "counter"), "half a commit: the counter is not the sum of the turns").toBe(
        turns,
      );
    },
  };
}

/** Odd turns create two documents, even turns delete them; a third notes the turn. */
export function creations(): Kind {
  const parts = (id: string) => [`${id}-x`, `${id}-y`];
  const clients = clientsOf(3, "creation", (id) => (raw, n) => {
    const create = (part: string) => ({ ...setOf(part, n), currentDocument: { exists: false } });
    const remove = (part: string) => ({ delete: nameOf(part), currentDocument: { exists: true } });
    return commit(raw, [...parts(id).map(n % 2 === 1 ? create : remove), setOf(id, n)]);
  });
  return {
    clients,
    documents: clients.flatMap(({ id }) => [id, ...parts(id)]),
    check: (values) => {
      for (const client of clients) {
        const turn = numberIn(values, client.id);
        goOnFrom(client, turn);
        const expected = turn % 2 === 1 ? turn : undefined;
        expect(
          parts(client.id).map((part) => values.get(part)),
          `half a commit at turn ${turn}`,
        ).toEqual([expected, expected]);
      }
    },
  };
}

/** Each adds one to two documents that it has read in a transaction, and notes its turn. */
export function transactions(): Kind {
  const clients = clientsOf(3, "transaction", (id) => async (raw: Raw, n) => {
    const { values, transaction } = await readAll(raw, ["left", "right"], {
      newTransaction: { readWrite: {} },
    });
    const next = (side: string) => setOf(side, numberIn(values, side) + 1);
    return commit(raw, [next("left"), next("right"), setOf(id, n)], transaction);
  });
  return {
    clients,
    documents: ["left", "right", ...clients.map(({ id }) => id)],
    check: (values) => {
      for (const client of clients) goOnFrom(client, numberIn(values, client.id));
      const turns = clients.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
      expect([numberIn(values, "left"), numberIn(values, "right")], "half a commit or a lost update").toEqual(
        [turns, turns],
      );
    },
  };
}
