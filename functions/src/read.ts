// Station 5, read and reuse: what everyone may see, taken from the documents as it stands there. Nothing is computed
// here that a write has not left behind, so that readers cost one look-up each.
import {
  type Board,
  type EnvironmentKind,
  environmentKinds,
  makeEnvironment,
  type Place,
  prepareEvaluation,
  toBillionths,
} from "@policyledger/core";
import type { Firestore } from "firebase-admin/firestore";
import * as z from "zod/mini";
import {
  type AuditWalk,
  auditRef,
  boardRef,
  claimOf,
  entryRef,
  headRef,
  type Job,
  jobs,
  type LedgerHead,
  plans,
  policies,
  type StoredBoard,
  type StoredEntry,
  type StoredPlan,
  type StoredPolicy,
  type Watermark,
  watermarkRef,
} from "./documents.ts";
import { openLedger } from "./kept-entries.ts";

export async function readJob(db: Firestore, claimId: string): Promise<Job | null> {
  return ((await jobs(db).doc(claimId).get()).data() as Job | undefined) ?? null;
}

/** A job as it goes over the wire: what is only ours stays here. */
export function jobView(job: Job) {
  const { attempts: _, resend_at: __, request_id: ___, opened_by: ____, claim: _____, ...shown } = job;
  const claim = claimOf(job);
  return { ...shown, kind: claim.kind, claim };
}

export async function readHead(db: Firestore): Promise<LedgerHead | null> {
  return ((await headRef(db).get()).data() as LedgerHead | undefined) ?? null;
}

export async function readEntry(db: Firestore, index: number): Promise<StoredEntry | null> {
  return ((await entryRef(db, index).get()).data() as StoredEntry | undefined) ?? null;
}

export interface Page {
  readonly entries: readonly StoredEntry[];
  readonly head: LedgerHead | null;
  /** Where the next page begins, or null behind the last entry. */
  readonly next: number | null;
}

export async function readPage(
  db: Firestore,
  { order, from, limit }: { order: "newest" | "oldest"; from?: number | undefined; limit: number },
): Promise<Page> {
  const { head, read } = await openLedger(db);
  const size = head?.size ?? 0;
  const start = order === "oldest" ? (from ?? 0) : Math.min(from ?? size - 1, size - 1);
  const end = order === "oldest" ? Math.min(start + limit, size) : Math.max(start - limit, -1);
  const indices = order === "oldest" ? range(start, end) : range(end + 1, start + 1).reverse();
  const entries = await read(indices);
  const next = order === "oldest" ? (end < size ? end : null) : end >= 0 ? end : null;
  return { entries, head, next: entries.length === 0 ? null : next };
}

function range(from: number, until: number): number[] {
  return Array.from({ length: Math.max(0, until - from) }, (_, i) => from + i);
}

export interface RankedBoard {
  readonly places: readonly Place[];
  readonly mark: Watermark | null;
}

export async function readBoard(
  db: Firestore,
  board: Pick<Board, "env_id" | "preset">,
  by: "verified_reward" | "expected",
): Promise<RankedBoard> {
  // In one read, so that board and watermark are of one time.
  const [boardSnapshot, markSnapshot] = await db.getAll(boardRef(db, board), watermarkRef(db));
  const stored = boardSnapshot!.data() as StoredBoard | undefined;
  const places = by === "expected" ? stored?.by_expected : stored?.by_reward;
  return { places: places ?? [], mark: (markSnapshot!.data() as Watermark | undefined) ?? null };
}

export async function readPolicy(db: Firestore, hash: string): Promise<StoredPolicy | null> {
  return ((await policies(db).doc(hash).get()).data() as StoredPolicy | undefined) ?? null;
}

/** Those that there are, in the order asked for. */
export async function readPolicies(db: Firestore, hashes: readonly string[]): Promise<StoredPolicy[]> {
  const found = await db.getAll(...hashes.map((hash) => policies(db).doc(hash)));
  return found.flatMap((snapshot) => (snapshot.data() as StoredPolicy | undefined) ?? []);
}

/** One that is published. */
export async function readPlan(db: Firestore, hash: string): Promise<StoredPlan | null> {
  const plan = (await plans(db).doc(hash).get()).data() as StoredPlan | undefined;
  return plan?.published === true ? plan : null;
}

export async function readIntegrity(db: Firestore) {
  const [head, mark, walk] = await db
    .getAll(headRef(db), watermarkRef(db), auditRef(db))
    .then(
      (snapshots) =>
        snapshots.map((one) => one.data()) as [
          LedgerHead | undefined,
          Watermark | undefined,
          AuditWalk | undefined,
        ],
    );
  const fault = mark?.fault ?? walk?.fault ?? null;
  return {
    ok: fault === null,
    size: head?.size ?? 0,
    head: head?.current_hash ?? null,
    audited_size: mark?.size ?? 0,
    audited_head: mark?.head?.current_hash ?? null,
    audited_at: mark?.updated_at ?? null,
    walk: {
      next_index: walk?.at == null ? 0 : walk.at.index + 1,
      completed: walk?.completed ?? null,
    },
    fault,
  };
}

const described = new Map<string, unknown>();

/** What there is to know of an environment; it never changes under one id. */
export function describeEnvironment(kind: EnvironmentKind) {
  const known = described.get(kind.id);
  if (known !== undefined) return known as ReturnType<typeof describe>;
  const made = describe(kind);
  described.set(kind.id, made);
  return made;
}

function describe(kind: EnvironmentKind) {
  return {
    env_id: kind.id,
    summary: kind.summary,
    reward_unit: kind.rewardUnit,
    observation_count: kind.fields.reduce((count, { size }) => count * size, 1),
    fields: kind.fields.map(({ name, size, labels }) => ({ name, size, ...(labels && { labels }) })),
    actions: kind.actions,
    presets: Object.entries(kind.presets).map(([preset, config]) => ({
      preset,
      config,
      horizon: makeEnvironment(kind.id, { preset }).horizon,
    })),
    config_schema: z.toJSONSchema(kind.configSchema, { unrepresentable: "any" }),
  };
}

const optima = new Map<string, number>();

/** The largest expected return of any policy on a board, in billionths; null where there is no such board. */
export function optimumOf(env_id: string, preset: string): number | null {
  const key = `${env_id}/${preset}`;
  const known = optima.get(key);
  if (known !== undefined) return known;
  const kind = environmentKinds.find(({ id }) => id === env_id);
  if (kind === undefined || !Object.hasOwn(kind.presets, preset)) return null;
  const found = toBillionths(prepareEvaluation(makeEnvironment(env_id, { preset })).optimum.value);
  optima.set(key, found);
  return found;
}
