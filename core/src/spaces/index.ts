// Spaces: which observations and actions there are, as Gymnasium has them.
export type { Bound } from "./bounds.ts";
export { type BoxOptions, BoxSpace } from "./box.ts";
export { spaceFromJson } from "./describe.ts";
export { DictSpace } from "./dict.ts";
export { DiscreteSpace } from "./discrete.ts";
export type { IntegerMember } from "./integers.ts";
export { MultiBinarySpace } from "./multi-binary.ts";
export { type MultiDiscreteOptions, MultiDiscreteSpace } from "./multi-discrete.ts";
export { canCast, type Dtype, type NdArray, ndArray, type TypedArray } from "./nd-array.ts";
export type { Nested } from "./nested.ts";
export type { MemberOf, Space, SpaceKind } from "./space.ts";
export { TupleSpace } from "./tuple.ts";
