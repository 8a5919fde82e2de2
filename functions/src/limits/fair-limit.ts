// How much one instance lets through, a caller and in all, so that who asks much does not silence who asks little.
//
// Two token buckets must both hold what a request costs: the caller's own, and the one of all. Half of the latter is a
// reserve that opens by degrees: the further a caller is ahead of its fair share, the more must be left in it. So when
// it runs low those far ahead are refused first, and who asks less than a fair share may take the last token.
//
// Shares are counted on a clock of their own, which moves by one when every active caller has had one token of its
// share: SHARED of the overall rate, by the callers active lately. A caller is ahead by what it took beyond that clock.
// Active is who was let through twice; a newcomer begins half-way ahead, so that a flood from ever new addresses
// neither shrinks the share of the others nor takes what they may take.
//
// Only who is let through is remembered, until idle for so long that its bucket is full again: to forget it gives it
// no token. Beyond maxCallers the oldest full bucket goes; while there is none, newcomers share one bucket, and
// nobody's is reset. With costs from 1 and maxCallers at overall.rate × idle seconds + overall.burst it never comes to
// that: the overall limit does not let more callers through meanwhile.

import { ByAge } from "./by-age.ts";
import { type Limit, TokenBucket } from "./token-bucket.ts";

export interface FairLimits {
  readonly perCaller: Limit;
  readonly overall: Limit;
  /** How many callers are remembered at most. */
  readonly maxCallers: number;
}

export type Taken =
  | { readonly ok: true }
  /** Whose bucket is short; after so many whole seconds the request passes, unless others come between. */
  | { readonly ok: false; readonly scope: "caller" | "overall"; readonly retryAfterSeconds: number };

/** How long a caller is remembered after it was last let through, at the least: as people look at a page. */
const IDLE_SECONDS = 10;
/** The part of the overall bucket that opens by degrees. */
const RESERVE = 1 / 2;
/** The part of the overall rate that is shared out: with the rest the reserve fills again while all take their share. */
const SHARED = 9 / 10;
/** How many of the oldest callers are looked through for a full bucket when there are too many. */
const LOOKED_THROUGH = 8;

interface Caller {
  readonly name: string;
  readonly bucket: TokenBucket;
  /** When it was last let through. */
  last: number;
  /** How far its share is used up, on the shares' clock. */
  used: number;
  /** Let through twice or more. */
  active: boolean;
  older: Caller | null;
  newer: Caller | null;
}

export class FairLimit {
  readonly #limits: FairLimits;
  readonly #clock: () => number;
  readonly #overall: TokenBucket;
  readonly #callers = new Map<string, Caller>();
  /** By when they were last let through. */
  readonly #byAge = new ByAge<Caller>();
  /** Whom those share who find no room. It may have been any newcomer, which therefore begins with what it has left. */
  readonly #crowd: Caller;
  /** Milliseconds after which an idle caller is forgotten. */
  readonly #idle: number;
  #active = 0;
  /** The shares' clock. */
  #shares = 0;
  #now: number;

  /** The clock returns milliseconds and does not go back. */
  constructor(limits: FairLimits, clock: () => number) {
    requireLimits(limits);
    const { perCaller, overall } = limits;
    this.#limits = limits;
    this.#clock = clock;
    this.#now = clock();
    this.#overall = new TokenBucket(overall, this.#now);
    this.#crowd = this.#newcomer("", new TokenBucket(perCaller, this.#now));
    this.#idle = Math.max(IDLE_SECONDS, perCaller.burst / perCaller.rate) * 1000;
  }

  /** How many callers are remembered. */
  get callers(): number {
    return this.#callers.size;
  }

