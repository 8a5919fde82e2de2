// Checks the whole ledger from the log's bundles, which a CDN keeps for ever: every entry against its hash, every link,
// every index, the end against the head that the service named before, and what the page shows against all of it.
import { createClient } from "@policyledger/agent";
import { fetchBundles, openLog } from "@policyledger/agent/log";
import { ChainAudit, entryHash, PolicyLedgerError, parseBundle, portableHost } from "@policyledger/core";
import type { Tasks } from "./tasks.ts";

type Chain = Tasks["chain"];
type Fault = NonNullable<Chain["done"]["fault"]>;

/** What is not UTF-8 becomes what no entry holds. */
const UTF8 = new TextDecoder();

export async function checkChain(
  { origin, shown }: Chain["input"],
  tell: (told: Chain["told"]) => void,
  signal: AbortSignal,
): Promise<Chain["done"]> {
  const started = performance.now();
  const { size, current_hash: head } = await createClient(origin).head({ signal });
  const audit = new ChainAudit(portableHost, { expected: { size, head } });
  const hashes = new Map(shown.map(({ index, hash }) => [index, hash]));
  let checked = 0;
  let fault: Fault | null = null;
  for await (const { bundle, bytes } of fetchBundles(openLog(origin).wire, 0, size, signal)) {
    if (bytes === null) break;
    fault = add(bytes, bundle.width);
    if (fault !== null) break;
    tell({ checked, total: size });
  }
  fault ??= audit.finish().fault;
  const milliseconds = performance.now() - started;
  return {
    size: checked,
    head,
    fault: fault && { index: fault.index, message: fault.message },
    milliseconds,
  };

  function add(bytes: Uint8Array, width: number): Fault | null {
    let entries: readonly Uint8Array[];
    try {
      entries = parseBundle(bytes, width);
    } catch (error) {
      if (!(error instanceof PolicyLedgerError)) throw error;
      return { index: checked, message: error.message };
    }
    for (const bytes of entries) {
      const text = UTF8.decode(bytes);
      if (!audit.add(text)) return audit.finish().fault;
      const other = differsFromShown(checked, text);
      if (other !== null) return other;
      checked += 1;
    }
    return null;
  }

  function differsFromShown(index: number, text: string): Fault | null {
    const hash = hashes.get(index);
    if (hash === undefined) return null;
    const inLog = entryHash(portableHost, text);
    if (inLog === hash) return null;
    return { index, message: `What is shown here hashes to ${hash}, and what the log holds to ${inLog}.` };
  }
}
