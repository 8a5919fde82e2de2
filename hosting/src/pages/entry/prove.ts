// Proves that an entry stands in the log, under a checkpoint that continues what this browser has seen before.
import { type LogClient, openLog, type ProvenEntry } from "@policyledger/agent/log";
import { canonicalJson, type Evidence, formatEvidence, type Json, type Sealed } from "@policyledger/core";
import { browserMemory } from "../../memory.ts";
import type { Entry } from "../ledger/window-check.ts";

/** A checkpoint comes some milliseconds after its entries. */
const SOON_MS = 5_000;

let log: LogClient | null = null;

export function prove({ current_hash, ...fields }: Entry, signal: AbortSignal): Promise<ProvenEntry> {
  log ??= openLog(location.origin, { memory: browserMemory });
  const text = canonicalJson(fields as unknown as Json);
  const sealed = { entry: fields as unknown as Sealed["entry"], text, current_hash };
  return log.proveSoon(sealed, { timeout: SOON_MS, signal });
}

export const evidenceText = (evidence: Evidence): string => formatEvidence(evidence);
