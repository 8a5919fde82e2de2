// The ranking: a pure fold over ledger entries, so that it can be continued from wherever it stood. One board for
// each environment and registered preset; entries with another configuration are recorded, not ranked.
//
// by reward: verified reward descending, ties to the most recent entry, one place a policy hash.
// by expected: exact expected return descending, ties to the earliest entry, one place a behaviour hash, which
// belongs to whoever came first.

import type { Entry, PolicyEntry } from "./entry.ts";
import { isIndex } from "./environments/kind.ts";
import { environmentKinds, presetOf, resolveConfig } from "./environments/registry.ts";
import { PolicyLedgerError, quote, requireIterable, requireObject } from "./error.ts";

export interface Place {
  readonly index: number;
  readonly claim_id: string;
  readonly agent_id: string;
  readonly policy_hash: string;
  readonly seed: number;
  readonly verified_reward: number;
  readonly timestamp: string;
  /** In billionths of the environment's unit; with the behaviour's hash, where the entry has an evaluation. */
  readonly expected?: number;
  readonly behaviour_hash?: string;
}

export interface Board {
  readonly env_id: string;
  readonly preset: string;
  readonly by_reward: readonly Place[];
  readonly by_expected: readonly Place[];
}

export interface Ranking {
  readonly v: 1;
  /** How many entries it has seen: the index of the next one. */
  readonly size: number;
  /** By `env_id/preset`. */
  readonly boards: Readonly<Record<string, Board>>;
}

export type RankedBy = "reward" | "expected";

/** Places kept on a board. */
export const BOARD_LENGTH = 100;

export const EMPTY_RANKING: Ranking = Object.freeze({ v: 1, size: 0, boards: Object.freeze({}) });

/** Continues the ranking. Entries that it has seen already change nothing; a gap before the next one is refused. */
export function foldRanking(ranking: Ranking, entries: Iterable<Entry>): Ranking {
  requireRanking(ranking);
  requireIterable(entries, "invalid_ranking", "Cannot rank: the entries");
  let { size } = ranking;
  const boards: Record<string, Board> = { ...ranking.boards };
  for (const entry of entries) {
    requireObject(entry, "invalid_ranking", "Cannot rank an entry");
    if (!isIndex(entry.index, Number.MAX_SAFE_INTEGER)) {
      throw new PolicyLedgerError("invalid_ranking", `Cannot rank an entry of index ${quote(entry.index)}`);
    }
    if (entry.index < size) continue;
    if (entry.index > size) {
      throw new PolicyLedgerError(
        "invalid_ranking",
        `Cannot rank entry ${entry.index}: the ranking has seen ${size} entries and must see entry ${size} next`,
      );
    }
    size += 1;
    const where = boardOf(entry);
    if (where !== null) boards[where.key] = place(boards[where.key] ?? where.empty, entry as PolicyEntry);
  }
  return { v: 1, size, boards };
}

/** The first place of a board, or null while it is empty. */
export function best(
  ranking: Ranking,
  env_id: string,
  preset: string,
  by: RankedBy = "reward",
): Place | null {
  requireRanking(ranking);
  const board = Object.hasOwn(ranking.boards, `${env_id}/${preset}`)
    ? ranking.boards[`${env_id}/${preset}`]
    : undefined;
  return (by === "reward" ? board?.by_reward : board?.by_expected)?.[0] ?? null;
}

function requireRanking(ranking: Ranking): void {
  const what = "Cannot read a ranking";
  requireObject(ranking, "invalid_ranking", what);
  requireObject(ranking.boards, "invalid_ranking", `${what}: its boards`);
}

/** Which board an entry is ranked on, and what that is while nobody is on it; null where it is recorded only. */
export function boardOf(entry: Entry): { readonly key: string; readonly empty: Board } | null {
  requireObject(entry, "invalid_ranking", "Cannot rank an entry");
  if (entry.kind !== "policy") return null;
  const { env_id, env_config } = entry;
  const kind = environmentKinds.find((known) => known.id === env_id);
  if (kind === undefined) return null;
  let preset: string | null;
  try {
    preset = presetOf(kind, resolveConfig(kind, env_config));
  } catch {
    // A configuration that this version does not know is not one of its presets.
    return null;
  }
  if (preset === null) return null;
  return { key: `${env_id}/${preset}`, empty: { env_id, preset, by_reward: [], by_expected: [] } };
}

function place(board: Board, entry: PolicyEntry): Board {
  const { index, claim_id, agent_id, policy_hash, seed, verified_reward, timestamp, evaluation } = entry;
  const common = { index, claim_id, agent_id, policy_hash, seed, verified_reward, timestamp };
  if (evaluation === undefined) {
    return { ...board, by_reward: insert(board.by_reward, common, "policy_hash", beatsByReward) };
  }
  requireObject(evaluation, "invalid_ranking", `Cannot rank entry ${index}: its evaluation`);
  const { expected, behaviour_hash } = evaluation;
  const whole: Place = { ...common, expected, behaviour_hash };
  return {
    ...board,
    by_reward: insert(board.by_reward, whole, "policy_hash", beatsByReward),
    by_expected: insert(board.by_expected, whole, "behaviour_hash", beatsByExpected),
  };
}

/** Whether a, the newer of the two, stands before b. */
type Beats = (a: Place, b: Place) => boolean;
const beatsByReward: Beats = (a, b) => a.verified_reward >= b.verified_reward;
const beatsByExpected: Beats = (a, b) => a.expected! > b.expected!;

function insert(
  places: readonly Place[],
  newer: Place,
  unique: "policy_hash" | "behaviour_hash",
  beats: Beats,
): readonly Place[] {
  const held = places.findIndex((other) => other[unique] === newer[unique]);
  if (held >= 0 && !beats(newer, places[held]!)) return places;
  const others = held < 0 ? places : places.filter((_, i) => i !== held);
  const at = others.findIndex((other) => beats(newer, other));
  if (at < 0) return others.length < BOARD_LENGTH ? [...others, newer] : others;
  return [...others.slice(0, at), newer, ...others.slice(at)].slice(0, BOARD_LENGTH);
}
