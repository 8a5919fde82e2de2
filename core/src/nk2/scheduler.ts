// greedy.curv.v1: builds a batch op by op, each time the feasible op that adds least to the batch's bound, of equal ones the
// smallest id. What it costs does not grow with how many ops are ready: ops are looked at in groups that conflict alike
// (op-classes.ts), and a group in whose way a field stands waits at that field until a batch begins without it.
import { BlockQueue } from "./block-queue.ts";
import { IntHeap } from "./int-heap.ts";
import { NOTHING } from "./min-tree.ts";
import { type Classes, classify, type Want } from "./op-classes.ts";
import type { Program } from "./program.ts";
import { Tournament } from "./tournament.ts";

export class Scheduler {
  private readonly program: Program;
  private readonly classes: Classes;
  private readonly queues: readonly BlockQueue[];
  private readonly order: Tournament;
  /** By class: its ready ops; null for a class of one, which is ready or not. */
  private readonly members: readonly (IntHeap | null)[];
  /** All ready ops, and some that no longer are. */
  private readonly all = new IntHeap();
  private readonly isReady: Uint8Array;
  private readonly isInAll: Uint8Array;
  /** By field: the last batch that reads or writes it, and the last that writes it. */
  private readonly touchedIn: Int32Array;
  private readonly writtenIn: Int32Array;
  private batch = 0;
  /** Groups that wait, by the want that stands in their way; and whether a group does. */
  private readonly waiting = new Map<Want, number[]>();
  private readonly waits: Uint8Array;

  constructor(program: Program) {
    this.program = program;
    this.classes = classify(program);
    this.queues = this.classes.blocks.map((block) => new BlockQueue(block));
    this.order = new Tournament(this.queues.length, (a, b) => isBefore(this.queues[a]!, this.queues[b]!));
    const { groupOf, sizes, blockOf } = this.classes;
    this.members = Array.from(groupOf, (_, class_) => (sizes[class_] === 1 ? null : new IntHeap()));
    this.isReady = new Uint8Array(program.ops.length);
    this.isInAll = new Uint8Array(program.ops.length);
    this.touchedIn = new Int32Array(program.fields.length);
    this.writtenIn = new Int32Array(program.fields.length);
    this.waits = new Uint8Array(blockOf.length);
  }

  /** An op that is ready: all that come before it are committed, and it is in no batch. */
  add(rank: number): void {
    this.isReady[rank] = 1;
    if (this.isInAll[rank] === 0) this.all.push(rank);
    this.isInAll[rank] = 1;
    const class_ = this.classes.classOf[rank]!;
    const members = this.members[class_]!;
    members?.push(rank);
    this.show(class_, members === null ? rank : members.peek());
  }

  /** Takes a batch out of the ready ops: their ranks, in the order in which they were appended. */
  build(): number[] {
    this.batch += 1;
    for (const queue of this.queues) queue.clear();
    // In an empty batch everything is feasible and costs nothing.
    const ranks = [this.takeFirst()];
    this.release();
    while (ranks.length < this.program.width) {
      const rank = this.best();
      if (rank === NOTHING) break;
      this.take(rank);
      ranks.push(rank);
    }
    return ranks;
  }

  /** Takes one ready op out. */
  private take(rank: number): void {
    const { classOf, groupOf, blockOf, blocks, wantsFrom, wants } = this.classes;
    const class_ = classOf[rank]!;
    const group = groupOf[class_]!;
    this.isReady[rank] = 0;
    const members = this.members[class_]!;
    const taken = members === null ? rank : members.pop();
    if (taken !== rank) throw new Error(`bug: op ${rank} was taken before op ${taken} of its class`);
    this.show(class_, members === null ? -1 : members.peek());
    for (let i = wantsFrom[group]!; i < wantsFrom[group + 1]!; i++) {
      const want = wants[i]!;
      this.touchedIn[want >> 1] = this.batch;
      if (want % 2 === 1) this.writtenIn[want >> 1] = this.batch;
    }
    const bound = this.program.ops[rank]!.spec.deltaBound;
    for (const { block: other, entry } of blocks[blockOf[group]!]!.neighbours) {
      this.queues[other]!.grow(entry, bound);
    }
  }

  private takeFirst(): number {
    for (;;) {
      const rank = this.all.pop();
      if (rank < 0) throw new Error("bug: ops are pending and none is ready");
      this.isInAll[rank] = 0;
      if (this.isReady[rank] === 0) continue;
      this.take(rank);
      return rank;
    }
  }

  /** The feasible op of least marginal cost. Groups that come up and are not feasible wait from then on. */
  private best(): number {
    for (const queue of this.queues) queue.refresh();
    for (let first = this.order.playAll(); ; ) {
      const queue = this.queues[first]!;
      if (queue.rank === NOTHING) return NOTHING;
      const group = this.classes.groupOf[this.classes.classOf[queue.rank]!]!;
      const want = this.blockedWant(group);
      if (want === null) return queue.rank;
      this.wait(group, want);
      queue.refresh();
      first = this.order.playAgain(first);
    }
  }

  private blockedWant(group: number): Want | null {
    const { wantsFrom, wants } = this.classes;
    for (let i = wantsFrom[group]!; i < wantsFrom[group + 1]!; i++) {
      if (this.isBlocked(wants[i]!)) return wants[i]!;
    }
    return null;
  }

  private isBlocked(want: Want): boolean {
    return (want % 2 === 1 ? this.touchedIn : this.writtenIn)[want >> 1] === this.batch;
  }

  private wait(group: number, want: Want): void {
    this.waits[group] = 1;
    this.queueOf(group).hide(this.placeOf(group));
    const others = this.waiting.get(want);
    if (others === undefined) this.waiting.set(want, [group]);
    else others.push(group);
  }

  /** Lets those go on in whose way the new batch, of one op so far, does not stand. */
  private release(): void {
    for (const [want, groups] of this.waiting) {
      if (this.isBlocked(want)) continue;
      this.waiting.delete(want);
      for (const group of groups) {
        this.waits[group] = 0;
        this.queueOf(group).show(this.placeOf(group));
      }
    }
  }

  /** Tells the queue of the smallest ready op of a class; -1 when there is none. */
  private show(class_: number, least: number): void {
    const group = this.classes.groupOf[class_]!;
    const queue = this.queueOf(group);
    queue.setReady(this.placeOf(group), class_, least < 0 ? NOTHING : least);
    if (this.waits[group] === 0) queue.show(this.placeOf(group));
  }

  private queueOf(group: number): BlockQueue {
    return this.queues[this.classes.blockOf[group]!]!;
  }

  /** Among the groups of its block. */
  private placeOf(group: number): number {
    return group - this.classes.blocks[this.classes.blockOf[group]!]!.first;
  }
}

function isBefore(a: BlockQueue, b: BlockQueue): boolean {
  if (a.rank === NOTHING || b.rank === NOTHING) return a.rank < b.rank;
  return a.cost < b.cost || (a.cost === b.cost && a.rank < b.rank);
}
