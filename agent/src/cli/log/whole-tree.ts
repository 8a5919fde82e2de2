// The tree of all entries that were read, as far as a checkpoint covers them: its root must be the one that was signed. That
// each entry names the one before it is never taken in place of this.
import { EMPTY_TREE, growTree, rootOf, type Tree } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { View } from "../../log/index.ts";
import { broken } from "../exit.ts";

/** Leaves that are put into the tree at once. */
const AT_ONCE = 1_024;

export class WholeTree {
  private readonly size: number;
  private tree: Tree = EMPTY_TREE;
  private leaves: string[] = [];

  /** Of as many entries as the checkpoint covers; more may be added, and are left out. */
  constructor(size: number) {
    this.size = size;
  }

  add(hash: string): void {
    if (this.tree.size + this.leaves.length >= this.size) return;
    this.leaves.push(hash);
    if (this.leaves.length >= AT_ONCE) this.grow();
  }

  /** How many of those that the checkpoint covers have come, and the root over them. */
  finish(): { readonly size: number; readonly root: string } {
    this.grow();
    return { size: this.tree.size, root: rootOf(nodeHost, this.tree) };
  }

  private grow(): void {
    this.tree = growTree(nodeHost, this.tree, this.leaves);
    this.leaves = [];
  }
}

/** Why what was read is not what was signed; null when it is. */
export function rootFault(
  { size, root }: { readonly size: number; readonly root: string },
  view: Pick<View, "origin" | "size" | "root">,
): string | null {
  if (size === view.size && root === view.root) return null;
  if (size !== view.size)
    return `the checkpoint of ${view.origin} covers ${view.size} entries, and ${size} are shown`;
  return `the ${size} entries that are shown have the root ${root}, and ${view.origin} has signed ${view.root}`;
}

export function requireRoot(tree: WholeTree, view: View): void {
  const fault = rootFault(tree.finish(), view);
  if (fault !== null) throw broken(`the entries are not those of the log: ${fault}`);
}
