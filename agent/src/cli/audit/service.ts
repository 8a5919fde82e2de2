// Audits the ledger of a service: downloads what is not kept yet, checks all of it in order, and keeps what holds.
import { setTimeout } from "node:timers/promises";
import type { LogClient } from "../../log/index.ts";
import { ClientError } from "../../sdk/index.ts";
import { NO_LOG } from "../log/text.ts";
import { progress } from "../progress.ts";
import type { Pool } from "../replay/pool.ts";
import type { ServiceClient } from "../service.ts";
import type { Terminal } from "../terminal.ts";
import { contradictionOf, keepEvidence } from "./contradiction.ts";
import { Examination, type Examined } from "./examine.ts";
import { forgetFiles, historyOf, type Kept, openKept } from "./kept.ts";
import { type Covering, coveringOf, logResult } from "./log.ts";
import { replayAll } from "./replays.ts";
import type { AuditResult } from "./result.ts";
import { Run } from "./run.ts";

export interface ServiceAudit {
  readonly client: ServiceClient;
  readonly log: LogClient;
  readonly folder: string;
  readonly pool: Pool;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly policies: boolean;
  readonly replay: boolean;
}

export interface ServiceResult extends AuditResult {
  readonly said: NonNullable<AuditResult["said"]>;
}

/** The ledger up to the head that the service named when the audit began; what comes meanwhile is for the next one. */
export async function auditService(audit: ServiceAudit): Promise<{ result: ServiceResult; kept: Kept }> {
  const { client, folder, pool, terminal, signal } = audit;
  // The checkpoint first: the ledger that is read then holds at least what it covers.
  const covering = await coveringOf(audit.log, signal);
  const { size, current_hash } = await headBehind(audit, covering);
  const opened = await openKept(folder);
  const { seen } = opened.state;
  const nothing = {
    source: client.endpoint,
    said: { size, head: current_hash },
    seen,
    held: 0,
    fault: null,
    log: null,
    policies: null,
    missing: [],
    replayed: null,
    remarks: covering === null ? [NO_LOG[2]] : [],
  } as const;
  const remembered = seen === null ? null : { seen, history: historyOf(folder, seen) };
  const contradiction = await contradictionOf(client, remembered, { size, current_hash }, signal);
  if (contradiction !== null) {
    const file = keepEvidence(folder, contradiction);
    return { result: { ...nothing, contradiction: { ...contradiction, file } }, kept: opened };
  }
  const { run, kept, examined, remarks } = await goneThrough(audit, opened, {
    covering,
    size,
    head: current_hash,
  });
  const { fault, size: held } = examined;
  const result = {
    ...nothing,
    held,
    fault,
    log: logResult(covering, examined.tree),
    policies: audit.policies ? run.policies : null,
    missing: run.missing,
    contradiction: null,
    remarks: [...nothing.remarks, ...remarks],
  };
  if (fault !== null || !audit.replay || run.missing.length > 0) return { result, kept };
  const bar = progress(terminal, { label: "replaying", total: size, unit: "entries" });
  try {
    return { result: { ...result, replayed: await replayAll(kept, pool, bar, signal) }, kept };
  } finally {
    bar.end();
  }
}

/** A cache may keep the head for a second. */
const STALE_MS = 1_200;

async function headBehind({ client, signal }: ServiceAudit, covering: Covering | null) {
  const head = await client.head({ signal });
  if (covering === null || head.size >= covering.size) return head;
  await setTimeout(STALE_MS, undefined, { signal });
  return client.head({ signal });
}

interface GoneThrough {
  readonly run: Run;
  readonly kept: Kept;
  readonly examined: Examined;
  readonly remarks: readonly string[];
}

async function goneThrough(
  { client, folder, pool, terminal, signal, policies }: ServiceAudit,
  opened: Kept,
  {
    covering,
    ...said
  }: { readonly covering: Covering | null; readonly size: number; readonly head: string | null },
): Promise<GoneThrough> {
  const bar = progress(terminal, { label: "auditing", total: said.size, unit: "entries" });
  const begin = () => {
    const examination = new Examination(pool, said, covering?.size ?? null);
    return {
      examination,
      run: new Run({ client, signal, policies, examination, told: (done) => bar.set(done) }),
    };
  };
  let kept = opened;
  let { run, examination } = begin();
  const remarks: string[] = [];
  try {
    if (!(await run.readKept(kept))) {
      // Somebody, or a disk, has changed them since.
      forgetFiles(folder);
      remarks.push(
        "what was kept on this machine was not what had been checked: all of it was downloaded again",
      );
      kept = await openKept(folder);
      ({ run, examination } = begin());
    }
    await run.readService(kept, said.size);
    const examined = await examination.finish();
    if (examined.fault === null) await run.keepAll(kept);
    else if (isInDoubt(kept)) forgetFiles(folder);
    return { run, kept, examined, remarks };
  } catch (error) {
    if (error instanceof ClientError && error.code === "false_answer" && isInDoubt(kept)) forgetFiles(folder);
    throw error;
  } finally {
    bar.end();
  }
}

/** Whether less is kept than was seen: a lie may be in it that only what was seen will tell. */
function isInDoubt({ state: { seen, entries } }: Kept): boolean {
  return seen !== null && entries < seen.size;
}
