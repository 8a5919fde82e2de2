// Lets the worker hear that it is to stop: while something runs, it hears nothing.

const PAUSE_EVERY_MS = 100;

/** To be awaited between two parts of what takes long; throws when it was stopped. */
export function pauses(signal: AbortSignal): () => Promise<void> | null {
  let last = performance.now();
  return () => {
    if (performance.now() - last < PAUSE_EVERY_MS) return null;
    return new Promise((resolve, reject) =>
      setTimeout(() => {
        last = performance.now();
        if (signal.aborted) reject(signal.reason);
        else resolve();
      }),
    );
  };
}
