// A claim on its way through the service, station by station.
import type { Job } from "@policyledger/core/api";

const STATIONS = [
  ["Submitted", "signed here, and stored there"],
  ["Verified", "replayed, and the reward was equal"],
  ["Recorded", "an entry of the ledger, for ever"],
  ["Proven", "under a signed checkpoint, which this browser checked"],
] as const;

function reached(job: Job | null, isProven: boolean): number {
  if (isProven) return 4;
  switch (job?.state) {
    case undefined:
      return 0;
    case "RECORDED":
      return 3;
    case "VALID":
      return 2;
    default:
      return 1;
  }
}

/** It will come no further. */
export function isRefused(job: Job | null): boolean {
  return job?.state === "INVALID" || job?.state === "FAILED";
}

export function Stations({ job, isProven }: { job: Job | null; isProven: boolean }) {
  const far = reached(job, isProven);
  return (
    <div class="stations" aria-live="polite">
      <ol class="steps">
        {STATIONS.map(([name, text], i) => (
          <li key={name} class={i < far ? (isProven ? "there" : "said") : "open"}>
            <strong>
              {name}
              <span class="hidden">{i < far ? ": done" : ": not yet"}</span>
            </strong>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      {isRefused(job) && <p class="notice bad">{job?.message ?? "It does not hold."}</p>}
      {job?.state === "RECORDED" && (
        <p class={isProven ? "good" : "note"}>
          {isProven ? "It is " : "The service says that it is "}
          <a href={`/entry/${job.index}`}>entry {job.index}</a>.
        </p>
      )}
    </div>
  );
}
