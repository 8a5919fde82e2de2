// The page's worker: does what takes long beside it. Each task is loaded when it is first asked for.
import type { Failed, FromWorker, TaskName, Tasks, ToWorker } from "./tasks.ts";

type Run<T extends TaskName> = (
  input: Tasks[T]["input"],
  tell: (told: Tasks[T]["told"]) => void,
  signal: AbortSignal,
) => Promise<Tasks[T]["done"]>;

const RUNS: { readonly [T in TaskName]: () => Promise<Run<T>> } = {
  chain: () => import("./chain.ts").then(({ checkChain }) => checkChain),
  train: () => import("./train.ts").then(({ trainOn }) => trainOn),
  outcome: () => import("./train.ts").then(({ outcomeOf }) => outcomeOf),
  files: () => import("./files/check-files.ts").then(({ checkFiles }) => checkFiles),
  luck: () => import("./luck.ts").then(({ howLucky }) => howLucky),
  places: () => import("./places.ts").then(({ checkPlaces }) => checkPlaces),
  plan: () => import("./plan.ts").then(({ rerunPlan }) => rerunPlan),
  verdict: () => import("./verdict.ts").then(({ decideAgain }) => decideAgain),
  study: () => import("./study.ts").then(({ studyEntry }) => studyEntry),
  replay: () => import("./replay.ts").then(({ replayEntry }) => replayEntry),
};

const running = new Map<number, AbortController>();
const say = (message: FromWorker) => postMessage(message);

addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  if ("stop" in data) return running.get(data.id)?.abort();
  const { id } = data;
  const stopped = new AbortController();
  running.set(id, stopped);
  try {
    const run = (await RUNS["prepare" in data ? data.prepare : data.task]()) as Run<TaskName>;
    // What was loaded before it is needed works without a network.
    if ("prepare" in data) return say({ id, done: null });
    const { input } = data;
    const done = await run(input as never, (told) => say({ id, told }), stopped.signal);
    say({ id, done });
  } catch (error) {
    const { code = "internal", message, problem, faults = [], status } = error as Error & Partial<Failed>;
    const places = faults.map(({ path, message }) => ({ path, message }));
    const refused = problem && { title: problem.title };
    if (!stopped.signal.aborted)
      say({ id, failed: { code, message, problem: refused, faults: places, status } });
  } finally {
    running.delete(id);
  }
});
