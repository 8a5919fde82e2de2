// The contract of a space, as Gymnasium has it: which values there are, and how to draw, compare and write them.
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";

export interface Space<T = unknown> {
  readonly kind: "discrete" | "box" | "multi_discrete" | "multi_binary" | "tuple" | "dict";
  /** Whether the value is a member; never throws, whatever it is given. */
  contains(value: unknown): value is T;
  /** One member, drawn from the stream; a composite draws its parts in order from the same stream. */
  draw(random: Random): T;
  /** The member that a seed gives: always the same one. */
  sample(seed: number): T;
  /** Whether the other space has the same kind and the same parameters. */
  equals(other: Space): boolean;
  /** Whether two members are the same value. */
  same(a: T, b: T): boolean;
  /** A member as JSON, and back; `fromJson` throws `invalid_space` naming every fault and its path. */
  toJson(member: T): Json;
  fromJson(json: Json): T;
  /** The space itself as JSON; `spaceFromJson` reads it back. */
  describe(): Json;
  /** How many numbers `flatten` gives (Gymnasium's flatdim). */
  readonly flatSize: number;
  /** A member as a flat vector, Discrete parts one-hot, as Gymnasium flattens. */
  flatten(member: T): Float64Array;
  unflatten(vector: ArrayLike<number>): T;
}
