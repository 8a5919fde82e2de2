// What a page loads, and in which state that is: so that each page shows loading, failure and content in the same way.
import { useEffect, useState } from "preact/hooks";

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: Error; retry(): void }
  | { readonly state: "ready"; readonly value: T };

/** Loads when it is first shown and whenever what it depends on changes; what was asked for before is given up. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: "loading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const stopped = new AbortController();
    setLoaded({ state: "loading" });
    load(stopped.signal).then(
      (value) => stopped.signal.aborted || setLoaded({ state: "ready", value }),
      (error: Error) =>
        stopped.signal.aborted ||
        setLoaded({ state: "failed", error, retry: () => setAttempt((count) => count + 1) }),
    );
    return () => stopped.abort();
  }, [...on, attempt]);
  return loaded;
}

/** Whether the browser has a network at all. */
export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return online;
}
