// Checks many things at once, one thread a core. Lists are begun in the order in which they are given; whoever gives no
// more until some are done keeps memory bounded.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FindingOf, Task } from "./tasks.ts";

export interface Pool {
  /** The findings, in the order of the tasks. */
  check<T extends Task>(tasks: readonly T[]): Promise<readonly FindingOf<T>[]>;
  close(): Promise<void>;
}

interface Waiting {
  readonly tasks: readonly Task[];
  resolve(findings: readonly FindingOf<Task>[]): void;
  reject(error: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  at: Waiting | null;
}

/** Threads are started when there is work for them; of few tasks, one does all. */
export function replayPool(threads = availableParallelism()): Pool {
  const running: Thread[] = [];
  const queue: Waiting[] = [];

  const start = (): Thread => {
    // In the sources and in what is built, the worker has this file's own extension.
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url));
    const thread: Thread = { worker, at: null };
    worker.on("message", ({ findings, error }) => {
      const { resolve, reject } = thread.at!;
      thread.at = null;
      if (error === undefined) resolve(findings);
      else reject(error);
      feed();
    });
    worker.on("error", (error) => {
      thread.at?.reject(error);
      running.splice(running.indexOf(thread), 1);
      thread.at = null;
      feed();
    });
    running.push(thread);
    return thread;
  };

  function feed(): void {
    while (queue.length > 0) {
      const idle = running.find(({ at }) => at === null) ?? (running.length < threads ? start() : null);
      if (idle === null) return;
      const waiting = queue.shift()!;
      idle.at = waiting;
      idle.worker.postMessage(waiting.tasks);
    }
  }

  return {
    check: <T extends Task>(tasks: readonly T[]) =>
      new Promise<readonly FindingOf<T>[]>((resolve, reject) => {
        queue.push({ tasks, resolve: resolve as Waiting["resolve"], reject });
        feed();
      }),
    close: async () => {
      await Promise.all(running.map(({ worker }) => worker.terminate()));
    },
  };
}
