// Collects the snapshots of a listener, so that a case takes them one by one.
import { onTestFinished } from "vitest";

export interface Listened<S> {
  /** The next snapshot that has not been taken; rejects when the listener failed. */
  next(): Promise<S>;
  /** Takes snapshots until one fits, and gives that one. */
  until(fits: (snapshot: S) => boolean): Promise<S>;
  /** Snapshots that came and were not taken. */
  readonly waiting: number;
  stop(): void;
}

interface Source<S> {
  onSnapshot(onNext: (snapshot: S) => void, onError: (error: Error) => void): () => void;
}

/** Stops by itself when the test is over. */
export function listened<S>(source: Source<S>): Listened<S> {
  const snapshots: S[] = [];
  let failure: Error | null = null;
  let wake = () => {};
  const stop = source.onSnapshot(
    (snapshot) => {
      snapshots.push(snapshot);
      wake();
    },
    (error) => {
      failure = error;
      wake();
    },
  );
  onTestFinished(stop);
  const next = async (): Promise<S> => {
    while (snapshots.length === 0) {
      if (failure !== null) throw failure;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return snapshots.shift()!;
  };
  return {
    next,
    stop,
    until: async (fits) => {
      for (;;) {
        const snapshot = await next();
        if (fits(snapshot)) return snapshot;
      }
    },
    get waiting() {
      return snapshots.length;
    },
  };
}
