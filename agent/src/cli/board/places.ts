// Whether what the service ranks is what its ledger says: places are made again from entries and compared.
import {
  BOARD_LENGTH,
  canonicalJson,
  EMPTY_RANKING,
  foldRanking,
  type Json,
  type Place,
  type Ranking,
  type Sealed,
} from "@policyledger/core";
import type { Marketplace } from "@policyledger/core/api";
import type { BestPolicy } from "../../sdk/index.ts";
import { broken } from "../exit.ts";
import { type Difference, differing } from "../replay/differences.ts";
import { foreign } from "../terminal.ts";
import { type End, type Reading, walkChain } from "./walk.ts";
import { rankedBy, type Wanted } from "./wanted.ts";

/** A ranking that begins behind the entries before `from`, which it has not seen. */
export function rankingFrom(from: number): Ranking {
  return { ...EMPTY_RANKING, size: from };
}

export function placesOn(ranking: Ranking, { kind, preset, by }: Wanted): readonly Place[] {
  const board = ranking.boards[`${kind.id}/${preset}`];
  return (rankedBy(by) === "expected" ? board?.by_expected : board?.by_reward) ?? [];
}

/** Folds all entries that the service had ranked, checking each link, up to the head that it names for them. */
export async function foldLedger(
  reading: Reading,
  end: End,
  visit: (sealed: Sealed) => void,
): Promise<Ranking> {
  let ranking: Ranking = EMPTY_RANKING;
  await walkChain(reading, { from: 0, end }, (sealed) => {
    visit(sealed);
    ranking = foldRanking(ranking, [sealed.entry]);
  });
  return ranking;
}

/** A place as the service lists it, with its rank. */
type Listed = Marketplace["entries"][number];

/** Where the list differs from the fold: the first place and its fields, or how many there are. */
export function listDifference(
  listed: readonly Listed[],
  folded: readonly Place[],
  asked: number,
): { readonly rank: number; readonly differences: readonly Difference[] } | null {
  const length = Math.min(asked, BOARD_LENGTH, folded.length);
  for (let i = 0; i < Math.max(length, listed.length); i++) {
    const place = folded[i];
    const differences = placeDifferences(
      listed[i],
      place === undefined ? undefined : { rank: i + 1, ...place },
    );
    if (differences.length > 0) return { rank: i + 1, differences };
  }
  return null;
}

function placeDifferences(said: Listed | undefined, found: Listed | undefined): Difference[] {
  const names = [...new Set([...Object.keys(found ?? {}), ...Object.keys(said ?? {})])] as (keyof Listed)[];
  if (said === undefined || found === undefined) return differing("index", said?.index, found?.index);
  return names.flatMap((name) => differing(name, said[name] as Json, found[name] as Json));
}

/** Refuses a first place that is not that of the entry beside it, or is on another board. */
export function requireBestOfBoard({ best, entry, env_id, preset, by }: BestPolicy, wanted: Wanted): void {
  const answered = canonicalJson([env_id, preset, by]);
  if (answered !== canonicalJson([wanted.kind.id, wanted.preset, wanted.by])) {
    throw broken(
      `Asked for the best of ${wanted.kind.id}, ${wanted.preset}, the service answers with ${answered}`,
    );
  }
  const own = placeOfEntry(entry, wanted);
  if (own === undefined) {
    throw broken(
      `the service names entry ${entry.entry.index} the best of ${env_id}, ${preset}, and that entry is not on this board`,
    );
  }
  const [first] = placeDifferences(best, { rank: 1, ...own });
  if (first === undefined) return;
  const [said, found] = [first.said, first.found].map((value) => foreign(JSON.stringify(value), 80));
  throw broken(
    `the service says of the best policy that its ${first.field} is ${said}; entry ${entry.entry.index} says ${found}`,
  );
}

function placeOfEntry({ entry }: Sealed, wanted: Wanted): Place | undefined {
  return placesOn(foldRanking(rankingFrom(entry.index), [entry]), wanted)[0];
}

/** One that stands before the entry on its board, of all that the ranking has seen; null if it is the first. */
export function betterThan({ entry }: Sealed, ranking: Ranking, wanted: Wanted): Place | null {
  const first = placesOn(ranking, wanted)[0];
  return first === undefined || first.index === entry.index ? null : first;
}
