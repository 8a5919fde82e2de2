// The ledger: its newest entries as they come, each checked as it is shown, and the way to any other.
import { useEffect } from "preact/hooks";
import { useLoaded } from "../../load.ts";
import type { PageProps } from "../../main.tsx";
import { environments } from "../../service.ts";
import { Show } from "../../ui/state.tsx";
import { Chain } from "./chain.tsx";
import { Lead } from "./lead.tsx";
import { type LedgerWindow, loadWindow, useArrivals } from "./ledger-window.ts";
import { Pager } from "./pager.tsx";
import { Standing } from "./standing.tsx";
import { useWholeChain, type WholeChain } from "./whole-chain.ts";

export function LedgerPage({ place }: PageProps) {
  const from = indexIn(place.query.get("from"));
  const loaded = useLoaded((signal) => loadWindow(from, signal), [from]);
  const kinds = useLoaded(environments, []);
  const shown = useArrivals(loaded.state === "ready" ? loaded.value : null, from === null);
  const chain = useWholeChain();
  useEffect(() => {
    document.title = from === null ? "PolicyLedger" : `Entries from ${from} · PolicyLedger`;
  }, [from]);
  return (
    <>
      <Lead />
      <Show of={loaded} rows={10}>
        {(value) => (
          <Window
            window={shown ?? value}
            chain={chain}
            kinds={kinds.state === "ready" ? kinds.value : null}
          />
        )}
      </Show>
    </>
  );
}

function Window({
  window,
  chain,
  kinds,
}: {
  window: LedgerWindow;
  chain: WholeChain;
  kinds: Awaited<ReturnType<typeof environments>> | null;
}) {
  if (window.size === 0 && window.rewritten === null) {
    return (
      <div class="notice">
        <h2>The ledger is empty</h2>
        <p>
          No claim was recorded yet. <a href="/train">Train a policy</a> and be the first.
        </p>
      </div>
    );
  }
  return (
    <>
      {window.rewritten !== null && (
        <div class="notice bad" role="alert">
          <h2>The ledger was rewritten</h2>
          <p>
            {window.rewritten} A ledger only grows: what this page shows now is not what it showed before.
          </p>
        </div>
      )}
      <Standing window={window} chain={chain} />
      <Pager window={window} label="Along the ledger" />
      <Chain window={window} kinds={kinds} />
      <Pager window={window} label="Along the ledger, from below" />
    </>
  );
}

function indexIn(text: string | null): number | null {
  return text !== null && /^(?:0|[1-9]\d{0,15})$/.test(text) ? Number(text) : null;
}
