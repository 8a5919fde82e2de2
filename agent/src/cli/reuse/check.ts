// All that is checked of a recorded policy before it runs: what it is, where it stands, and that it does what is said.
// Each step throws what it finds wrong; only who has all of it gets a policy that can be run.
import { setTimeout } from "node:timers/promises";
import {
  type Artifact,
  foldRanking,
  type LoadedPolicy,
  loadPolicy,
  makeEnvironment,
  type Ranking,
  readArtifact,
  type Sealed,
} from "@policyledger/core";
import type { LogClient, ProvenEntry } from "../../log/index.ts";
import type { Seen } from "../audit/kept.ts";
import { betterThan, rankingFrom } from "../board/places.ts";
import { type End, type Reading, walkChain } from "../board/walk.ts";
import { broken } from "../exit.ts";
import { requireRoot, WholeTree } from "../log/whole-tree.ts";
import { check } from "../replay/tasks.ts";
import type { Chosen, First, SealedPolicy } from "./choose.ts";

export interface Checked {
  readonly sealed: SealedPolicy;
  /** Its canonical JSON. */
  readonly text: string;
  readonly artifact: Artifact;
  readonly policy: LoadedPolicy;
  /** That it stands in the log. */
  readonly proven: ProvenEntry;
  readonly chain: Chain;
  readonly first: First | null;
}

interface Chain extends End {
  /** The first entry that was read; the links from it on hold. */
  readonly from: number;
  /** What an earlier audit remembers. */
  readonly seen: Seen | null;
  /** One that stands before it and that the service had not ranked yet. */
  readonly newer: number | null;
}

export interface Care {
  readonly log: LogClient;
  /** What an earlier audit remembers. */
  readonly seen: Seen | null;
  /** A ledger of at most so many entries is read whole. */
  readonly wholeUpTo: number;
}

export async function checkChosen(reading: Reading, { sealed, first }: Chosen, care: Care): Promise<Checked> {
  const { client, signal } = reading;
  const { entry } = sealed;
  // Nothing else is worth a look before the log vouches for the entry.
  const proven = await care.log.proveSoon(sealed, { signal, timeout: PROOF_MS });
  const text = await client.policy(entry.policy_hash, { signal });
  const chain = await checkPlace(reading, { sealed, first }, care, proven);
  const finding = check({ kind: "entry", text: sealed.text, subject: text });
  if (finding.fault !== null) {
    const { code, message } = finding.fault;
    throw broken(`entry ${entry.index} does not hold: ${code}: ${message}`);
  }
  const artifact = readArtifact(text);
  return { sealed, text, artifact, policy: loadPolicy(artifact), proven, chain, first };
}

/** A checkpoint comes some milliseconds after an entry, and a cache may keep an older one for a moment. */
const PROOF_MS = 5_000;

/** That it stands in the ledger, in the one that an audit from here saw before, and first on its board. */
async function checkPlace(
  reading: Reading,
  { sealed, first }: Chosen,
  { seen, wholeUpTo }: Care,
  { view }: ProvenEntry,
): Promise<Chain> {
  const { index } = sealed.entry;
  const end = await endBehind(reading, index, view.size);
  if (seen !== null && end.size < seen.size) {
    throw broken(
      `the ledger was rolled back: the service shows ${end.size} entries, an audit from here saw ${seen.size}`,
    );
  }
  const needed = Math.min(index, seen === null ? index : seen.size - 1);
  // What stands before it on its board may be an older entry; to know of none, all must be read.
  const from = first !== null && end.size <= wholeUpTo ? 0 : needed;
  let ranking = rankingFrom(from);
  const tree = new WholeTree(view.size);
  await walkChain(reading, { from, end }, (walked) => {
    requireSame(walked, sealed, seen);
    tree.add(walked.current_hash);
    if (first !== null) ranking = foldRanking(ranking, [walked.entry]);
  });
  if (from === 0) requireRoot(tree, view);
  return { ...end, from, seen, newer: first === null ? null : newerThan(sealed, first, ranking) };
}

/** The service cannot have ranked what had not come; whatever else stands before the entry makes it a lie. */
function newerThan(sealed: Sealed, { board, ranked }: First, ranking: Ranking): number | null {
  const better = betterThan(sealed, ranking, board);
  if (better === null) return null;
  if (better.index >= ranked) return better.index;
  const { index } = sealed.entry;
  throw broken(
    `entry ${index} is not the best of ${board.kind.id}, ${board.preset}: entry ${better.index} stands before it`,
  );
}

/** What the walk meets at the entry's place must be the entry, and at the remembered head's place that head. */
function requireSame({ entry: { index }, current_hash }: Sealed, sealed: Sealed, seen: Seen | null): void {
  if (seen !== null && index === seen.size - 1 && current_hash !== seen.current_hash) {
    throw broken(
      `the ledger was rewritten: entry ${index} hashes to ${current_hash}, an audit from here saw ${seen.current_hash}`,
    );
  }
  if (index === sealed.entry.index && current_hash !== sealed.current_hash) {
    throw broken(
      `the entry is not the one in the ledger: entry ${index} hashes to ${sealed.current_hash}, ` +
        `and where it belongs stands one that hashes to ${current_hash}`,
    );
  }
}

/** A cache may keep the head for a second. */
const STALE_MS = 1_200;

/** The head, which must be behind the entry, and not before the checkpoint that was published for it. */
async function endBehind({ client, signal }: Reading, index: number, covered: number): Promise<End> {
  for (const last of [false, true]) {
    const { size, current_hash } = await client.head({ signal });
    if (size > index && size >= covered) return { size, head: current_hash };
    if (last && size > index) {
      throw broken(`the tail was cut: the log has ${covered} entries, and the ledger's head says ${size}`);
    }
    if (last) break;
    await setTimeout(STALE_MS, undefined, { signal });
  }
  throw broken(
    `the tail was cut: the service gives entry ${index}, and its head says that there is no such entry`,
  );
}

/** The environment of the entry, or the same with another preset. */
export function environmentOfEntry({ entry }: SealedPolicy, preset: string | null) {
  return makeEnvironment(entry.env_id, preset === null ? entry.env_config : { preset });
}
