// What the lock table grants, to whom and when; at random against a naive model of the same rules.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Document } from "../../src/firestore/document.ts";
import { Locks, type Mode, type Owner, type Predicate } from "../../src/firestore/locks.ts";
import { LocksModel } from "./locks-model.ts";

const CONTENTION =
  "Aborted due to cross-transaction contention. This occurs when multiple transactions attempt to access the same data, requiring Firestore to abort at least one in order to enforce serializability.";
const A = "projects/p/databases/(default)/documents/c/a";
const B = "projects/p/databases/(default)/documents/c/b";

function owner(seniority: number): Owner {
  return { seniority, aborted: null };
}

/** Timers that go off when told to. */
function timers() {
  const set = new Map<number, () => void>();
  let last = 0;
  return {
    setTimer: (_ms: number, fire: () => void) => {
      const id = ++last;
      set.set(id, fire);
      return () => set.delete(id);
    },
    set,
  };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What has become of each promise so far. */
function watch() {
  const seen: string[] = [];
  const follow = (name: string, promise: Promise<void> | null) => {
    if (promise === null) seen.push(`${name} at once`);
    else
      promise.then(
        () => seen.push(`${name} granted`),
        (error) => seen.push(`${name} ${error.code === 10 ? "" : error.code}${error.message}`),
      );
  };
  return { seen, follow };
}

function table() {
  const clock = timers();
  return { locks: new Locks({ timeout: 30_000, setTimer: clock.setTimer }), clock, ...watch() };
}

describe("Locks", () => {
  test("lets many read, and a writer in after them", async () => {
    const { locks, seen, follow } = table();
    const [one, two, writer] = [owner(1), owner(2), owner(3)];
    follow("one", locks.acquire(one, A, "shared"));
    follow("two", locks.acquire(two, A, "shared"));
    follow("writer", locks.acquire(writer, A, "exclusive"));
    locks.release(one);
    await settled();
    expect(seen).toEqual(["one at once", "two at once"]);
    locks.release(two);
    await settled();
    expect(seen).toEqual(["one at once", "two at once", "writer granted"]);
    expect(locks.holds(writer, A)).toBe("exclusive");
    expect(locks.holds(one, A)).toBe(null);
  });

  test("makes a reader queue behind a waiting writer", async () => {
    const { locks, seen, follow } = table();
    const [first, writer, late] = [owner(1), owner(2), owner(3)];
    locks.acquire(first, A, "shared");
    follow("writer", locks.acquire(writer, A, "exclusive"));
    follow("late", locks.acquire(late, A, "shared"));
    locks.release(first);
    await settled();
    expect(seen).toEqual(["writer granted"]);
    locks.release(writer);
    await settled();
    expect(seen).toEqual(["writer granted", "late granted"]);
  });

  test("upgrades a sole reader at once, though others wait", async () => {
    const { locks, seen, follow } = table();
    const [reader, writer] = [owner(1), owner(2)];
    locks.acquire(reader, A, "shared");
    follow("writer", locks.acquire(writer, A, "exclusive"));
    follow("upgrade", locks.acquire(reader, A, "exclusive"));
    expect(seen).toEqual(["upgrade at once"]);
    expect(locks.holds(reader, A)).toBe("exclusive");
    locks.release(reader);
    await settled();
    expect(seen).toEqual(["upgrade at once", "writer granted"]);
  });

  test("aborts the younger of two that read and then write, at once, and grants the other", async () => {
    const { locks, seen, follow } = table();
    const [older, younger] = [owner(1), owner(2)];
    locks.acquire(older, A, "shared");
    locks.acquire(younger, A, "shared");
    follow("younger", locks.acquire(younger, A, "exclusive"));
    follow("older", locks.acquire(older, A, "exclusive"));
    await settled();
    expect(seen.sort()).toEqual(["older granted", `younger ${CONTENTION}`]);
    expect(younger.aborted?.message).toBe(CONTENTION);
    expect(older.aborted).toBe(null);
  });

  test("refuses everything more to an owner that was aborted", async () => {
    const { locks, seen, follow } = table();
    const [older, younger] = [owner(1), owner(2)];
    for (const one of [older, younger]) locks.acquire(one, A, "shared");
    locks.acquire(older, A, "exclusive");
    locks.acquire(younger, A, "exclusive");
    follow("lock", locks.acquire(younger, B, "shared"));
    follow("wait", locks.waitFor(younger, [older]));
    expect(() => locks.protect(younger, () => true)).toThrow(CONTENTION);
    await settled();
    expect(seen).toEqual([`lock ${CONTENTION}`, `wait ${CONTENTION}`]);
    expect(locks.holds(younger, B)).toBe(null);
  });

  test("aborts one of the circle only, not the one that the waiting ones would need in any case", async () => {
    const { locks } = table();
    const [one, two, three] = [owner(1), owner(2), owner(3)];
    locks.acquire(one, A, "exclusive");
    for (const each of [two, three]) locks.acquire(each, B, "shared");
    locks.acquire(three, A, "shared");
    locks.acquire(two, A, "shared");
    locks.acquire(one, B, "exclusive");
    expect([one, two, three].map(({ aborted }) => aborted !== null)).toEqual([false, true, true]);
    const [four, five, six] = [owner(4), owner(5), owner(6)];
    locks.release(one);
    locks.acquire(six, A, "exclusive");
    for (const each of [four, five]) locks.acquire(each, B, "shared");
    for (const each of [four, five]) locks.acquire(each, A, "shared");
    locks.acquire(six, B, "exclusive");
    expect([four, five, six].map(({ aborted }) => aborted !== null)).toEqual([false, false, true]);
  });

  test("lets retries take turns: update goes beside readers, not beside another update", async () => {
    const { locks, seen, follow } = table();
    const [reader, first, second, third, late] = [1, 2, 3, 4, 5].map(owner);
    follow("reader", locks.acquire(reader, A, "shared"));
    follow("first", locks.acquire(first, A, "update"));
    follow("second", locks.acquire(second, A, "update"));
    follow("third", locks.acquire(third, A, "update"));
    follow("late reader", locks.acquire(late, A, "shared"));
    for (const one of [reader, late]) locks.release(one);
    follow("upgrade", locks.acquire(first, A, "exclusive"));
    locks.release(first);
    await settled();
    const atOnce = ["reader at once", "first at once", "late reader at once", "upgrade at once"];
    expect(seen).toEqual([...atOnce, "second granted"]);
    locks.release(second);
    await settled();
    expect(seen).toEqual([...atOnce, "second granted", "third granted"]);
  });

  test("sees no deadlock where a reader turns to update behind another that waits to write", async () => {
    const { locks, seen, follow } = table();
    const [turning, upgrading, reader] = [owner(1), owner(2), owner(3)];
    locks.acquire(turning, A, "update");
    for (const one of [upgrading, reader]) locks.acquire(one, A, "shared");
    follow("exclusive", locks.acquire(upgrading, A, "exclusive"));
    follow("update", locks.acquire(reader, A, "update"));
    await settled();
    expect(seen).toEqual([]);
    locks.release(turning);
    await settled();
    expect(seen).toEqual(["update granted"]);
    locks.release(reader);
    await settled();
    expect(seen).toEqual(["update granted", "exclusive granted"]);
  });

  test("aborts an owner that has waited too long, and takes its locks", async () => {
    const { locks, clock, seen, follow } = table();
    const [holder, waiting, next] = [owner(1), owner(2), owner(3)];
    locks.acquire(holder, A, "exclusive");
    locks.acquire(waiting, B, "exclusive");
    follow("waiting", locks.acquire(waiting, A, "exclusive"));
    follow("next", locks.acquire(next, B, "shared"));
    [...clock.set.values()][0]();
    await settled();
    expect(seen.sort()).toEqual(["next granted", "waiting Transaction lock timeout"]);
    expect(waiting.aborted?.message).toBe("Transaction lock timeout");
    expect(clock.set.size).toBe(0);
  });

  test("joins a second request for a lock to the one that waits already", async () => {
    const { locks, seen, follow } = table();
    const [holder, twice, other] = [owner(1), owner(2), owner(3)];
    locks.acquire(holder, A, "exclusive");
    follow("shared", locks.acquire(twice, A, "shared"));
    follow("exclusive", locks.acquire(twice, A, "exclusive"));
    follow("other", locks.acquire(other, A, "shared"));
    locks.release(holder);
    await settled();
    expect(seen).toEqual(["shared granted", "other granted"]);
    locks.release(other);
    await settled();
    expect(seen).toEqual(["shared granted", "other granted", "exclusive granted"]);
    expect(locks.holds(twice, A)).toBe("exclusive");
  });

  test("ends the waits of an owner that is released", async () => {
    const { locks, clock, seen, follow } = table();
    const [holder, waiting] = [owner(1), owner(2)];
    locks.acquire(holder, A, "exclusive");
    follow("waiting", locks.acquire(waiting, A, "shared"));
    locks.release(waiting);
    await settled();
    expect(seen).toEqual(["waiting The transaction ended while this request waited for a lock."]);
    expect(waiting.aborted).toBe(null);
    locks.release(holder);
    expect([locks.size, clock.set.size]).toEqual([0, 0]);
  });

  test("names those whose queries fit a change, before or after it", () => {
    const { locks } = table();
    const [writer, one, two] = [owner(1), owner(2), owner(3)];
    const document: Document = { name: A, fields: new Map(), createTime: 1n, updateTime: 1n };
    const appears: Predicate = (_, before, after) => before === null && after !== null;
    const disappears: Predicate = (name, _, after) => name === A && after === null;
    locks.protect(one, appears);
    locks.protect(two, disappears);
    locks.protect(writer, () => true);
    expect(locks.conflicts(writer, [{ name: A, before: null, after: document }])).toEqual([one]);
    expect(locks.conflicts(writer, [{ name: A, before: document, after: null }])).toEqual([two]);
    expect(locks.conflicts(writer, [{ name: B, before: document, after: null }])).toEqual([]);
    expect(locks.conflicts(two, [{ name: B, before: document, after: null }])).toEqual([writer]);
    locks.release(two);
    expect(locks.conflicts(writer, [{ name: A, before: document, after: null }])).toEqual([]);
  });

  test("names the writers that a query has to wait for, those that wait for the query itself left out", async () => {
    const { locks, seen, follow } = table();
    const [early, writer, late] = [owner(1), owner(2), owner(3)];
    const changes = [{ name: A, before: null, after: null }];
    const onA: Predicate = (name) => name === A;
    locks.protect(early, onA);
    expect(locks.ahead(late, onA)).toEqual([]);
    follow("writer", locks.waitFor(writer, locks.conflicts(writer, changes), changes));
    expect(locks.ahead(late, onA)).toEqual([writer]);
    expect(locks.ahead(late, (name) => name === B)).toEqual([]);
    expect(locks.ahead(early, onA)).toEqual([]);
    expect(locks.ahead(writer, onA)).toEqual([]);
    follow("late", locks.waitFor(late, locks.ahead(late, onA)));
    locks.release(early);
    await settled();
    // Until it has written: it is not done when its wait is over.
    expect(locks.ahead(late, onA)).toEqual([writer]);
    locks.release(writer);
    await settled();
    expect(locks.ahead(late, onA)).toEqual([]);
    expect(seen).toEqual(["writer granted", "late granted"]);
    locks.release(late);
    expect(locks.size).toBe(0);
  });

  test("sees a deadlock of a query and a lock", async () => {
    const { locks, seen, follow } = table();
    const [query, writer] = [owner(2), owner(1)];
    locks.protect(query, () => true);
    locks.acquire(writer, A, "exclusive");
    follow(
      "writer",
      locks.waitFor(writer, locks.conflicts(writer, [{ name: A, before: null, after: null }])),
    );
    follow("query", locks.acquire(query, A, "shared"));
    await settled();
    expect(seen.sort()).toEqual([`query ${CONTENTION}`, "writer granted"]);
  });

  test("remembers nothing of documents and owners that have been released", async () => {
    const { locks, clock } = table();
    for (let round = 0; round < 10; round++) {
      const owners = Array.from({ length: 20 }, (_, index) => owner(round * 20 + index));
      for (const one of owners)
        for (let step = 0; step < 20; step++)
          locks
            .acquire(
              one,
              `${A}${(round * step * 7 + one.seniority) % 13}`,
              step % 3 === 0 ? "exclusive" : "shared",
            )
            ?.catch(() => {});
      for (const one of owners) locks.release(one);
    }
    await settled();
    expect([locks.size, clock.set.size]).toEqual([0, 0]);
  });
});

const SLOTS = 5;
const slot = fc.nat(SLOTS - 1);
const name = fc.constantFrom("x", "y", "z");
const mode = fc.constantFrom<Mode>("shared", "shared", "update", "exclusive", "exclusive");
const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("acquire" as const), slot, name, mode }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("release" as const), slot, retried: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("protect" as const), slot, name }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("change" as const), slot, name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("time out" as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The real table and the model side by side, taking the same steps. */
class Both {
  readonly clock = timers();
  readonly locks = new Locks({ timeout: 1, setTimer: this.clock.setTimer });
  readonly model = new LocksModel();
  readonly owners: (Owner & { id: string })[] = [];
  readonly outcomes = new Map<number, string>();
  /** The model's number of the wait that each timer belongs to. */
  readonly timed = new Map<number, number>();
  #ids = 0;

  constructor() {
    for (let at = 0; at < SLOTS; at++) this.#arrive(at, null);
  }

  take(one: Step): void {
    if (one.kind === "time out") this.#timeOut();
    else this.#takeWith(this.owners[one.slot], one);
  }

  #takeWith(owner: Both["owners"][number], one: Exclude<Step, { kind: "time out" }>): void {
    if (one.kind === "release") this.#release(one.slot, one.retried);
    else if (one.kind === "acquire") this.#acquire(owner, one.name, one.mode);
    else if (owner.aborted !== null) return;
    else if (one.kind === "protect") {
      this.locks.protect(owner, (changed) => changed === one.name);
      this.model.protecting.push({ owner: owner.id, name: one.name });
    } else this.#change(owner, one.name);
  }

  end(): void {
    for (let at = 0; at < SLOTS; at++) this.#release(at, false);
  }

  compare(): void {
    expect(Object.fromEntries(this.outcomes)).toEqual(Object.fromEntries(this.model.outcomes));
    expect(this.model.deadlocked()).toBe(false);
    for (const owner of this.owners)
      for (const one of ["x", "y", "z"])
        expect(this.locks.holds(owner, one)).toBe(this.model.holds.get(one)?.get(owner.id) ?? null);
    expect(this.owners.map((owner) => outcomeOf(owner.aborted))).toEqual(
      this.owners.map((owner) => this.model.aborted.get(owner.id) ?? "granted"),
    );
  }

  #arrive(at: number, seniority: number | null): void {
    const id = ++this.#ids;
    this.owners[at] = { id: `owner ${id}`, seniority: seniority ?? id, aborted: null };
    this.model.seniority.set(`owner ${id}`, seniority ?? id);
  }

  #acquire(owner: Both["owners"][number], wanted: string, how: Mode): void {
    // Two requests of one owner for one lock are joined; that has a test of its own.
    if (this.model.waits.some((wait) => wait.owner === owner.id && wait.name === wanted)) return;
    const id = this.#follow(() => this.locks.acquire(owner, wanted, how));
    this.model.acquire(id, owner.id, wanted, how);
  }

  #change(owner: Both["owners"][number], changed: string): void {
    const found = this.locks.conflicts(owner, [{ name: changed, before: null, after: null }]);
    const ids = found.map((other) => (other as typeof owner).id);
    expect(ids.toSorted()).toEqual(this.model.conflicts(owner.id, changed).toSorted());
    const id = this.#follow(() => this.locks.waitFor(owner, found));
    this.model.waitFor(id, owner.id, ids);
  }

  #release(at: number, retried: boolean): void {
    const { id, seniority } = this.owners[at];
    this.locks.release(this.owners[at]);
    this.model.end(id);
    this.model.seniority.delete(id);
    this.#arrive(at, retried ? seniority : null);
  }

  #timeOut(): void {
    const [oldest] = this.clock.set;
    if (oldest === undefined) return;
    oldest[1]();
    this.model.timeOut(this.timed.get(oldest[0])!);
  }

  #follow(start: () => Promise<void> | null): number {
    const id = ++this.#ids;
    const before = new Set(this.clock.set.keys());
    this.outcomes.set(id, "pending");
    const promise = start();
    for (const timer of this.clock.set.keys()) if (!before.has(timer)) this.timed.set(timer, id);
    if (promise === null) this.outcomes.set(id, "granted");
    else
      promise.then(
        () => this.outcomes.set(id, "granted"),
        (error) => this.outcomes.set(id, outcomeOf(error)),
      );
    return id;
  }
}

function outcomeOf(error: Error | null): string {
  if (error === null) return "granted";
  if (error.message === CONTENTION) return "contention";
  return error.message === "Transaction lock timeout" ? "timeout" : "released";
}

describe("Locks, beside a naive model", () => {
  test("grants, refuses and aborts the same after every step, leaves no deadlock, and lets everyone in at the end", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const both = new Both();
        for (const one of steps) {
          both.take(one);
          await settled();
          both.compare();
        }
        both.end();
        await settled();
        both.compare();
        expect([...both.outcomes.values()]).not.toContain("pending");
        expect([both.locks.size, both.clock.set.size]).toEqual([0, 0]);
      }),
      { numRuns: 500 },
    );
  });
});
