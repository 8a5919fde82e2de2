// Sorts a plan's ops into what the scheduler can treat alike. Ops of a *group* belong to the same block and have the same conflicts, so
// they are feasible together. Ops of a *class* have, within a group, the same bound, so they also have the same marginal cost; of
// each class only the smallest id needs to be looked at.
import type { Rational } from "../evaluation/rational.ts";
import type { CompiledOp, Program } from "./program.ts";

/** A claim that an op makes on a field which others want, too: 2 · field to read it, 2 · field + 1 to write it. */
export type Want = number;

interface Group {
  /** Which of the blocks in use, and its place among that block's groups. */
  readonly block: number;
  readonly place: number;
  readonly wants: readonly Want[];
}

interface OpClass {
  readonly group: number;
  /** Its place among the group's classes, which stand in order of their bounds. */
  readonly place: number;
  /** Whether it is a single op. */
  readonly isSingle: boolean;
}

export interface BlockOfGroups {
  /** The bounds of the block's ops, ascending, each once. */
  readonly bounds: readonly bigint[];
  /** For each group, by place, which of the bounds its classes have. */
  readonly groups: readonly (readonly number[])[];
  /** The blocks in use, itself perhaps among them, for which the matrix has an entry with it. */
  readonly neighbours: readonly { readonly block: number; readonly entry: Rational }[];
}

export interface Classes {
  /** By rank. */
  readonly classOf: Int32Array;
  readonly classes: readonly OpClass[];
  readonly groups: readonly Group[];
  readonly blocks: readonly BlockOfGroups[];
}

interface Draft {
  readonly wants: readonly Want[];
  /** Which class each of its bounds is. */
  readonly classes: Map<bigint, number>;
}

export function classify(program: Program): Classes {
  const wantsOf = wantsAmong(program);
  const byBlock = new Map<number, Map<string, Draft>>();
  const classOf = new Int32Array(program.ops.length);
  const sizes = new Int32Array(program.ops.length);
  let count = 0;
  for (const op of program.ops) {
    const wants = wantsOf(op);
    const drafts = getOr(byBlock, op.spec.blockIndex, () => new Map<string, Draft>());
    const { classes } = getOr(drafts, wants.join(" "), () => ({ wants, classes: new Map<bigint, number>() }));
    const class_ = getOr(classes, op.spec.deltaBound, () => count++);
    classOf[op.rank] = class_;
    sizes[class_]! += 1;
  }
  const indexes = [...byBlock.keys()].sort((a, b) => a - b);
  const groups: Group[] = [];
  const classes: OpClass[] = Array(count);
  const blocks = indexes.map((index, block) => {
    const drafts = [...byBlock.get(index)!.values()];
    const bounds = ascending(new Set(drafts.flatMap((draft) => [...draft.classes.keys()])));
    const numberOf = new Map(bounds.map((bound, i) => [bound, i]));
    const boundsOfGroups = drafts.map((draft, place) => {
      const own = ascending(draft.classes.keys());
      for (const [i, bound] of own.entries()) {
        const class_ = draft.classes.get(bound)!;
        classes[class_] = { group: groups.length, place: i, isSingle: sizes[class_] === 1 };
      }
      groups.push({ block, place, wants: draft.wants });
      return own.map((bound) => numberOf.get(bound)!);
    });
    return { bounds, groups: boundsOfGroups, neighbours: neighboursOf(program, indexes, index) };
  });
  return { classOf, classes, groups, blocks };
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

function ascending(bounds: Iterable<bigint>): bigint[] {
  return [...bounds].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
