// Checks the whole ledger from the log's bundles, which a CDN keeps for ever: every entry against its hash, every link,
// every index, and the end against the head that the service named before.
import { createClient } from "@policyledger/agent";
import { fetchBundles, openLog } from "@policyledger/agent/log";
import { ChainAudit, PolicyLedgerError, parseBundle, portableHost } from "@policyledger/core";
import type { Tasks } from "./tasks.ts";

type Chain = Tasks["chain"];
type Fault = NonNullable<Chain["done"]["fault"]>;

/** What is not UTF-8 becomes what no entry holds. */
const UTF8 = new TextDecoder();

export async function checkChain(
  { origin }: Chain["input"],
  tell: (told: Chain["told"]) => void,
  signal: AbortSignal,
): Promise<Chain["done"]> {
  const started = performance.now();
  const { size, current_hash: head } = await createClient(origin).head({ signal });
  const audit = new ChainAudit(portableHost, { expected: { size, head } });
  const hashes = new Uint8Array(32 * size);
  let checked = 0;
  let fault: Fault | null = null;
  for await (const { bundle, bytes } of fetchBundles(openLog(origin).wire, 0, size, signal)) {
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
    for (const entry of entries) {
      if (!audit.add(UTF8.decode(entry))) return audit.finish().fault;
      writeHash(audit.current_hash!, hashes, 32 * checked);
      checked += 1;
    }
    return null;
  }
}

/** From hex. */
function writeHash(hash: string, into: Uint8Array, at: number): void {
  for (let i = 0; i < 32; i++) into[at + i] = (digitAt(hash, 2 * i) << 4) | digitAt(hash, 2 * i + 1);
}

function digitAt(hash: string, i: number): number {
  const unit = hash.charCodeAt(i);
  return unit <= 0x39 ? unit - 0x30 : unit - 0x57;
}
