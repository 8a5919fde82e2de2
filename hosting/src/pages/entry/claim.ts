// An entry's own text, and the claim that it was made of, as the files that the command line reads.
import { submissionText } from "@policyledger/agent";
import { claimOfEntry, type PolicyEntry as Entry } from "@policyledger/core";
import { takenApart } from "../../entry-text.ts";
import type { PolicyEntry } from "../../work/tasks.ts";

export function entryFile(entry: PolicyEntry): string {
  return takenApart(entry).text;
}

export function claimFile(entry: PolicyEntry, artifact: string): string {
  const claim = claimOfEntry(takenApart(entry).entry as Entry);
  return submissionText({ claim, signature: entry.signature, artifact });
}
