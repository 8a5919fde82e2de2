// Checks files that somebody has: nothing is sent anywhere, and no network is needed once the page is there.
import { useEffect, useState } from "preact/hooks";
import { rememberedKeys } from "../../memory.ts";
import { whole } from "../../ui/numbers.ts";
import { Failed } from "../../ui/state.tsx";
import { prepare, work } from "../../work/call.ts";
import type { FileReport, Tasks } from "../../work/tasks.ts";
import { Drop } from "./drop.tsx";
import { Report } from "./report.tsx";

type State =
  | { readonly state: "empty" }
  | { readonly state: "running"; readonly told: Tasks["files"]["told"] | null; stop(): void }
  | { readonly state: "done"; readonly reports: readonly FileReport[] }
  | { readonly state: "failed"; readonly error: Error };

export function VerifyPage() {
  const [state, setState] = useState<State>({ state: "empty" });
  useEffect(() => {
    document.title = "Verify · PolicyLedger";
    prepare("files");
  }, []);
  const check = (files: readonly File[]) => {
    if (files.length === 0) return;
    const stopped = new AbortController();
    const { signal } = stopped;
    const stop = () => {
      stopped.abort();
      setState({ state: "empty" });
    };
    setState({ state: "running", told: null, stop });
    const onTold = (told: Tasks["files"]["told"]) => setState({ state: "running", told, stop });
    work("files", { files, keys: rememberedKeys() }, { signal, onTold }).then(
      ({ reports }) => setState({ state: "done", reports }),
      (error: Error) => signal.aborted || setState({ state: "failed", error }),
    );
  };
  return (
    <div class="verify">
      <h1>Verify a file</h1>
      <p class="note intro">
        A claim, an artifact, an exported ledger, a proof with its entry, or evidence against a log. It is
        checked in this browser, step by step; nothing is sent anywhere, and no network is needed.
      </p>
      <Drop onFiles={check} />
      <div class="outcome" aria-live="polite">
        {state.state === "running" && (
          <p class="running">
            <progress aria-label="Checking" />
            {state.told === null ? "Reading …" : `${state.told.doing}: ${whole(state.told.done)}`}
            <button type="button" onClick={state.stop}>
              Stop
            </button>
          </p>
        )}
        {state.state === "failed" && (
          <Failed error={Object.assign(state.error, { code: "unreadable_answer" })} />
        )}
        {state.state === "done" && state.reports.map((report) => <Report key={report.name} of={report} />)}
      </div>
    </div>
  );
}
