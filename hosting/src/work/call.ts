// Calls the worker, which is started with the first call, and is one for all of them.
import type { Failed, FromWorker, TaskName, Tasks, ToWorker } from "./tasks.ts";

interface Open {
  told(value: unknown): void;
  done(value: unknown): void;
  failed(error: Error): void;
}

const open = new Map<number, Open>();
let worker: Worker | null = null;
let last = 0;

class WorkError extends Error {
  readonly code: string;
  readonly problem: Failed["problem"];
  readonly faults: Failed["faults"];
  readonly status: Failed["status"];

  constructor({ code, message, problem, faults, status }: Failed) {
    super(message);
    this.code = code;
    this.problem = problem;
    this.faults = faults;
    this.status = status;
  }
}

export function work<T extends TaskName>(
  task: T,
  input: Tasks[T]["input"],
  {
    onTold = () => {},
    signal,
  }: { onTold?: (told: Tasks[T]["told"]) => void; signal?: AbortSignal | undefined } = {},
): Promise<Tasks[T]["done"]> {
  const id = ++last;
  return new Promise((resolve, reject) => {
    open.set(id, {
      told: onTold as (value: unknown) => void,
      done: resolve as (value: unknown) => void,
      failed: reject,
    });
    send({ id, task, input });
    signal?.addEventListener("abort", () => {
      open.delete(id);
      send({ id, stop: true });
      reject(signal.reason);
    });
  });
}

/** Has the worker load what a task takes: once it has, the task needs no network to begin. */
export function prepare(task: TaskName): Promise<void> {
  const id = ++last;
  return new Promise((resolve, failed) => {
    open.set(id, { told: () => {}, done: () => resolve(), failed });
    send({ id, prepare: task });
  });
}

function send(message: ToWorker): void {
  worker ??= start();
  worker.postMessage(message);
}

function start(): Worker {
  const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  made.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    const one = open.get(data.id);
    if (one === undefined) return;
    if ("told" in data) return one.told(data.told);
    open.delete(data.id);
    if ("done" in data) one.done(data.done);
    else one.failed(new WorkError(data.failed));
  });
  made.addEventListener("error", (event) => {
    worker = null;
    for (const [id, one] of open) {
      open.delete(id);
      one.failed(new Error(event.message || "The part of the page that checks could not be loaded."));
    }
  });
  return made;
}
