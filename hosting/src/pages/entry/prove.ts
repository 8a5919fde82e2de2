// The log as this browser knows it: its checkpoint, which continues what was seen before, and proofs under it.
import { type LogClient, openLog, type ProvenEntry, type View } from "@policyledger/agent/log";
import { type Evidence, formatEvidence } from "@policyledger/core";
import { takenApart } from "../../entry-text.ts";
import { browserMemory } from "../../memory.ts";
import { PATIENCE } from "../../patience.ts";
import type { Entry } from "../ledger/window-check.ts";

/** A checkpoint comes some milliseconds after its entries. */
const SOON_MS = 5_000;

let opened: LogClient | null = null;

function log(): LogClient {
  opened ??= openLog(location.origin, { ...PATIENCE, memory: browserMemory });
  return opened;
}

export function prove(entry: Entry, signal: AbortSignal): Promise<ProvenEntry> {
  return log().proveSoon(takenApart(entry), { timeout: SOON_MS, signal });
}

/** Null where the log has signed none yet. */
export async function checkpoint(signal: AbortSignal): Promise<View | null> {
  try {
    return await log().checkpoint({ signal });
  } catch (error) {
    if ((error as { code?: string }).code === "no_log") return null;
    throw error;
  }
}

export const evidenceText = (evidence: Evidence): string => formatEvidence(evidence);
