// What stands where content will be, is not, or could not be had.
import type { ComponentChildren } from "preact";
import type { Loaded } from "../load.ts";
import { Faults } from "./check-steps.tsx";

type Fault = Parameters<typeof Faults>[0]["of"][number];

/** The content when it is there; before, as much room as it will take. */
export function Show<T>({
  of,
  rows = 6,
  title,
  children,
}: {
  of: Loaded<T>;
  rows?: number;
  /** Of a page that has no other heading until its content is there. */
  title?: string;
  children: (value: T) => ComponentChildren;
}) {
  switch (of.state) {
    case "loading":
      return <Loading rows={rows} />;
    case "failed":
      return (
        <>
          {title !== undefined && <h1>{title}</h1>}
          <Failed error={of.error} retry={of.retry} />
        </>
      );
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

/** An error of the SDK, of the core, or of the browser itself, which has no code. */
type Failure = Error & {
  readonly code?: string;
  /** What the service refused with. */
  readonly problem?: { readonly title: string } | undefined;
  readonly faults?: readonly Fault[];
  /** Of the answer. */
  readonly status?: number | undefined;
};

export function Failed({ error, retry }: { error: Failure; retry?: () => void }) {
  const [tone, title] = headOf(error);
  return (
    <div class={`notice ${tone}`} role="alert">
      <h2>{title}</h2>
      <p>{error.message}</p>
      <Faults of={error.faults ?? []} />
      {retry && error.code !== "not_found" && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Whether it says that something is not true, and not just that it was not to be had. */
export const isUntrue = (error: Failure): boolean => headOf(error)[0] === "bad";

type Head = readonly [tone: "warn" | "bad", title: string];

/** By the SDK's codes. */
const HEADS: Readonly<Record<string, Head>> = {
  false_answer: ["bad", "This answer does not hold"],
  unreadable_answer: ["bad", "This answer cannot be read"],
  unreachable: ["warn", "The service cannot be reached"],
  not_in_time: ["warn", "It did not come in time"],
  invalid_argument: ["warn", "This cannot be sent"],
  not_found: ["warn", "There is nothing here"],
  internal: ["warn", "Something went wrong in this page"],
};

function headOf({ code, problem, status = 0 }: Failure): Head {
  if (problem !== undefined) return ["warn", problem.title];
  if (status >= 500) return ["warn", "The service has failed"];
  if (!navigator.onLine) return ["warn", "You are offline"];
  // A part of the page that is loaded when it is needed, and did not come.
  if (code === undefined) return ["warn", "A part of this page could not be loaded"];
  // What is left are the core's: what was looked at is not what it says.
  return HEADS[code] ?? ["bad", "It does not hold"];
}
