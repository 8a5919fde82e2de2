// A training on its way: stretch after stretch in the worker, until it is done, paused or given up.
import { type Progress, suggestedLearning, type TrainingOptions } from "@policyledger/core";
import { useEffect, useRef, useState } from "preact/hooks";
import { work } from "../../work/call.ts";
import type { Choice } from "./setup.tsx";

export interface Run {
  readonly state: "running" | "paused" | "done" | "failed";
  readonly points: readonly Progress[];
  readonly saved: string | null;
  readonly error: Error | null;
  pause(): void;
  resume(): void;
}

/** Points of a whole training: as many as a chart shows. */
const STRETCHES = 120;

export function useRun(choice: Choice | null): Run | null {
  const [run, setRun] = useState<Omit<Run, "pause" | "resume"> | null>(null);
  const isPaused = useRef(false);
  const wake = useRef<() => void>(() => {});
  useEffect(() => {
    if (choice === null) return;
    const stopped = new AbortController();
    isPaused.current = false;
    train(choice, stopped.signal, isPaused, wake, setRun);
    return () => {
      stopped.abort();
      wake.current();
    };
  }, [choice]);
  if (run === null) return null;
  const pause = () => {
    isPaused.current = true;
    setRun((now) => now && { ...now, state: "paused" });
  };
  const resume = () => {
    isPaused.current = false;
    setRun((now) => now && { ...now, state: "running" });
    wake.current();
  };
  return { ...run, pause, resume };
}

async function train(
  choice: Choice,
  signal: AbortSignal,
  isPaused: { readonly current: boolean },
  wake: { current: () => void },
  show: (run: Omit<Run, "pause" | "resume">) => void,
): Promise<void> {
  const options = optionsOf(choice);
  const episodes = Math.max(1, Math.ceil(choice.episodes / STRETCHES));
  const points: Progress[] = [];
  let saved: string | null = null;
  show({ state: "running", points, saved, error: null });
  try {
    for (let isDone = false; !isDone && !signal.aborted; ) {
      if (isPaused.current) {
        await new Promise<void>((resolve) => {
          wake.current = resolve;
        });
        continue;
      }
      const found: { saved: string; progress: Progress } = await work(
        "train",
        { options, saved, episodes },
        { signal },
      );
      saved = found.saved;
      points.push(found.progress);
      isDone = found.progress.done;
      const state = isDone ? "done" : isPaused.current ? "paused" : "running";
      show({ state, points: [...points], saved, error: null });
    }
  } catch (error) {
    if (!signal.aborted) show({ state: "failed", points, saved, error: error as Error });
  }
}

/** As the command line's: so the same choices make the same policy there. */
function optionsOf({ env_id, preset, algorithm, episodes, seed }: Choice): TrainingOptions {
  const { replay, ...learning } = suggestedLearning(episodes);
  const shared = { env_id, env_config: { preset }, seed, episodes, ...learning };
  return algorithm === "double-q-learning" ? { algorithm, ...shared, replay } : { algorithm, ...shared };
}
