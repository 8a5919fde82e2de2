// How much of something scarce is held at once, in all and by each caller: so that one who holds on to all that it can
// get leaves room for the others.

export interface Bounds {
  readonly most: number;
  readonly mostOfOne: number;
}

export class HeldShares {
  readonly #byCaller = new Map<string, number>();
  #held = 0;

  /** Takes so much, or says whose bound is in the way. */
  take(caller: string, amount: number, { most, mostOfOne }: Bounds): "taken" | "caller" | "overall" {
    const own = this.#byCaller.get(caller) ?? 0;
    if (own + amount > mostOfOne) return "caller";
    if (this.#held + amount > most) return "overall";
    this.#byCaller.set(caller, own + amount);
    this.#held += amount;
    return "taken";
  }

  giveBack(caller: string, amount: number): void {
    const left = (this.#byCaller.get(caller) ?? 0) - amount;
    if (left > 0) this.#byCaller.set(caller, left);
    else this.#byCaller.delete(caller);
    this.#held -= amount;
  }
}
