// Checks a range of entries, with a bar, and reports which hold and what differs in the others.

import { ClientError } from "../../sdk/index.ts";
import { differenceLines, expectedOf, placeOf, rewardIn, runIn, signed, unitOf } from "../claims/texts.ts";
import type { Call } from "../command.ts";
import { EXIT, exitOf, usage } from "../exit.ts";
import { progress } from "../progress.ts";
import { type Difference, differing } from "../replay/differences.ts";
import { counted, fields, foreign, type Terminal } from "../terminal.ts";
import type { By } from "./claims.ts";
import { type CheckedEntry, checkEntries } from "./entries.ts";

/** Both ends included; null goes to the last one that there is when it begins. */
export interface Range {
  readonly from: number;
  readonly to: number | null;
}

interface Problem {
  readonly index: number;
  readonly code: string;
  readonly message: string;
  readonly env_id: string | null;
  readonly differences: readonly Difference[];
}

interface Found {
  readonly from: number;
  readonly to: number;
  /** How many were checked, from the first on. */
  checked: number;
  wrong: number;
  /** The first of them in full. */
  readonly problems: Problem[];
  last: CheckedEntry | null;
  /** Why it ended early. */
  stopped: ClientError | null;
}

const MOST_PROBLEMS = 100;

export async function verifyRange(call: Call, by: By, range: Range): Promise<number> {
  const { signal, terminal } = call;
  const head = await by.client.head({ signal });
  if (head.size === 0 && range.to === null && range.from === 0) {
    call.report(jsonOf({ ...NOTHING, from: 0, to: -1 }, by), () => "the ledger holds no entries yet");
    return EXIT.ok;
  }
  const to = range.to ?? head.size - 1;
  if (to >= head.size || range.from > to) {
    const there = head.size === 0 ? "none yet" : `entries 0 to ${head.size - 1}`;
    throw usage(`there is no entry ${range.to ?? range.from}: the ledger holds ${there}`);
  }
  const found: Found = { ...NOTHING, problems: [], from: range.from, to };
  await checkAll(found, by, terminal);
  if (found.stopped === null && !signal.aborted) compareEnd(found, head);
  call.report(jsonOf(found, by), () => textOf(found, terminal));
  if (signal.aborted) {
    terminal.note(`${terminal.paint.yellow("!")} Stopped before entry ${found.from + found.checked}`);
    return EXIT.interrupted;
  }
  if (found.wrong > 0) return EXIT.broken;
  return found.stopped === null ? EXIT.ok : exitOf(found.stopped);
}

const NOTHING = { checked: 0, wrong: 0, problems: [], last: null, stopped: null };

async function checkAll(found: Found, by: By, terminal: Terminal): Promise<void> {
  const { from, to } = found;
  const bar = progress(terminal, { label: "checking", total: to - from + 1, unit: "entries" });
  try {
    for await (const batch of checkEntries(by, { from, to })) {
      for (const checked of batch) take(found, checked);
      bar.set(found.checked, found.wrong === 0 ? "" : `${found.wrong} wrong`);
    }
  } catch (error) {
    if (by.signal.aborted) return;
    if (!(error instanceof ClientError)) throw error;
    found.stopped = error;
  } finally {
    bar.end();
  }
}

function take(found: Found, checked: CheckedEntry): void {
  found.checked += 1;
  found.last = checked;
  const { sealed, fault, differences } = checked;
  if (fault === null) return;
  const { entry } = sealed;
  const env_id = entry.kind === "policy" ? entry.env_id : null;
  addProblem(found, { index: entry.index, ...fault, env_id, differences });
}

function addProblem(found: Found, { index, code, message, env_id, differences }: Problem): void {
  found.wrong += 1;
  if (found.problems.length < MOST_PROBLEMS) {
    found.problems.push({ index, code, message, env_id, differences });
  }
}

/** The service has said how many there are, and what the last one hashes to. */
function compareEnd(
  found: Found,
  head: { readonly size: number; readonly current_hash: string | null },
): void {
  const { from, to, checked, last } = found;
  if (from + checked <= to) {
    const listed = checked === 0 ? "lists none" : `lists none after ${from + checked - 1}`;
    const message = `the service says that there are ${head.size} entries, and ${listed}`;
    addProblem(found, {
      index: from + checked,
      code: "missing_tail",
      message,
      env_id: null,
      differences: [],
    });
  } else if (to === head.size - 1) {
    const differences = differing("current_hash", head.current_hash, last!.sealed.current_hash);
    const message = `entry ${to} is not the head that the service names`;
    if (differences.length > 0)
      addProblem(found, { index: to, code: "altered", message, env_id: null, differences });
  }
}

function jsonOf({ from, to, checked, wrong, problems, last, stopped }: Found, { client }: By): object {
  return {
    endpoint: client.endpoint,
    from,
    to,
    checked,
    wrong,
    problems: problems.map(({ env_id: _, ...problem }) => problem),
    ...(from === to &&
      last !== null && { entry: { ...last.sealed.entry, current_hash: last.sealed.current_hash } }),
    ...(stopped !== null && { stopped: { code: stopped.code, message: stopped.message } }),
  };
}

function textOf(found: Found, terminal: Terminal): string {
  const { from, to, checked, wrong, problems, last, stopped } = found;
  const { paint } = terminal;
  const parts: string[] = [];
  if (from === to && last !== null) parts.push(entryText(last, terminal));
  for (const { index, code, message, env_id, differences } of problems) {
    const why = differences.length > 0 && code !== "altered" ? "" : `: ${message}`;
    parts.push(
      [
        signed(paint.red("✗"), `entry ${index} does not hold: ${code}${why}`, terminal),
        ...differenceLines(differences, terminal, {
          said: "recorded",
          unit: env_id === null ? null : unitOf(env_id),
        }),
      ].join("\n"),
    );
  }
  if (wrong > problems.length) parts.push(`… and ${counted(wrong - problems.length, "more", "more")}`);
  if (stopped !== null) {
    const where = `stopped at entry ${from + checked}, or just behind it`;
    parts.push(signed(paint.red("✗"), `${where}: ${foreign(stopped.message, 1_000)}`, terminal));
  }
  parts.push(summary(found, paint));
  return parts.join("\n\n");
}

function summary({ from, checked, wrong }: Found, paint: Terminal["paint"]): string {
  if (checked === 0) return "No entry was checked.";
  const which = checked === 1 ? `entry ${from}` : `entries ${from} to ${from + checked - 1}`;
  if (wrong > 0) return `${counted(wrong, "thing")} wrong in ${which}`;
  return [
    `${paint.green("✓")} ${which} ${checked === 1 ? "holds" : "hold"}`,
    paint.dim(
      "  computed anew: hash, claim id, signature, artifact, reward, evaluation; of a plan its whole run",
    ),
  ].join("\n");
}

function entryText({ sealed }: CheckedEntry, terminal: Terminal): string {
  const { entry, current_hash } = sealed;
  const rows: [string, string][] = [
    ["entry", String(entry.index)],
    ["hash", current_hash],
    ["claim", entry.claim_id],
    ["agent", foreign(entry.agent_id)],
    ["at", entry.timestamp],
  ];
  if (entry.kind === "policy") {
    const unit = unitOf(entry.env_id);
    rows.push(["of", placeOf(entry)], ["reward", rewardIn(entry.verified_reward, unit)]);
    if (entry.evaluation !== undefined) rows.push(["expected", expectedOf(entry.evaluation, unit)]);
  } else {
    rows.push(["of", placeOf(entry)], ["run", runIn(entry)], ["commit", entry.final_commit_hash]);
  }
  return fields(terminal, rows);
}
