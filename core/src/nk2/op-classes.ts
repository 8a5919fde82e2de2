// Sorts a plan's ops into what the scheduler can treat alike. Ops of a *group* belong to the same block and have the same conflicts, so
// they are feasible together. Ops of a *class* have, within a group, the same bound, so they also have the same marginal cost; of
// each class only the smallest id needs to be looked at. Groups are numbered by block, classes by group, then by bound. All of it is kept
// in flat rows of integers, because where no two ops are alike there are as many groups as ops.
import type { Rational } from "../evaluation/rational.ts";
import type { CompiledOp, Program } from "./program.ts";

/** A claim that an op makes on a field which others want, too: 2 · field to read it, 2 · field + 1 to write it. */
export type Want = number;

export interface BlockOfGroups {
  /** The number of its first group. */
  readonly first: number;
  /** The bounds of the block's ops, ascending, each once. */
  readonly bounds: readonly bigint[];
  /** The classes of the block's group in place g are classFrom[g] to classFrom[g + 1] − 1. */
  readonly classFrom: Int32Array;
  /** By class, of all blocks, which of its block's bounds it has. */
  readonly boundOf: Int32Array;
  /** The blocks in use, itself perhaps among them, for which the matrix has an entry with it. */
  readonly neighbours: readonly { readonly block: number; readonly entry: Rational }[];
}

export interface Classes {
  /** By rank. */
  readonly classOf: Int32Array;
  /** By class: how many ops it has. */
  readonly sizes: Int32Array;
  readonly groupOf: Int32Array;
  /** By group: which of the blocks in use. */
  readonly blockOf: Int32Array;
  /** The wants of group g are wants[wantsFrom[g]] to wants[wantsFrom[g + 1] − 1]. */
  readonly wantsFrom: Int32Array;
  readonly wants: Int32Array;
  readonly blocks: readonly BlockOfGroups[];
}

export function classify(program: Program): Classes {
  const { ops } = program;
  const indexes = ascending(new Set(ops.map(({ spec }) => spec.blockIndex)));
  const blockNumber = new Map(indexes.map((index, block) => [index, block]));
  const blockOfOp = Int32Array.from(ops, ({ spec }) => blockNumber.get(spec.blockIndex)!);
  const byBlock = sortedBy(Int32Array.from(ops.keys()), blockOfOp, indexes.length);
  const { groupOfOp, blockOf, wantsFrom, wants } = groupsOf(program, byBlock, blockOfOp);
  const { bounds, boundOfOp } = boundsOf(program, blockOfOp, indexes.length);

  const classOf = new Int32Array(ops.length);
  const sizes = new Int32Array(ops.length);
  const [groupOf, boundOf]: [number[], number[]] = [[], []];
  const byBound = sortedBy(byBlock, boundOfOp, Math.max(0, ...bounds.map(({ length }) => length)));
  for (const rank of sortedBy(byBound, groupOfOp, blockOf.length)) {
    const [group, bound] = [groupOfOp[rank]!, boundOfOp[rank]!];
    const last = groupOf.length - 1;
    if (last < 0 || groupOf[last] !== group || boundOf[last] !== bound) {
      groupOf.push(group);
      boundOf.push(bound);
    }
    classOf[rank] = groupOf.length - 1;
    sizes[groupOf.length - 1]! += 1;
  }
  const rows = { classFrom: startsOf(groupOf, blockOf.length), boundOf: Int32Array.from(boundOf) };
  const groupFrom = startsOf(blockOf, indexes.length);
  const blocks = indexes.map((index, block) => ({
    first: groupFrom[block]!,
    bounds: bounds[block]!,
    classFrom: rows.classFrom.subarray(groupFrom[block], groupFrom[block + 1]! + 1),
    boundOf: rows.boundOf,
    neighbours: neighboursOf(program, indexes, index),
  }));
  return {
    classOf,
    sizes,
    groupOf: Int32Array.from(groupOf),
    blockOf: Int32Array.from(blockOf),
    wantsFrom: Int32Array.from(wantsFrom),
    wants: Int32Array.from(wants),
    blocks,
  };
}

/** Groups, in order of their blocks, because the ops come in that order. */
function groupsOf(program: Program, byBlock: Int32Array, blockOfOp: Int32Array) {
  const wantsOf = wantsAmong(program);
  const groupOfOp = new Int32Array(byBlock.length);
  const [blockOf, wantsFrom, wants]: [number[], number[], Want[]] = [[], [0], []];
  let groups = new Map<string, number>();
  for (const rank of byBlock) {
    const block = blockOfOp[rank]!;
    if (blockOf.length > 0 && block !== blockOf.at(-1)) groups = new Map();
    const own = wantsOf(program.ops[rank]!);
    groupOfOp[rank] = getOr(groups, own.join(" "), () => {
      wants.push(...own);
      wantsFrom.push(wants.length);
      return blockOf.push(block) - 1;
    });
  }
  return { groupOfOp, blockOf, wantsFrom, wants };
}

/** The bounds of each block's ops, and which of them each op has. */
function boundsOf({ ops }: Program, blockOfOp: Int32Array, blocks: number) {
  const sets = Array.from({ length: blocks }, () => new Set<bigint>());
  for (const { rank, spec } of ops) sets[blockOfOp[rank]!]!.add(spec.deltaBound);
  const bounds = sets.map(ascending);
  const numbers = bounds.map((own) => new Map(own.map((bound, i) => [bound, i])));
  const boundOfOp = Int32Array.from(
    ops,
    ({ rank, spec }) => numbers[blockOfOp[rank]!]!.get(spec.deltaBound)!,
  );
  return { bounds, boundOfOp };
}

/** What each op wants of fields that somebody writes and somebody else touches; over the others no two ops can clash. */
function wantsAmong({ ops, fields }: Program): (op: CompiledOp) => readonly Want[] {
  const touches = new Int32Array(fields.length);
  const writes = new Int32Array(fields.length);
  for (const op of ops) {
    for (const field of op.reads) touches[field]! += 1;
    for (const field of op.writes) touches[field]! += 1;
    for (const field of op.writes) writes[field]! += 1;
  }
  const wanted = (field: number) => writes[field]! > 0 && touches[field]! > 1;
  return (op) => {
    const wants: Want[] = [];
    for (const field of op.reads) if (wanted(field)) wants.push(2 * field);
    for (const field of op.writes) if (wanted(field)) wants.push(2 * field + 1);
    return wants;
  };
}

function neighboursOf(
  { curvature }: Program,
  indexes: readonly number[],
  index: number,
): BlockOfGroups["neighbours"] {
  return indexes.flatMap((other, block) => {
    const entry = curvature.between(index, other);
    return entry === null ? [] : [{ block, entry }];
  });
}

function ascending<T extends number | bigint>(values: Iterable<T>): T[] {
  return [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** A row in order of its members' keys, which are below `count`; those of one key stay in the order in which they were. */
function sortedBy(row: Int32Array, keyOf: Int32Array, count: number): Int32Array {
  const free = startsOf(keyOf, count);
  const sorted = new Int32Array(row.length);
  for (const one of row) sorted[free[keyOf[one]!]!++] = one;
  return sorted;
}

/** In a row sorted by these keys, where each begins; and, last, where the row ends. */
function startsOf(keys: Iterable<number>, count: number): Int32Array {
  const from = new Int32Array(count + 1);
  for (const key of keys) from[key + 1]! += 1;
  for (let key = 0; key < count; key++) from[key + 1]! += from[key]!;
  return from;
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
