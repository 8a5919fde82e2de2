// Checks entries of the ledger by computing them anew: hash, claim id, signature, artifact, reward, evaluation, and that
// each names the one before. Entries and artifacts come batch by batch, so that memory does not grow with the ledger.
import type { Sealed } from "@policyledger/core";
import { planIn, subjectOf } from "../../check/index.ts";
import { ClientError } from "../../sdk/index.ts";
import { type Difference, differing } from "../replay/differences.ts";
import type { Pool } from "../replay/pool.ts";
import { checkSpread } from "../replay/spread.ts";
import type { EntryFinding } from "../replay/tasks.ts";
import type { By } from "./claims.ts";

export interface CheckedEntry {
  readonly sealed: Sealed;
  /** Null where all of it holds. */
  readonly fault: { readonly code: string; readonly message: string } | null;
  readonly differences: readonly Difference[];
}

/** Entries that are fetched, and checked, together; of each the artifact may take a quarter of a megabyte. */
const BATCH = 100;
const NO_ARTIFACT = "no_artifact";

/** From one index to another, both included, batch by batch. Ends early where the service's list does. */
export async function* checkEntries(
  by: By,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<CheckedEntry[], void, undefined> {
  let before: CheckedEntry | null = null;
  const linked = (batch: readonly CheckedEntry[]) =>
    batch.map((checked) => {
      const found = withLink(checked, before);
      before = found;
      return found;
    });
  // While one batch is checked, the next is fetched.
  let ahead: Promise<CheckedEntry[]> | null = null;
  try {
    for await (const batch of batchesOf(by, from, to)) {
      const next = checkBatch(by, batch);
      next.catch(() => {});
      const done = ahead;
      ahead = next;
      if (done !== null) yield linked(await done);
    }
  } catch (error) {
    // What came before it was checked all the same.
    if (ahead !== null) yield linked(await ahead);
    throw error;
  }
  if (ahead !== null) yield linked(await ahead);
}

/** Where the entry before is not as it should be, that this one names another hash says nothing more. */
function withLink(checked: CheckedEntry, before: CheckedEntry | null): CheckedEntry {
  if (before === null || (before.fault !== null && before.fault.code !== NO_ARTIFACT)) return checked;
  const { entry } = checked.sealed;
  const link = differing("previous_hash", entry.previous_hash, before.sealed.current_hash);
  if (link.length === 0) return checked;
  const message = `entry ${entry.index} does not name the entry before it: one of the two was changed`;
  return {
    ...checked,
    fault: checked.fault ?? { code: "altered", message },
    differences: [...checked.differences, ...link],
  };
}

async function* batchesOf(
  { client, signal }: By,
  from: number,
  to: number,
): AsyncGenerator<Sealed[], void, undefined> {
  let batch: Sealed[] = [];
  try {
    for await (const sealed of client.entries({ from, limit: Math.min(BATCH, to - from + 1) }, { signal })) {
      batch.push(sealed);
      const isLast = sealed.entry.index >= to;
      if (isLast || batch.length >= BATCH) {
        yield batch;
        batch = [];
      }
      if (isLast) return;
    }
  } catch (error) {
    if (batch.length > 0) yield batch;
    throw error;
  }
  if (batch.length > 0) yield batch;
}

async function checkBatch(by: By, batch: readonly Sealed[]): Promise<CheckedEntry[]> {
  const artifacts = await artifactsOf(by, batch);
  const findings = await checkAll(by.pool, batch, artifacts);
  return batch.map((sealed, i) => {
    const { fault, differences } = findings[i]!;
    return { sealed, fault: fault ?? missingFault(sealed, artifacts), differences };
  });
}

function checkAll(
  pool: Pool,
  batch: readonly Sealed[],
  artifacts: ReadonlyMap<string, Artifact>,
): Promise<EntryFinding[]> {
  const tasks = batch.map(({ entry, text }) => ({
    kind: "entry" as const,
    text,
    subject: artifacts.get(subjectOf(entry))?.text ?? null,
  }));
  return checkSpread(pool, tasks);
}

/** Its text, or what the service answered in its place. */
interface Artifact {
  readonly text: string | null;
  readonly fault: string;
}

async function artifactsOf({ client, signal }: By, batch: readonly Sealed[]): Promise<Map<string, Artifact>> {
  const keys = [...new Set(batch.map(({ entry }) => subjectOf(entry)))];
  const hashes = keys.filter((key) => planIn(key) === null);
  const artifacts = new Map<string, Artifact>();
  for (const key of keys) {
    const plan = planIn(key);
    if (plan !== null)
      artifacts.set(key, await textAlone(async () => (await client.plan(plan, { signal })).text));
  }
  try {
    const { found, missing } = await client.policies(hashes, { signal });
    for (const [hash, text] of found) artifacts.set(hash, { text, fault: "" });
    for (const hash of missing) artifacts.set(hash, NOT_GIVEN);
  } catch (error) {
    if (!(error instanceof ClientError) || error.code !== "false_answer") throw error;
    // One of them is wrong: which one shows when each is asked for alone.
    for (const hash of hashes) {
      artifacts.set(hash, await textAlone(() => client.policy(hash, { signal })));
    }
  }
  return artifacts;
}

const NOT_GIVEN: Artifact = { text: null, fault: "the service does not give its artifact or document" };

async function textAlone(fetched: () => Promise<string>): Promise<Artifact> {
  try {
    return { text: await fetched(), fault: "" };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    if (error.code === "false_answer") return { text: null, fault: error.message };
    if (error.problem?.status === 404) return NOT_GIVEN;
    throw error;
  }
}

function missingFault({ entry }: Sealed, artifacts: ReadonlyMap<string, Artifact>): CheckedEntry["fault"] {
  const { text, fault } = artifacts.get(subjectOf(entry))!;
  if (text !== null) return null;
  return { code: NO_ARTIFACT, message: fault };
}
