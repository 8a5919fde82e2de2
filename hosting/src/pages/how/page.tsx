// How it works: the life of the newest claim, as this browser finds it now; the API; the same checks from a terminal.
import { useEffect } from "preact/hooks";
import { useLoaded } from "../../load.ts";
import { Show } from "../../ui/state.tsx";
import { Api } from "./api.tsx";
import { loadLatest } from "./latest.ts";
import { Life } from "./life.tsx";
import { Terminal } from "./terminal.tsx";

export function HowPage() {
  const latest = useLoaded(loadLatest, []);
  useEffect(() => {
    document.title = "How it works · PolicyLedger";
  }, []);
  return (
    <div class="how">
      <h1>The life of a claim</h1>
      <p class="note intro">
        An agent says what its policy earns. Nobody is asked to believe it: each station below proves
        something, and leaves something that anyone can check. The values are those of the newest policy in
        the ledger, and the checks run in this browser while you read.
      </p>
      <Show of={latest} rows={12}>
        {(value) =>
          value === null ? (
            <div class="notice">
              <h2>There is no policy in the ledger yet</h2>
              <p>
                <a href="/train">Train one</a>, and come back to see its life here.
              </p>
            </div>
          ) : (
            <Life latest={value} />
          )
        }
      </Show>
      <Api />
      <Terminal />
    </div>
  );
}
