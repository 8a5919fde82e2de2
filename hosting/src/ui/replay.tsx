// One click runs an entry's policy again in this browser, and compares.
import { useState } from "preact/hooks";
import { work } from "../work/call.ts";
import type { PolicyEntry, Tasks } from "../work/tasks.ts";
import { reward } from "./numbers.ts";

type State = null | "running" | Tasks["replay"]["done"] | Error;

export function Replay({
  find,
  name,
  unit,
}: {
  find: () => Promise<PolicyEntry>;
  /** What is replayed, as readers know it: "entry 3". */
  name: string;
  unit: number;
}) {
  const [state, setState] = useState<State>(null);
  const run = () => {
    setState("running");
    find()
      .then((entry) => work("replay", { origin: location.origin, entry }))
      .then(setState, setState);
  };
  return (
    <div class="replay">
      <button type="button" onClick={run} disabled={state === "running"} aria-label={`Replay ${name}`}>
        Replay
      </button>
      <p role="status" class={state === null || state === "running" ? "" : outcomeOf(state)}>
        {textOf(state, unit)}
      </p>
    </div>
  );
}

function outcomeOf(state: Exclude<State, null | "running">): "good" | "bad" | "warn" {
  if (state instanceof Error) return "code" in state && state.code === "false_answer" ? "bad" : "warn";
  return state.holds ? "good" : "bad";
}

function textOf(state: State, unit: number): string {
  if (state === null) return "";
  if (state === "running") return "Replaying …";
  if (state instanceof Error) return state.message;
  if (!state.holds) return state.message;
  return `Earned ${reward(state.reward!, unit)} again, in ${state.milliseconds.toFixed(0)} ms`;
}
