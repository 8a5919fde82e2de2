// The contract of a space, as Gymnasium has it: which values there are, and how to draw, compare and write them.
import type { Json } from "../json.ts";
import type { Random } from "../random.ts";

export interface Space<T = unknown> {
  readonly kind: SpaceKind;
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
  /** How many values a member is made of: its numbers, and one for each Tuple and Dict. Bounded, see limits.ts. */
  readonly size: number;
  /** How many Tuples and Dicts lie within each other: 0 for every other space. Bounded, see limits.ts. */
  readonly depth: number;
  /** As Gymnasium prints it, cut short: `Discrete(3, start=1)`. */
  toString(): string;
}

export type SpaceKind = "discrete" | "box" | "multi_discrete" | "multi_binary" | "tuple" | "dict";

/** The type of a space's members. */
export type MemberOf<S extends Space> = S extends Space<infer T> ? T : never;

const KINDS: ReadonlySet<unknown> = new Set<SpaceKind>([
  "discrete",
  "box",
  "multi_discrete",
  "multi_binary",
  "tuple",
  "dict",
]);

/** Whether a value looks like a space, whichever copy of this package made it. */
export function isSpace(value: unknown): value is Space {
  if (typeof value !== "object" || value === null) return false;
  const space = value as Space;
  return KINDS.has(space.kind) && typeof space.contains === "function" && typeof space.size === "number";
}
