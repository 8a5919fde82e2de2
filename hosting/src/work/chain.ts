// Checks the whole ledger: every entry against its hash, every link, every index, and the end against the head that the
// service named before.
import { createClient } from "@policyledger/agent";
import { ChainAudit, portableHost } from "@policyledger/core";
import type { LedgerPage } from "@policyledger/core/api";
import { takenApart } from "../entry-text.ts";
import type { Tasks } from "./tasks.ts";

type Chain = Tasks["chain"];
const PAGE = 500;

export async function checkChain(
  { origin }: Chain["input"],
  tell: (told: Chain["told"]) => void,
  signal: AbortSignal,
): Promise<Chain["done"]> {
  const client = createClient(origin);
  const started = performance.now();
  const { size, current_hash: head } = await client.head({ signal });
  const audit = new ChainAudit(portableHost, { expected: { size, head } });
  let checked = 0;
  let holds = true;
  for (let page = ask(0); holds && checked < size; ) {
    const { entries } = await page;
    if (entries.length === 0) break;
    const next = checked + entries.length;
    // The next page is on its way while this one is checked.
    if (next < size) page = ask(next);
    page.catch(() => {});
    for (const entry of entries.slice(0, size - checked)) {
      holds = audit.add(takenApart(entry).text);
      if (!holds) break;
      checked += 1;
    }
    tell({ checked, total: size });
  }
  const { fault } = audit.finish();
  const milliseconds = performance.now() - started;
  return {
    size: checked,
    head,
    fault: fault && { index: fault.index, message: fault.message },
    milliseconds,
  };

  function ask(from: number): Promise<LedgerPage> {
    return client.listed({ order: "oldest", from, limit: PAGE }, { signal });
  }
}
