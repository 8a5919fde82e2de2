// Decides whether a history is strictly serializable: as if all had happened one after the other, in the order of the
// commit times, each between its first request and its last answer.
//
// It knows nothing of locks. It replays the commits on a naive database, which gives a version of the state for each
// commit, and then asks of everything that was seen which version it can have come from.
import type { Attempt, History, Seen, State } from "./history.ts";
import { apply, find, same } from "./replay.ts";

const ABORTED = 10;

interface Version {
  readonly time: bigint;
  readonly state: State;
  /** Who made it; null for the empty state at the start. */
  readonly by: Attempt | null;
}

/** What is wrong with the history; nothing if it is serializable. */
export function faultsOf(history: History): string[] {
  const faults: string[] = [];
  const versions = replay(history, faults);
  orderOfCommits(history, faults);
  for (const attempt of history) {
    for (const seen of attempt.reads) readTimeOf(attempt, seen, versions, faults);
    if (!isWriter(attempt)) ending(attempt, versions, faults);
  }
  return faults;
}

function isWriter(attempt: Attempt): attempt is Attempt & { end: { kind: "committed" } } {
  return attempt.end.kind === "committed" && attempt.writes.length > 0;
}

/** Applies the commits in the order of their times; what each has read must be the state just before it. */
function replay(history: History, faults: string[]): Version[] {
  const versions: Version[] = [{ time: 0n, state: {}, by: null }];
  for (const attempt of history.filter(isWriter).sort((a, b) => (a.end.time < b.end.time ? -1 : 1))) {
    const { state, time } = versions.at(-1)!;
    for (const seen of attempt.reads)
      if (!same(find(state, seen.read), seen.found))
        faults.push(
          `${nameOf(attempt)} committed though it read ${shown(seen)}, and before it ${shown(find(state, seen.read))} was to be read`,
        );
    const after = apply(state, attempt.writes);
    if (typeof after === "number")
      faults.push(`${nameOf(attempt)} committed what has to be refused with code ${after}`);
    else if (!same(after, state)) {
      if (attempt.end.time === time) faults.push(`${nameOf(attempt)} has the commit time of another`);
      versions.push({ time: attempt.end.time, state: after, by: attempt });
    }
  }
  return versions;
}

/** What had been answered before another commit was asked for has the earlier time. */
function orderOfCommits(history: History, faults: string[]): void {
  const writers = history.filter(isWriter);
  for (const one of writers)
    for (const other of writers)
      if (one.last.answered < other.last.asked && one.end.time >= other.end.time)
        faults.push(`${nameOf(one)} came before ${nameOf(other)}, and its commit time does not`);
}

/** Each read shows the state at its read time, and no less than what was there when it was asked for. */
function readTimeOf(attempt: Attempt, seen: Seen, versions: readonly Version[], faults: string[]): void {
  const version = versions.findLast(({ time }) => time <= seen.readTime)!;
  if (!same(find(version.state, seen.read), seen.found))
    faults.push(
      `${nameOf(attempt)} read ${shown(seen)}, and at the read time it was ${shown(find(version.state, seen.read))}`,
    );
  const asked = attempt.kind === "read-only transaction" ? attempt.whole.asked : seen.asked;
  if (versions.some(({ by, time }) => by !== null && by.last.answered < asked && time > seen.readTime))
    faults.push(`${nameOf(attempt)} read ${shown(seen)} as of a time before commits that had been answered`);
}

/** One that changed nothing must fit between its start and its end: all it saw, and why it was refused. */
function ending(attempt: Attempt, versions: readonly Version[], faults: string[]): void {
  const { end, writes, reads, whole } = attempt;
  const code = end.kind === "refused" && end.code !== ABORTED ? end.code : null;
  const fits = (state: State) =>
    reads.every(({ read, found }) => same(find(state, read), found)) &&
    (code === null || apply(state, writes) === code);
  const oldest = versions.findLastIndex(({ by }) => by === null || by.last.answered < whole.asked);
  const possible = versions.slice(oldest).filter(({ by }) => by === null || by.last.asked < whole.answered);
  if (!possible.some(({ state }) => fits(state)))
    faults.push(`${nameOf(attempt)} saw what never was at one time: ${reads.map(shown).join(", ")}`);
}

function nameOf({ kind, whole, writes, end }: Attempt): string {
  return `the ${kind} at ${whole.asked} (${writes.map(({ kind, id }) => `${kind} ${id}`).join(", ") || "no writes"}; ${end.kind})`;
}

function shown(what: Seen | Seen["found"]): string {
  if (typeof what === "object" && "found" in what)
    return `${JSON.stringify(what.read)} as ${JSON.stringify(what.found)}`;
  return JSON.stringify(what);
}
