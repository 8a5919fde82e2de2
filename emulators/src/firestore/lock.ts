// One document's lock: who holds it, who waits for it, and who gets it next.

/** "update" is a read of one who was aborted before: it lets readers in but no second of its kind, so that retries take turns. */
export type Mode = "shared" | "update" | "exclusive";

export interface Request<Party> {
  readonly party: Party;
  readonly mode: Mode;
}

const STRENGTH = { shared: 0, update: 1, exclusive: 2 } as const;

/** What a lock without waiting requests has as its queues: most locks never see one, and then need no memory for it. */
const NONE: ReadonlyMap<never, never> = new Map<never, never>();

/** A party has at most one request waiting in a lock. */
export class Lock<Party, R extends Request<Party>> {
  readonly name: string;
  readonly #holders = new Map<Party, Mode>();
  /** The one that holds more than a shared lock: there is never a second. */
  #strongest: Request<Party> | null = null;
  /** Requests of parties that hold the lock in a weaker mode. They go first: those in the queue may be waiting for just these parties. */
  #upgrades: ReadonlyMap<Party, R> = NONE;
  #queue: ReadonlyMap<Party, R> = NONE;

  constructor(name: string) {
    this.name = name;
  }

  held(party: Party): Mode | null {
    return this.#holders.get(party) ?? null;
  }

  waitingOf(party: Party): R | null {
    return this.#upgrades.get(party) ?? this.#queue.get(party) ?? null;
  }

  get wanted(): boolean {
    return this.#upgrades.size + this.#queue.size > 0;
  }

  get idle(): boolean {
    return this.#holders.size === 0 && !this.wanted;
  }

  /** Takes the lock if that is possible at once without passing anyone. */
  take(party: Party, mode: Mode): boolean {
    const held = this.#holders.get(party);
    if (held !== undefined && STRENGTH[held] >= STRENGTH[mode]) return true;
    if (!this.#free(party, mode)) return false;
    if (held === undefined && !this.#passes(mode)) return false;
    this.#hold(party, mode);
    return true;
  }

  enqueue(request: R): void {
    if (this.#holders.has(request.party)) this.#upgrades = added(this.#upgrades, request);
    else this.#queue = added(this.#queue, request);
  }

  withdraw(party: Party): void {
    if (this.#upgrades.has(party)) (this.#upgrades as Map<Party, R>).delete(party);
    else if (this.#queue.has(party)) (this.#queue as Map<Party, R>).delete(party);
  }

  leave(party: Party): void {
    this.#holders.delete(party);
    if (this.#strongest?.party === party) this.#strongest = null;
  }

  /** Grants, in order, all that can be granted now, and says which requests these were. */
  grant(): R[] {
    const granted: R[] = [];
    const refused = new Set<Mode>();
    for (const request of this.#ahead()) {
      const { party, mode } = request;
      const behind = !this.#upgrades.has(party) && [...refused].some((other) => !compatible(other, mode));
      if (behind || !this.#free(party, mode)) refused.add(mode);
      else granted.push(this.#granted(request));
      // Nothing in the queue passes an exclusive request, nor gets in beside one.
      if (mode === "exclusive" && !this.#upgrades.has(party)) break;
    }
    return granted;
  }

  /** Whom a waiting request waits for: holders, and those ahead of it in the queue. */
  *blockersOf({ party, mode }: R): Iterable<Party> {
    for (const [holder, held] of this.#holders) if (holder !== party && !compatible(held, mode)) yield holder;
    const upgrade = this.#upgrades.has(party);
    for (const ahead of this.#ahead()) {
      if (ahead.party === party) return;
      // An update that holds the lock passes an exclusive request: that one could not be granted before it in any case.
      if (upgrade && mode === "update" && ahead.mode === "exclusive") continue;
      if (!compatible(ahead.mode, mode)) yield ahead.party;
    }
  }

  /** Whether a new request may be granted before those that wait already. */
  #passes(mode: Mode): boolean {
    if (this.wanted) for (const other of this.#ahead()) if (!compatible(other.mode, mode)) return false;
    return true;
  }

  *#ahead(): Iterable<R> {
    yield* this.#upgrades.values();
    yield* this.#queue.values();
  }

  /** Whether no other holder stands against it. */
  #free(party: Party, mode: Mode): boolean {
    if (mode === "exclusive")
      return this.#holders.size === 0 || (this.#holders.size === 1 && this.#holders.has(party));
    const other = this.#strongest;
    return other === null || other.party === party || compatible(other.mode, mode);
  }

  #granted(request: R): R {
    this.withdraw(request.party);
    this.#hold(request.party, request.mode);
    return request;
  }

  #hold(party: Party, mode: Mode): void {
    this.#holders.set(party, mode);
    if (mode !== "shared") this.#strongest = { party, mode };
  }
}

function compatible(one: Mode, other: Mode): boolean {
  if (one === "exclusive" || other === "exclusive") return false;
  return one === "shared" || other === "shared";
}

function added<Party, R extends Request<Party>>(queue: ReadonlyMap<Party, R>, request: R): Map<Party, R> {
  const map = queue === NONE ? new Map<Party, R>() : (queue as Map<Party, R>);
  return map.set(request.party, request);
}
