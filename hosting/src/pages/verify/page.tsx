// Checks files that somebody has: nothing is sent anywhere, and no network is needed once the page is there.
import { useEffect, useId, useState } from "preact/hooks";
import { type Loaded, useLoaded } from "../../load.ts";
import { rememberedKeys } from "../../memory.ts";
import { whole } from "../../ui/numbers.ts";
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
  const [key, setKey] = useState("");
  const ready = useLoaded(() => prepare("files"), []);
  useEffect(() => {
    document.title = "Verify · PolicyLedger";
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
    const keys = key.trim() === "" ? rememberedKeys() : [key.trim()];
    work("files", { files, keys }, { signal, onTold }).then(
      ({ reports }) => setState({ state: "done", reports }),
      (error: Error) => signal.aborted || setState({ state: "failed", error }),
    );
  };
  return (
    <div class="verify">
      <h1>Verify a file</h1>
      <p class="note intro">
        A claim, an artifact, an exported ledger, a proof with its entry, or evidence against a log. It is
        checked in this browser, step by step, and nothing is sent anywhere.
      </p>
      <Ready of={ready} />
      <Drop onFiles={check} />
      <Key value={key} onInput={setKey} />
      <div class="outcome" aria-live="polite">
        {state.state === "running" && <Running {...state} />}
        {state.state === "failed" && (
          <div class="notice warn" role="alert">
            <h2>It could not be checked</h2>
            <p>{state.error.message}</p>
          </div>
        )}
        {state.state === "done" && state.reports.map((report, i) => <Report key={i} of={report} />)}
      </div>
    </div>
  );
}

function Ready({ of: { state } }: { of: Loaded<void> }) {
  const text = {
    loading: "Fetching what the checks take …",
    failed: "What the checks take could not be fetched: load the page again with a network.",
    ready: "All that the checks take is here: from now on this page needs no network.",
  }[state];
  return (
    <p class={state === "ready" ? "good" : state === "failed" ? "warn" : "note"} role="status">
      {text}
    </p>
  );
}

function Key({ value, onInput }: { value: string; onInput: (value: string) => void }) {
  const id = useId();
  const known = rememberedKeys().length;
  return (
    <p class="key">
      <label for={id}>The log's key, for a proof or evidence</label>
      <input
        id={id}
        value={value}
        placeholder="name+id+base64"
        spellcheck={false}
        autocomplete="off"
        aria-describedby={`${id}-why`}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <span class="note" id={`${id}-why`}>
        {known === 0
          ? "This browser remembers no log's key yet: it does, once it has shown an entry."
          : "Left empty, the keys are taken that this browser remembers."}
      </span>
    </p>
  );
}

function Running({ told, stop }: Extract<State, { state: "running" }>) {
  return (
    <p class="running">
      <progress aria-label="Checking" {...(told !== null && { value: told.done, max: told.total })} />
      {told === null ? "Reading …" : `${told.doing}: ${whole(told.done)} of ${whole(told.total)}`}
      <button type="button" onClick={stop}>
        Stop
      </button>
    </p>
  );
}
