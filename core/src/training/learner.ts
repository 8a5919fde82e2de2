// What a learning algorithm is to the training: it is greedy, it learns from transitions, and it can be saved.
import type { Fault } from "../error.ts";
import type { SavedMemory } from "./replay-memory.ts";
import type { Values } from "./values.ts";

export interface Learner {
  /** The action that it holds best: the smallest of equal ones. */
  greedy(state: number): number;
  learn(state: number, action: number, reward: number, nextState: number, ended: boolean): void;
  /** What it expects of an action, in the environment's unit. */
  value(state: number, action: number): number;
  readonly tables: readonly Values[];
  /** What it remembers besides its tables, for those that do: saved, and loaded with the faults that it finds. */
  readonly save?: () => SavedMemory;
  readonly load?: (saved: SavedMemory, faults: Fault[]) => void;
}
