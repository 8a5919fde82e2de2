// The rules of the lock table written the slow and obvious way, to compare the real one with.
import type { Mode } from "../../src/firestore/locks.ts";

interface Wait {
  readonly id: number;
  readonly owner: string;
  /** What it waits for: a lock on a name, or the end of others. */
  readonly name: string | null;
  readonly mode: Mode;
  readonly others: readonly string[];
  readonly upgrade: boolean;
}

const STRENGTH: Record<Mode, number> = { shared: 0, update: 1, exclusive: 2 };
const COMPATIBLE = new Set(["shared shared", "shared update", "update shared"]);
const fit = (one: Mode, other: Mode) => COMPATIBLE.has(`${one} ${other}`);

export class LocksModel {
  seniority = new Map<string, number>();
  holds = new Map<string, Map<string, Mode>>();
  protecting: { owner: string; name: string }[] = [];
  waits: Wait[] = [];
  aborted = new Map<string, "contention" | "timeout">();
  outcomes = new Map<number, "pending" | "granted" | "contention" | "timeout" | "released">();

  acquire(id: number, owner: string, name: string, mode: Mode): void {
    const held = this.holds.get(name)?.get(owner);
    if (held !== undefined && STRENGTH[held] >= STRENGTH[mode])
      this.waits.push(this.#wait(id, owner, null, mode, []));
    else this.waits.push(this.#wait(id, owner, name, mode, []));
    this.#begin(id, owner);
  }

  waitFor(id: number, owner: string, others: readonly string[]): void {
    this.waits.push(this.#wait(id, owner, null, "shared", others));
    this.#begin(id, owner);
  }

  conflicts(owner: string, name: string): string[] {
    const all = this.protecting
      .filter((one) => one.owner !== owner && one.name === name)
      .map((one) => one.owner);
    return [...new Set(all)];
  }

  timeOut(id: number): void {
    this.#abort(this.waits.find((wait) => wait.id === id)!.owner, "timeout");
  }

  end(owner: string, outcome: "released" | "contention" | "timeout" = "released"): void {
    for (const wait of this.waits) if (wait.owner === owner) this.outcomes.set(wait.id, outcome);
    this.waits = this.waits.filter((wait) => wait.owner !== owner);
    this.protecting = this.protecting.filter((one) => one.owner !== owner);
    for (const holders of this.holds.values()) holders.delete(owner);
    this.waits = this.waits.map((wait) => ({
      ...wait,
      others: wait.others.filter((other) => other !== owner),
    }));
    this.#grantAll();
  }

  /** Whether some would wait for ever if everyone who waits for nothing went away, and so on until nobody is left to go. */
  deadlocked(): boolean {
    const copy = this.#copy();
    for (;;) {
      const waiting = new Set(copy.waits.map((wait) => wait.owner));
      const free = [...copy.seniority.keys()].filter((owner) => !waiting.has(owner));
      if (waiting.size === 0) return false;
      if (free.length === 0) return true;
      for (const owner of free) {
        copy.end(owner);
        copy.seniority.delete(owner);
      }
    }
  }

  #wait(id: number, owner: string, name: string | null, mode: Mode, others: readonly string[]): Wait {
    return {
      id,
      owner,
      name,
      mode,
      others,
      upgrade: name !== null && this.holds.get(name)?.get(owner) !== undefined,
    };
  }

  #begin(id: number, owner: string): void {
    this.outcomes.set(id, "pending");
    const aborted = this.aborted.get(owner);
    if (aborted === undefined) this.#grantAll();
    else this.end(owner, aborted);
    while (this.deadlocked()) this.#abort(this.#victim(), "contention");
  }

  /** Abort the youngest, then the next, and so on: the one with whom the deadlock ends is the one that has to go. */
  #victim(): string {
    const copy = this.#copy();
    const youngestFirst = [...copy.seniority].sort((one, other) => other[1] - one[1]);
    for (const [owner] of youngestFirst) {
      copy.end(owner);
      copy.seniority.delete(owner);
      if (!copy.deadlocked()) return owner;
    }
    throw new Error("bug: a deadlock of nobody");
  }

  #abort(owner: string, why: "contention" | "timeout"): void {
    this.aborted.set(owner, why);
    this.end(owner, why);
  }

  #grantAll(): void {
    for (;;) {
      const order = [
        ...this.waits.filter((wait) => wait.upgrade),
        ...this.waits.filter((wait) => !wait.upgrade),
      ];
      const next = order.find((wait, at) => this.#grantable(wait, order.slice(0, at)));
      if (next === undefined) return;
      this.waits = this.waits.filter((wait) => wait !== next);
      this.outcomes.set(next.id, "granted");
      if (next.name === null) continue;
      if (!this.holds.has(next.name)) this.holds.set(next.name, new Map());
      this.holds.get(next.name)!.set(next.owner, next.mode);
    }
  }

  #grantable(wait: Wait, ahead: readonly Wait[]): boolean {
    if (wait.others.length > 0) return false;
    if (wait.name === null) return true;
    for (const [holder, mode] of this.holds.get(wait.name) ?? [])
      if (holder !== wait.owner && !fit(mode, wait.mode)) return false;
    return wait.upgrade || ahead.every((other) => other.name !== wait.name || fit(other.mode, wait.mode));
  }

  #copy(): LocksModel {
    const copy = new LocksModel();
    copy.seniority = new Map(this.seniority);
    copy.holds = new Map([...this.holds].map(([name, holders]) => [name, new Map(holders)]));
    copy.protecting = [...this.protecting];
    copy.waits = [...this.waits];
    copy.aborted = new Map(this.aborted);
    return copy;
  }
}
