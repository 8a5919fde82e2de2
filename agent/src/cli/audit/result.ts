// What an audit found, as it is reported: to people and to machines.
import type { ChainFault } from "@policyledger/core";
import type { ExportFaultCode } from "../../check/index.ts";
import { saidText } from "../log/text.ts";
import { count, counted, foreign, type Terminal, wrap } from "../terminal.ts";
import type { Contradiction } from "./contradiction.ts";
import type { Seen } from "./kept.ts";
import type { LogResult } from "./log.ts";
import type { Replayed } from "./replays.ts";

/** What is wrong with an export as a file, and with no entry of it. */
export interface FileFault {
  readonly index: null;
  readonly code: ExportFaultCode;
  readonly message: string;
}

export interface AuditResult {
  /** The service's address, or the file. */
  readonly source: string;
  /** What the service, or the header of the file, says that there is; null where the file has no header. */
  readonly said: { readonly size: number; readonly head: string | null } | null;
  /** How many hold, from the first on. */
  readonly held: number;
  readonly fault: ChainFault | FileFault | null;
  /** Whether these are the entries that the log has signed; null where no checkpoint is known. */
  readonly log: LogResult | null;
  /** Artifacts with the recorded hash; null where they were not asked for. */
  readonly policies: number | null;
  readonly missing: readonly { readonly key: string; readonly index: number }[];
  readonly replayed: Replayed | null;
  /** What an earlier audit remembered, and whether it still holds; null where there was none. */
  readonly seen: Seen | null;
  readonly contradiction: (Pick<Contradiction, "code" | "message"> & { readonly file: string }) | null;
  /** More that is to be said. */
  readonly remarks: readonly string[];
}

export function holds({ fault, log, missing, replayed, contradiction }: AuditResult): boolean {
  const isSigned = log === null || log.fault === null;
  const isReplayed = (replayed?.wrong.length ?? 0) === 0;
  return fault === null && isSigned && missing.length === 0 && contradiction === null && isReplayed;
}

export function auditJson(result: AuditResult): object {
  const { said, contradiction, replayed, log, ...rest } = result;
  return {
    ok: holds(result),
    ...rest,
    size: said?.size ?? null,
    head: said?.head ?? null,
    log: log === null ? null : { ...log.covering.json, fault: log.fault },
    replayed: replayed === null ? null : { count: replayed.count, wrong: replayed.wrong },
    contradiction:
      contradiction === null
        ? null
        : { code: contradiction.code, message: contradiction.message, evidence: contradiction.file },
  };
}

export function auditText(result: AuditResult, terminal: Terminal): string {
  const { said, held, fault, log, policies, missing, replayed, seen, contradiction, remarks } = result;
  const { paint, width } = terminal;
  const good = (text: string) => `${paint.green("✓")} ${wrap(text, width, 2)}`;
  // A file's own words may be in it.
  const bad = (text: string) => `${paint.red("✗")} ${wrap(foreign(text, 4_096), width, 2)}`;
  const lines: string[] = [];
  if (contradiction !== null) {
    // A path is not broken into lines: it is to be copied.
    return [bad(contradiction.message), "", `  ${paint.dim("evidence")}  ${contradiction.file}`].join("\n");
  }
  if (fault === null) {
    lines.push(
      good(
        held === 0
          ? "the ledger is empty"
          : `${counted(held, "entry", "entries")}: each link, index, claim and signature holds, up to the head ${said?.head}`,
      ),
    );
  } else {
    lines.push(
      bad(
        `${fault.index === null ? "broken as a file" : `broken at entry ${fault.index}`} (${fault.code}): ${fault.message}`,
      ),
    );
    if (said !== null) lines.push(`  ${wrap(heldText(held, said.size, fault), width, 2)}`);
  }
  if (log !== null && fault === null) lines.push(...logLines(log, held, good, bad));
  if (policies !== null && missing.length === 0 && fault === null) {
    lines.push(good(`${counted(policies, "policy", "policies")}: each has the hash that its entries name`));
  }
  for (const { key, index } of missing.slice(0, SHOWN)) {
    lines.push(bad(`entry ${index} names policy ${key}, which is not given`));
  }
  if (missing.length > SHOWN) lines.push(`  … and ${counted(missing.length - SHOWN, "more", "more")}`);
  if (replayed !== null) {
    if (replayed.wrong.length === 0) {
      lines.push(
        good(
          `${counted(replayed.count, "entry", "entries")} run again: rewards and exact evaluations are as recorded`,
        ),
      );
    }
    for (const { index, message } of replayed.wrong.slice(0, SHOWN))
      lines.push(bad(`entry ${index}: ${message}`));
    if (replayed.wrong.length > SHOWN) {
      lines.push(`  … and ${counted(replayed.wrong.length - SHOWN, "more", "more")}`);
    }
  }
  if (seen !== null && fault === null) {
    lines.push(
      good(`it begins with the ${counted(seen.size, "entry", "entries")} that were seen at ${seen.seen_at}`),
    );
  }
  if (log !== null && fault === null && log.fault === null) lines.push(saidText(log.covering.said, terminal));
  for (const remark of remarks) lines.push(`  ${paint.dim(wrap(remark, width, 2))}`);
  return lines.join("\n");
}

function logLines(
  { covering: { origin, size, root }, fault }: LogResult,
  held: number,
  good: (text: string) => string,
  bad: (text: string) => string,
): string[] {
  if (fault !== null) return [bad(`not the entries of the log: ${fault}`)];
  const newer = held > size ? `; ${counted(held - size, "entry is", "entries are")} newer` : "";
  const entries = counted(size, "entry", "entries");
  return [
    good(`the tree of ${entries} has the root that ${origin} has signed, ${root.slice(0, 16)}…${newer}`),
  ];
}

function heldText(held: number, size: number, { index }: ChainFault | FileFault): string {
  const hold = held === 1 ? "holds" : "hold";
  return index === null
    ? `${count(held)} of its ${counted(size, "entry", "entries")} ${hold}`
    : `${counted(held, "entry", "entries")} before it ${hold}`;
}

const SHOWN = 10;
