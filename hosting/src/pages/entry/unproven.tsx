// What the log did not prove, and, where it contradicts itself, the evidence of that, to be saved and checked by others.
import type { Evidence } from "@policyledger/core";
import { save } from "./downloads.tsx";

/** Of the log's client. */
export interface Contradiction extends Error {
  readonly code?: string;
  readonly evidence?: Evidence;
}

export function Unproven({ error }: { error: Contradiction }) {
  const { code, evidence } = error;
  const isFalse = code === "contradiction" || code === "false_answer";
  return (
    <div class={`notice ${isFalse ? "bad" : "warn"}`} role="alert">
      <h3>
        {code === "contradiction" ? "The log does not continue what it showed before" : "It was not proven"}
      </h3>
      <p>{error.message}</p>
      {evidence && (
        <button
          type="button"
          onClick={async () => {
            const { evidenceText } = await import("./prove.ts");
            save("log-evidence.json", evidenceText(evidence), "application/json");
          }}
        >
          Save the evidence
        </button>
      )}
    </div>
  );
}
