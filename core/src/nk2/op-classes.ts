// Sorts a plan's ops into classes that the scheduler can treat alike: the same block, the same bound, the same conflicts. Ops of a class
// have the same marginal cost and are feasible together, so only the smallest id of each class needs to be looked at.
import type { Rational } from "../evaluation/rational.ts";
import type { CompiledOp, Program } from "./program.ts";

/** A claim that an op makes on a field which others want, too: 2 · field to read it, 2 · field + 1 to write it. */
export type Want = number;

export interface OpClass {
  /** Which of the blocks in use. */
  readonly block: number;
  /** Its place among the block's classes, which stand in order of their bounds. */
  readonly place: number;
  readonly wants: readonly Want[];
}

export interface BlockOfClasses {
  /** The bounds of its ops, ascending, each once. */
  readonly bounds: readonly bigint[];
  /** For each class, by place, which of the bounds it has; and for each bound, the last place that has it. */
  readonly boundAt: readonly number[];
  readonly lastPlace: readonly number[];
  /** The blocks in use, itself perhaps among them, for which the matrix has an entry with it. */
  readonly neighbours: readonly { readonly block: number; readonly entry: Rational }[];
}

export interface Classes {
  /** By rank. */
  readonly classOf: Int32Array;
  readonly classes: readonly OpClass[];
  readonly blocks: readonly BlockOfClasses[];
}

interface Draft {
  readonly block: number;
  readonly bound: bigint;
  readonly wants: readonly Want[];
}

export function classify(program: Program): Classes {
  const { ops, curvature } = program;
  const wantsOf = wantsAmong(program);
  const indexes = [...new Set(ops.map(({ spec }) => spec.blockIndex))].sort((a, b) => a - b);
  const blockOf = new Map(indexes.map((index, i) => [index, i]));
  const drafts: Draft[] = [];
  const known = new Map<string, number>();
  const classOf = new Int32Array(ops.length);
  for (const op of ops) {
    const [wants, bound] = [wantsOf(op), op.spec.deltaBound];
    const key = `${op.spec.blockIndex} ${bound} ${wants.join(" ")}`;
    let draft = known.get(key);
    if (draft === undefined) {
      draft = drafts.length;
      known.set(key, draft);
      drafts.push({ block: blockOf.get(op.spec.blockIndex)!, bound, wants });
    }
    classOf[op.rank] = draft;
  }
  const places = new Int32Array(drafts.length);
  const blocks = byBlock(drafts, indexes.length).map((members, block) => {
    for (const [place, draft] of members.entries()) places[draft] = place;
    const neighbours = indexes.flatMap((index, other) => {
      const entry = curvature.between(indexes[block]!, index);
      return entry === null ? [] : [{ block: other, entry }];
    });
    return { ...boundsOf(members.map((draft) => drafts[draft]!.bound)), neighbours };
  });
  const classes = drafts.map(({ block, wants }, i) => ({ block, wants, place: places[i]! }));
  return { classOf, classes, blocks };
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

/** The classes of each block, in order of their bounds. */
function byBlock(drafts: readonly Draft[], count: number): readonly (readonly number[])[] {
  const members: number[][] = Array.from({ length: count }, () => []);
  for (const [draft, { block }] of drafts.entries()) members[block]!.push(draft);
  for (const list of members) list.sort((a, b) => ascending(drafts[a]!.bound, drafts[b]!.bound));
  return members;
}

function boundsOf(sorted: readonly bigint[]): Pick<BlockOfClasses, "bounds" | "boundAt" | "lastPlace"> {
  const bounds: bigint[] = [];
  const lastPlace: number[] = [];
  const boundAt = sorted.map((bound, place) => {
    if (bound !== bounds.at(-1)) bounds.push(bound);
    lastPlace[bounds.length - 1] = place;
    return bounds.length - 1;
  });
  return { bounds, boundAt, lastPlace };
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
