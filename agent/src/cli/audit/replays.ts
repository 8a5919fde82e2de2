// Runs every recorded policy and plan again: the reward and the exact evaluation, or the final state and commit, of each
// entry, on all cores, from what lies in files.
import { readEntry } from "@policyledger/core";
import { subjectOf } from "../../check/index.ts";
import type { Progress } from "../progress.ts";
import type { Pool } from "../replay/pool.ts";
import type { EntryTask } from "../replay/tasks.ts";
import { type Line, pieceReader } from "./lines.ts";

export interface Recorded {
  entries(): AsyncGenerator<Line, void, undefined>;
  readonly policiesFile: string;
  readonly policies: ReadonlyMap<string, Pick<Line, "offset" | "length">>;
}

interface Wrong {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

export interface Replayed {
  /** How many were run again. */
  readonly count: number;
  readonly wrong: readonly Wrong[];
}

const AT_ONCE = 25;
const MOST_OPEN = 8;
const MOST_WRONG = 100;

export async function replayAll(
  { entries, policiesFile, policies }: Recorded,
  pool: Pool,
  bar: Progress,
  signal: AbortSignal,
): Promise<Replayed> {
  const pieces = await pieceReader(policiesFile);
  const wrong: Wrong[] = [];
  const open: Promise<void>[] = [];
  let count = 0;
  let tasks: EntryTask[] = [];
  let first = 0;
  const send = async () => {
    const [sent, from] = [tasks, first];
    tasks = [];
    first += sent.length;
    open.push(
      pool.check(sent).then((findings) => {
        count += findings.length;
        bar.set(count);
        for (const [i, { fault }] of findings.entries()) {
          if (fault !== null && wrong.length < MOST_WRONG) wrong.push({ index: from + i, ...fault });
        }
      }),
    );
    if (open.length >= MOST_OPEN) await open.shift();
  };
  try {
    for await (const { text } of entries()) {
      signal.throwIfAborted();
      const entry = readEntry(text);
      const lies = policies.get(subjectOf(entry));
      if (lies === undefined) throw new Error(`bug: nothing of what entry ${entry.index} is about`);
      tasks.push({ kind: "entry", text, subject: await pieces.read(lies.offset, lies.length) });
      if (tasks.length >= AT_ONCE) await send();
    }
    await send();
    await Promise.all(open);
  } finally {
    // Those that are still out must not fail unheard.
    await Promise.allSettled(open);
    await pieces.close();
  }
  return { count, wrong: wrong.sort((a, b) => a.index - b.index) };
}