  /** Throws when the cost is above a burst, so that it could never pass. */
  take(name: string, cost = 1): Taken {
    this.#requireCost(cost);
    this.#advance();
    const caller =
      this.#callers.get(name) ??
      (this.#hasRoom() ? this.#newcomer(name, this.#crowd.bucket.copy()) : this.#crowd);
    const scope = this.#shortOf(caller, cost);
    if (scope !== null) return { ok: false, scope, retryAfterSeconds: this.#retryAfter(caller, cost) };
    this.#overall.take(cost, this.#now);
    caller.bucket.take(cost, this.#now);
    caller.used = Math.min(this.#shares + this.#ahead(caller) + cost, this.#shares + this.#farAhead);
    if (caller !== this.#crowd) this.#remember(caller);
    return { ok: true };
  }

  #shortOf(caller: Caller, cost: number): "caller" | "overall" | null {
    if (caller.bucket.wait(cost, this.#now) > 0) return "caller";
    return this.#overall.wait(this.#wanted(this.#ahead(caller), cost), this.#now) > 0 ? "overall" : null;
  }

  #advance(): void {
    const before = this.#now;
    this.#now = Math.max(before, this.#clock());
    const share = (SHARED * this.#limits.overall.rate) / Math.max(1, this.#active);
    this.#shares += ((this.#now - before) / 1000) * share;
    for (let caller = this.#byAge.oldest; caller !== null; caller = this.#byAge.oldest) {
      if (this.#now - caller.last < this.#idle) break;
      this.#forget(caller);
    }
  }

  #newcomer(name: string, bucket: TokenBucket): Caller {
    const used = this.#shares + this.#farAhead / 2;
    return { name, bucket, last: this.#now, used, active: false, older: null, newer: null };
  }

  /** Where all of the reserve is closed. Nobody counts as further ahead: the rest may be taken by who wants it. */
  get #farAhead(): number {
    return this.#limits.perCaller.burst;
  }

  /** Tokens beyond the fair share. */
  #ahead(caller: Caller): number {
    return Math.max(0, caller.used - this.#shares);
  }

  /** What must be in the overall bucket; no more than it can hold. */
  #wanted(ahead: number, cost: number): number {
    const { burst } = this.#limits.overall;
    return Math.min(burst, cost + RESERVE * burst * (ahead / this.#farAhead));
  }

  /** Enough even if the caller is forgotten meanwhile and comes again as a newcomer. */
  #retryAfter(caller: Caller, cost: number): number {
    const ahead = Math.max(this.#ahead(caller), this.#farAhead / 2);
    const overall = this.#overall.wait(this.#wanted(ahead, cost), this.#now);
    const seconds = Math.ceil(Math.max(caller.bucket.wait(cost, this.#now), overall));
    if (this.#now + seconds * 1000 - caller.last < this.#idle) return seconds;
    return Math.max(seconds, Math.ceil(this.#crowd.bucket.wait(cost, this.#now)));
  }

  #hasRoom(): boolean {
    return this.#callers.size < this.#limits.maxCallers || this.#oldestFull() !== null;
  }

  #remember(caller: Caller): void {
    caller.last = this.#now;
    if (this.#callers.has(caller.name)) {
      this.#byAge.delete(caller);
      if (!caller.active) this.#active += 1;
      caller.active = true;
    } else {
      if (this.#callers.size >= this.#limits.maxCallers) this.#forget(this.#oldestFull()!);
      this.#callers.set(caller.name, caller);
    }
    this.#byAge.append(caller);
  }

  #forget(caller: Caller): void {
    if (caller.active) this.#active -= 1;
    this.#callers.delete(caller.name);
    this.#byAge.delete(caller);
  }

  /** Among the oldest; to look through all would take longer the more there are. */
  #oldestFull(): Caller | null {
    let caller = this.#byAge.oldest;
    for (let looked = 0; caller !== null && looked < LOOKED_THROUGH; looked += 1) {
      if (caller.bucket.wait(this.#limits.perCaller.burst, this.#now) === 0) return caller;
      caller = caller.newer;
    }
    return null;
  }

  #requireCost(cost: number): void {
    const most = Math.min(this.#limits.perCaller.burst, this.#limits.overall.burst);
    if (cost > 0 && cost <= most) return;
    throw new RangeError(
      `Cannot take ${cost} tokens: wanted more than 0 and at most ${most}, the smaller burst`,
    );
  }
}

function requireLimits({ perCaller, overall, maxCallers }: FairLimits): void {
  const faults = Object.entries({ perCaller, overall }).flatMap(([which, { rate, burst }]) => [
    ...(rate > 0 && Number.isFinite(rate) ? [] : [`${which}.rate is ${rate}, wanted a number above 0`]),
    ...(burst >= 1 && Number.isFinite(burst) ? [] : [`${which}.burst is ${burst}, wanted a number from 1`]),
  ]);
  if (!Number.isSafeInteger(maxCallers) || maxCallers < 1) {
    faults.push(`maxCallers is ${maxCallers}, wanted a whole number from 1`);
  }
  if (faults.length > 0) throw new RangeError(`Cannot limit: ${faults.join("; ")}`);
}
