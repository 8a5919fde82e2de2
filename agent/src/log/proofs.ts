// Proofs as the service gives them, or made here from its tiles, where it has no more than those. Either way they are
// only claims until they are checked against a checkpoint.
import {
  checkConsistency,
  checkInclusion,
  type Hasher,
  type Link,
  nodesOfConsistency,
  nodesOfInclusion,
  PolicyLedgerError,
  proveConsistency,
  proveInclusion,
  type Tile,
  type TreeNode,
  tilesFor,
  verifiedTiles,
} from "@policyledger/core";
import type { CallOptions } from "../sdk/calls.ts";
import { ClientError } from "../sdk/error.ts";
import { PASSING } from "../sdk/transport.ts";
import { checked } from "./error.ts";
import type { Wire } from "./wire.ts";

/** A tree that somebody has signed for. */
export interface Signed {
  readonly size: number;
  readonly root: string;
}

export interface Leaf {
  readonly index: number;
  /** An entry's `current_hash`. */
  readonly hash: string;
}

/** The path that proves the leaf; it holds. */
export async function fetchInclusion(
  hasher: Hasher,
  wire: Wire,
  tree: Signed,
  { index, hash }: Leaf,
  options?: CallOptions,
): Promise<readonly string[]> {
  const claim = { index, size: tree.size, leaf: hash, root: tree.root };
  const path = await orFromTiles(
    async () => (await wire.inclusion(index, tree.size, options)).path,
    async () => {
      const nodes = nodesOfInclusion(index, tree.size);
      return proveInclusion(hasher, await readerOf(hasher, wire, tree, nodes, options), index, tree.size);
    },
  );
  checked(() => checkInclusion(hasher, claim, path));
  return path;
}

/** What is got to show that a tree is the beginning of a larger one; it need not hold. */
export async function fetchLink(
  hasher: Hasher,
  wire: Wire,
  small: Signed,
  large: Signed,
  options?: CallOptions,
): Promise<Link> {
  if (small.size === 0 || small.size === large.size) return { proof: [] };
  try {
    return await orFromTiles(
      async () => {
        const { path, from_root } = await wire.consistency(small.size, large.size, options);
        return { proof: path, ...(from_root !== small.root && { old_root: from_root }) };
      },
      async () => {
        const nodes = nodesOfConsistency(small.size, large.size);
        const reader = await readerOf(hasher, wire, large, nodes, options);
        return { proof: proveConsistency(hasher, reader, small.size, large.size) };
      },
    );
  } catch (error) {
    // It answers, but not with a proof: that is for the judge to weigh, and no failure.
    const isAnswer =
      error instanceof ClientError && error.code !== "unreachable" && !PASSING.has(error.status);
    if (isAnswer || error instanceof PolicyLedgerError) return { proof: [] };
    throw error;
  }
}

/** Returns when the one tree is the beginning of the other. */
export async function requireConsistent(
  hasher: Hasher,
  wire: Wire,
  small: Signed,
  large: Signed,
  options?: CallOptions,
): Promise<readonly string[]> {
  const { proof } = await fetchLink(hasher, wire, small, large, options);
  const claim = { oldSize: small.size, oldRoot: small.root, newSize: large.size, newRoot: large.root };
  if (small.size > 0) checked(() => checkConsistency(hasher, claim, proof));
  return proof;
}

/** A service that has no such proof, or no such route, may still have its tiles. */
async function orFromTiles<T>(ask: () => Promise<T>, make: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ClientError) || error.status === undefined) throw error;
    try {
      return await make();
    } catch (second) {
      if (second instanceof PolicyLedgerError && second.code === "missing_tile") throw error;
      throw second;
    }
  }
}

/** Tiles that are asked for at once. */
const AT_ONCE = 6;

/** Hashes of a signed tree out of its tiles, none of which is believed. */
async function readerOf(
  hasher: Hasher,
  wire: Wire,
  tree: Signed,
  nodes: readonly TreeNode[],
  options?: CallOptions,
) {
  const tiles = tilesFor(tree.size, nodes);
  const found = new Map<string, Uint8Array | null>();
  for (let i = 0; i < tiles.length; i += AT_ONCE) {
    const some = tiles.slice(i, i + AT_ONCE);
    const read = await Promise.all(some.map((tile) => wire.tile(tile, options)));
    for (const [k, tile] of some.entries()) found.set(nameOf(tile), read[k]!);
  }
  return verifiedTiles(hasher, tree, (tile) => found.get(nameOf(tile)) ?? null);
}

function nameOf({ level, index, width }: Tile): string {
  return `${level}/${index}/${width}`;
}
