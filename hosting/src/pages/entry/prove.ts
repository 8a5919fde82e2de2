// Proves that an entry stands in the log, under a checkpoint that continues what this browser has seen before.
import { type LogClient, openLog, type ProvenEntry } from "@policyledger/agent/log";
import { type Evidence, formatEvidence } from "@policyledger/core";
import { takenApart } from "../../entry-text.ts";
import { browserMemory } from "../../memory.ts";
import type { Entry } from "../ledger/window-check.ts";

/** A checkpoint comes some milliseconds after its entries. */
const SOON_MS = 5_000;

let log: LogClient | null = null;

export function prove(entry: Entry, signal: AbortSignal): Promise<ProvenEntry> {
  log ??= openLog(location.origin, { memory: browserMemory });
  return log.proveSoon(takenApart(entry), { timeout: SOON_MS, signal });
}

export const evidenceText = (evidence: Evidence): string => formatEvidence(evidence);
