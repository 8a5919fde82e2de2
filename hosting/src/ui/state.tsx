// What stands where content will be, is not, or could not be had.
import type { ComponentChildren } from "preact";
import type { Loaded } from "../load.ts";

/** The content when it is there; before, as much room as it will take. */
export function Show<T>({
  of,
  rows = 6,
  children,
}: {
  of: Loaded<T>;
  rows?: number;
  children: (value: T) => ComponentChildren;
}) {
  switch (of.state) {
    case "loading":
      return <Loading rows={rows} />;
    case "failed":
      return <Failed error={of.error} retry={of.retry} />;
    case "ready":
      return <>{children(of.value)}</>;
  }
}

export function Loading({ rows = 6 }: { rows?: number }) {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading …</span>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="bone" />
      ))}
    </div>
  );
}

/** Codes of the SDK that say that somebody answered what is not true. */
const FALSE = new Set(["false_answer", "unreadable_answer"]);

export function Failed({ error, retry }: { error: Error & { code?: string }; retry?: () => void }) {
  const isFalse = FALSE.has(error.code ?? "");
  return (
    <div class={`notice ${isFalse ? "bad" : "warn"}`} role="alert">
      <h2>{isFalse ? "This answer does not hold" : titleOf(error)}</h2>
      <p>{error.message}</p>
      {retry && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

function titleOf(error: Error & { code?: string }): string {
  if (!navigator.onLine) return "You are offline";
  if (error.code === "not_found") return "There is nothing here";
  return "The service cannot be reached";
}
