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
  /** Ends it where it is: what it has learned so far is what it has made. */
  end(): void;
}

type Shown = Omit<Run, "pause" | "resume" | "end">;

/** What the reader wants of a training, which it looks at between two stretches. */
interface Wish {
  now: "run" | "pause" | "end";
  /** Called when a wish changes. */
  changed(): void;
}

/** Points of a whole training: as many as a chart shows. */
const STRETCHES = 120;

export function useRun(choice: Choice | null): Run | null {
  const [run, setRun] = useState<Shown | null>(null);
  const wish = useRef<Wish>({ now: "run", changed: () => {} });
  useEffect(() => {
    if (choice === null) return;
    const stopped = new AbortController();
    wish.current = { now: "run", changed: () => {} };
    train(choice, stopped.signal, wish.current, setRun);
    return () => {
      stopped.abort();
      wish.current.changed();
    };
  }, [choice]);
  if (run === null) return null;
  const want = (now: Wish["now"], state: Run["state"]) => {
    wish.current.now = now;
    setRun((run) => run && { ...run, state });
    wish.current.changed();
  };
  return {
    ...run,
    pause: () => want("pause", "paused"),
    resume: () => want("run", "running"),
    end: () => want("end", run.state),
  };
}

async function train(
  choice: Choice,
  signal: AbortSignal,
  wish: Wish,
  show: (run: Shown) => void,
): Promise<void> {
  const options = optionsOf(choice);
  const episodes = Math.max(1, Math.ceil(choice.episodes / STRETCHES));
  const points: Progress[] = [];
  let saved: string | null = null;
  show({ state: "running", points, saved, error: null });
  try {
    for (let isDone = false; !isDone && !signal.aborted; ) {
      if (wish.now === "pause") {
        await new Promise<void>((resolve) => {
          wish.changed = resolve;
        });
        continue;
      }
      if (wish.now === "end" && saved !== null) return show({ state: "done", points, saved, error: null });
      const found: { saved: string; progress: Progress } = await work(
        "train",
        { options, saved, episodes },
        { signal },
      );
      saved = found.saved;
      points.push(found.progress);
      isDone = found.progress.done;
      show({ state: isDone ? "done" : stateBy(wish), points: [...points], saved, error: null });
    }
  } catch (error) {
    if (!signal.aborted) show({ state: "failed", points, saved, error: error as Error });
  }
}

const stateBy = ({ now }: Wish) => (now === "pause" ? "paused" : "running");

/** As the command line's: so the same choices make the same policy there. */
function optionsOf({ env_id, preset, algorithm, episodes, seed }: Choice): TrainingOptions {
  const { replay, ...learning } = suggestedLearning(episodes);
  const shared = { env_id, env_config: { preset }, seed, episodes, ...learning };
  return algorithm === "double-q-learning" ? { algorithm, ...shared, replay } : { algorithm, ...shared };
}
