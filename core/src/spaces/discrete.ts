// Discrete(n, start): the integers start … start + n − 1, as plain numbers. -0 is 0.
import type { Fault } from "../error.ts";
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";
import { below, sampleStream } from "./draw.ts";
import { flatZeros, hotIndex, requireFlat } from "./flat.ts";
import { note, refuse, refuseAll, refuseMember, show } from "./refuse.ts";
import type { Space } from "./space.ts";

export class DiscreteSpace implements Space<number> {
  readonly kind = "discrete";
  readonly size = 1;
  readonly depth = 0;
  readonly n: number;
  readonly start: number;
  readonly #last: number;

  constructor(n: number, start = 0) {
    const faults: Fault[] = [];
    if (!Number.isSafeInteger(n) || n < 1) note(faults, "/n", `${show(n)} is not a positive integer`);
    if (!Number.isSafeInteger(start)) note(faults, "/start", `${show(start)} is not an integer`);
    if (faults.length === 0 && start > Number.MAX_SAFE_INTEGER - (n - 1)) {
      note(faults, "/n", `the last value would be above ${Number.MAX_SAFE_INTEGER}`);
    }
    refuseAll("Cannot build Discrete", faults);
    this.n = n;
    this.start = start + 0;
    this.#last = start + (n - 1);
    Object.freeze(this);
  }

  get flatSize(): number {
    return this.n;
  }

  contains(value: unknown): value is number {
    return (
      typeof value === "number" && Number.isSafeInteger(value) && value >= this.start && value <= this.#last
    );
  }

  draw(random: Random): number {
    return this.start + below(this.n, random);
  }

  sample(seed: number): number {
    return this.draw(sampleStream(this, seed));
  }

  equals(other: Space): boolean {
    return other instanceof DiscreteSpace && other.n === this.n && other.start === this.start;
  }

  same(a: number, b: number): boolean {
    return a === b;
  }

  toJson(member: number): Json {
    if (!this.contains(member)) refuseMember("write", member, this);
    return member + 0;
  }

  fromJson(json: Json): number {
    if (!this.contains(json)) refuse(`${show(json)} is not in ${this}`);
    return json + 0;
  }

  describe(): Json {
    return { kind: this.kind, n: this.n, start: this.start };
  }

  flatten(member: number): Float64Array {
    if (!this.contains(member)) refuseMember("flatten", member, this);
    const vector = flatZeros(this);
    vector[member - this.start] = 1;
    return vector;
  }

  unflatten(vector: ArrayLike<number>): number {
    return this.start + hotIndex(requireFlat(vector, this), 0, this.n, this);
  }

  toString(): string {
    return this.start === 0 ? `Discrete(${this.n})` : `Discrete(${this.n}, start=${this.start})`;
  }
}
