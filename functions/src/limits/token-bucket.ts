// A token bucket: it fills at an even rate up to its burst, and what is taken must be in it.

export interface Limit {
  /** Tokens a second. */
  readonly rate: number;
  /** The most that it holds, and what it begins with. */
  readonly burst: number;
}

/** Sums of floats end a hair below what they should be; a bucket may be in debt by so much, and by no more. */
const HAIR = 1e-9;

export class TokenBucket {
  readonly #limit: Limit;
  #tokens: number;
  /** When it held #tokens; milliseconds. */
  #at: number;

  constructor(limit: Limit, now: number) {
    this.#limit = limit;
    this.#tokens = limit.burst;
    this.#at = now;
  }

  copy(): TokenBucket {
    const copy = new TokenBucket(this.#limit, this.#at);
    copy.#tokens = this.#tokens;
    return copy;
  }

  /** How many tokens it holds. */
  level(now: number): number {
    return Math.min(this.#limit.burst, this.#tokens + ((now - this.#at) / 1000) * this.#limit.rate);
  }

  /** Seconds until it holds so many, none when it does; never more than its burst may be asked for. */
  wait(tokens: number, now: number): number {
    const missing = tokens - this.level(now);
    return missing <= HAIR ? 0 : missing / this.#limit.rate;
  }

  take(tokens: number, now: number): void {
    this.#tokens = this.level(now) - tokens;
    this.#at = now;
  }
}
