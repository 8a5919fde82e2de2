// Checks the whole ledger from the log's bundles, which a CDN keeps for ever: every entry against its hash, every link,
// every index, the end against the head that the service named before, and all of it against the root that the log signed.
import { createClient } from "@policyledger/agent";
import { fetchBundles, openLog } from "@policyledger/agent/log";
import {
  ChainAudit,
  EMPTY_TREE,
  growTree,
  PolicyLedgerError,
  parseBundle,
  portableHost,
  putHash,
  rootOf,
} from "@policyledger/core";
import { PATIENCE } from "../patience.ts";
import type { Tasks } from "./tasks.ts";

type Chain = Tasks["chain"];
type Fault = NonNullable<Chain["done"]["fault"]>;

/** What is not UTF-8 becomes what no entry holds. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

export async function checkChain(
  { origin, signed }: Chain["input"],
  tell: (told: Chain["told"]) => void,
  signal: AbortSignal,
): Promise<Chain["done"]> {
  const started = performance.now();
  const { size, current_hash: head } = await createClient(origin, PATIENCE).head({ signal });
  const audit = new ChainAudit(portableHost, { expected: { size, head } });
  const hashes = new Uint8Array(32 * size);
  let tree = EMPTY_TREE;
  let checked = 0;
  let fault: Fault | null = null;
  for await (const { bundle, bytes } of fetchBundles(openLog(origin, PATIENCE).wire, 0, size, signal)) {
    if (bytes === null) break;
    fault = add(bytes, bundle.width);
    if (fault !== null) break;
    tell({ checked, total: size });
  }
  fault ??= audit.finish().fault;
  return {
    size: checked,
    head,
    hashes,
    fault: fault && { index: fault.index, message: fault.message },
    unsigned: fault === null && signed !== null ? differenceFrom(signed) : null,
    milliseconds: performance.now() - started,
  };

  function add(bytes: Uint8Array, width: number): Fault | null {
    let entries: readonly Uint8Array[];
    try {
      entries = parseBundle(bytes, width);
    } catch (error) {
      if (!(error instanceof PolicyLedgerError)) throw error;
      return { index: checked, message: error.message };
    }
    const leaves: string[] = [];
    for (const entry of entries) {
      if (!audit.add(UTF8.decode(entry))) return audit.finish().fault;
      leaves.push(audit.current_hash!);
      putHash(audit.current_hash!, hashes, 32 * checked);
      checked += 1;
    }
    // As far as the log has signed; what came since is in its next checkpoint.
    if (signed !== null)
      tree = growTree(portableHost, tree, leaves.slice(0, Math.max(0, signed.size - tree.size)));
    return null;
  }

  function differenceFrom(signed: NonNullable<Chain["input"]["signed"]>): string | null {
    if (signed.size > size) return `It has signed ${signed.size} entries, and the service shows ${size}.`;
    const root = rootOf(portableHost, tree);
    return root === signed.root
      ? null
      : `The first ${signed.size} entries have the root ${root}, and it has signed ${signed.root}.`;
  }
}
