// Hears every way in which the launcher is asked to end: Ctrl-C, a signal, a closed terminal, a parent that died.
import { lookAt } from "./process-tree.ts";

export interface StopRequest {
  readonly signal: AbortSignal;
  readonly asked: Promise<void>;
}

const WHY = {
  SIGINT: "Ctrl-C",
  SIGTERM: "Asked to end (SIGTERM)",
  SIGHUP: "The terminal was closed (SIGHUP)",
} as const;

/** A terminal and npm may each pass on the same Ctrl-C: what comes this soon is no second one. */
const SAME_MS = 200;
const LOOK_FOR_PARENT_MS = 1_000;

export function listenForStop(on: { onFirst(why: string): void; onSecond(): void }): StopRequest {
  const abort = new AbortController();
  const asked = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  const request = (why: string) => {
    if (firstAt !== null) {
      if (performance.now() - firstAt > SAME_MS) on.onSecond();
      return;
    }
    firstAt = performance.now();
    on.onFirst(why);
    abort.abort();
    asked.resolve();
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => request(WHY[name]));
  // A terminal that is gone cannot be written to either.
  for (const output of [process.stdout, process.stderr]) output.on("error", () => undefined);
  watchParent(() => request("What started this has ended"));
  return { signal: abort.signal, asked: asked.promise };
}

/**
 * A process whose parent dies gets another one. npm puts a shell between itself and this process, which does not end
 * with npm: so under npm, that shell's parent is looked after too.
 */
function watchParent(gone: () => void): void {
  const parent = process.ppid;
  const shell = process.env.npm_lifecycle_event === undefined ? null : lookAt(parent);
  const npm = shell !== null && /^(ba|da|z|)sh$/.test(shell.name) ? shell.parent : null;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === null || lookAt(parent)?.parent === npm)) return;
    clearInterval(timer);
    gone();
  }, LOOK_FOR_PARENT_MS);
  timer.unref();
}
