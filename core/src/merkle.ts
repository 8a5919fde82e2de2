// The Merkle tree of RFC 6962, 2.1: MTH({}) = H(), MTH({d}) = H(0x00 ‖ d), and of n > 1 leaves
// H(0x01 ‖ MTH(first k) ‖ MTH(the rest)), k the largest power of two below n. A tree here is given by its leaves'
// hashes (hash.ts: leafHash), in hex as everywhere. A new leaf changes the right edge only, so a root is folded from left to right.
import { PolicyLedgerError, quote } from "./error.ts";
import type { Host } from "./host.ts";

/** RFC 6962, 2.1: what an inner node's hash begins with. */
const INNER = 0x01;
const HASH_BYTES = 32;
const HASH = /^[0-9a-f]{64}$/;

/** The root over leaves that are given by their hashes. */
export function merkleRoot(host: Host, leafHashes: readonly string[]): string {
  requireHashes(leafHashes);
  if (leafHashes.length === 0) return host.sha256("");
  // Roots of whole subtrees, the largest first; their sizes are the binary digits of how many leaves were taken.
  const roots: string[] = [];
  for (let taken = 0; taken < leafHashes.length; taken++) {
    let node = leafHashes[taken]!;
    for (let digits = taken; digits % 2 === 1; digits = (digits - 1) / 2)
      node = inner(host, roots.pop()!, node);
    roots.push(node);
  }
  let root = roots.pop()!;
  while (roots.length > 0) root = inner(host, roots.pop()!, root);
  return root;
}

/** The bytes of a node, used again and again: 0x01, the left hash, the right hash. */
const NODE = new Uint8Array(1 + 2 * HASH_BYTES);
NODE[0] = INNER;

function inner(host: Host, left: string, right: string): string {
  write(left, 1);
  write(right, 1 + HASH_BYTES);
  return host.sha256(NODE);
}

function write(hash: string, at: number): void {
  for (let i = 0; i < HASH_BYTES; i++) {
    NODE[at + i] = (digit(hash.charCodeAt(2 * i)) << 4) | digit(hash.charCodeAt(2 * i + 1));
  }
}

/** The value of a lowercase hex digit: "0" is 0x30, "a" is 0x61. */
function digit(unit: number): number {
  return unit <= 0x39 ? unit - 0x30 : unit - 0x57;
}

function requireHashes(leafHashes: readonly string[]): void {
  if (!Array.isArray(leafHashes)) {
    throw new PolicyLedgerError(
      "invalid_tree",
      `Cannot hash a tree: wanted a list, got ${quote(leafHashes)}`,
    );
  }
  const wrong = leafHashes.findIndex((hash) => typeof hash !== "string" || !HASH.test(hash));
  if (wrong < 0) return;
  const message = `wanted a hash of 64 hex digits, got ${quote(leafHashes[wrong])}`;
  throw new PolicyLedgerError("invalid_tree", `Cannot hash a tree: leaf ${wrong}: ${message}`, [
    { path: `/${wrong}`, message },
  ]);
}
