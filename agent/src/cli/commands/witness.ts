// `policyledger witness`: follows a log and cosigns what continues it; with --replay also that every entry holds.
import { setTimeout } from "node:timers/promises";
import { formatVerifierKey } from "@policyledger/core";
import { ContradictionError, type View } from "../../log/index.ts";
import { ClientError } from "../../sdk/index.ts";
import type { Call, Command } from "../command.ts";
import { broken, EXIT, exitOf } from "../exit.ts";
import { withEvidence } from "../log/evidence.ts";
import { progress } from "../progress.ts";
import { type Pool, replayPool } from "../replay/pool.ts";
import { counted, foreign, jsonLine } from "../terminal.ts";
import { type Following, followRound, type News, NOTHING_POSTED, type Round } from "../witness/follow.ts";
import { makeWitness, verifierTexts, witnessFile, witnessIn } from "../witness/keys.ts";
import { type Listening, listen } from "../witness/listen.ts";
import { stateStore } from "../witness/state.ts";

export const witness: Command = {
  name: "witness",
  about: "follows a log, and cosigns each checkpoint that continues all before it",
  takes: "",
  least: 0,
  most: 0,
  asks: true,
  options: {
    init: {
      value: "NAME",
      about: "make the keys of a new witness: a URL without its scheme, such as witness.example/ada",
    },
    replay: { about: "also run every entry again, and cosign as NAME/replayed what holds" },
    once: { about: "one round, instead of following until Ctrl-C" },
    interval: { value: "SECONDS", about: "between two looks, when nothing is new (10)" },
    listen: { value: "PORT", about: "also answer POST /add-checkpoint (c2sp.org/tlog-witness) on this port" },
    "log-key": { value: "VKEY", about: "the log's key, instead of the one that was seen first" },
  },
  more: [
    "NAME/consistent signs that a checkpoint continues every one that it signed before, whoever was shown which; NAME/replayed, that " +
      "besides each entry was run again and is as recorded. What was signed last is written down before anybody sees it, so that no crash and no " +
      "second process leads to two histories. What contradicts the log, also what is handed in, ends the command, with the evidence in a file.",
    "Where nothing new comes the same is signed again each hour, and at each start: the time of a cosignature says when the witness has looked. Whoever restores an old copy of the folder, or runs two copies of it, makes a witness that lies.",
  ],
  examples: [
    [
      "policyledger witness --init witness.example/ada",
      "keys, and what the log's operator and clients have to know of them",
    ],
    ["policyledger witness --replay", "until Ctrl-C"],
    ["policyledger witness --once", "from a timer"],
  ],
  run: async (call) => {
    const name = call.given.text("init");
    if (name !== undefined) return initialise(call, name);
    const keys = witnessIn(call.home);
    const pool = call.given.is("replay") ? replayPool() : null;
    const following: Following = {
      // It is one of those that make a quorum.
      log: call.log("no quorum"),
      keys,
      storeOf: (origin) => stateStore(call.home, origin),
      now: () => Math.floor(Date.now() / 1_000),
      signal: call.signal,
      replaying: pool === null ? null : replayingOf(call, pool),
      told: (news) => tell(call, news),
    };
    const port = call.given.integer("listen", { min: 0, max: 65_535 });
    const listening = port === undefined ? null : await listen(call, following, port);
    try {
      return call.given.is("once") ? await once(call, following) : await follow(call, following, listening);
    } finally {
      listening?.close();
      await pool?.close();
    }
  },
};

/** Whoever cosigns under a key that was never told should know that it was not. */
function tellKey({ terminal }: Call, { trust, origin, keys }: View): void {
  if (trust !== "first_seen") return;
  const names = keys.map(formatVerifierKey).join(", ");
  terminal.note(
    `${terminal.paint.yellow("!")} the key of ${foreign(origin)} is seen for the first time and taken on trust (--log-key pins one): ${names}`,
  );
}

function initialise({ home, report }: Call, name: string): number {
  const [consistent, replayed] = verifierTexts(makeWitness(home, name));
  const file = witnessFile(home);
  report({ name, consistent, replayed, file }, () =>
    [
      "The keys of this witness, for the log's operator (WITNESSES) and for the quorums of clients:",
      "",
      consistent,
      replayed,
      "",
      `The secrets are in ${file}, for you alone.`,
    ].join("\n"),
  );
  return EXIT.ok;
}

function replayingOf({ client, signal, terminal }: Call, pool: Pool): Following["replaying"] {
  const bar = progress(terminal, { label: "replaying", total: null, unit: "entries" });
  return {
    client: client(),
    pool,
    signal,
    told: (size) => {
      bar.set(size);
    },
  };
}

async function once(call: Call, following: Following): Promise<number> {
  const round = await followRound(following, { ...NOTHING_POSTED });
  tellKey(call, round.view);
  requireHolding(round);
  return EXIT.ok;
}

function requireHolding({ view, wrong }: Round): void {
  const [first] = wrong;
  if (first === undefined) return;
  const more = wrong.length > 1 ? ` (and ${counted(wrong.length - 1, "more", "more")})` : "";
  throw broken(
    `entry ${first.index} of ${view.origin} does not hold: ${first.code}: ${first.message}${more}; nothing from there on is cosigned as replayed`,
  );
}

const FIRST_PAUSE_MS = 500;
const MAX_BACK_OFF_MS = 300_000;

/** Until Ctrl-C, a contradiction, or an entry that does not hold. */
async function follow(call: Call, following: Following, listening: Listening | null): Promise<number> {
  const { given, signal, terminal } = call;
  const interval = 1_000 * (given.number("interval", { min: 0.1, max: 86_400 }) ?? 10);
  const posted = { ...NOTHING_POSTED };
  let pause = FIRST_PAUSE_MS;
  let failed = 0;
  while (!signal.aborted) {
    try {
      const round = await followRound(following, posted);
      tellKey(call, round.view);
      listening?.saw(round.view);
      requireHolding(round);
      failed = 0;
      pause = round.cosigned > 0 ? FIRST_PAUSE_MS : Math.min(2 * pause, interval);
    } catch (error) {
      if (signal.aborted) break;
      if (!isPassing(error)) throw error;
      failed += 1;
      pause = Math.min(MAX_BACK_OFF_MS, FIRST_PAUSE_MS * 2 ** Math.min(failed, 10));
      terminal.note(
        `${terminal.paint.yellow("!")} ${foreign(told(error, call), 1_000)}; again in ${Math.ceil(pause / 1_000)} s`,
      );
    }
    const waited = setTimeout(pause, undefined, { signal }).catch(() => {});
    const found = await Promise.race([waited, ...(listening === null ? [] : [listening.contradicted])]);
    if (found !== undefined) throw found;
  }
  return EXIT.ok;
}

/** A service that is away comes back; one that did not show that it kept its word may still do so. */
function isPassing(error: unknown): boolean {
  if (error instanceof ContradictionError) return !error.proven;
  return error instanceof ClientError && (exitOf(error) === EXIT.service || error.code === "not_in_time");
}

/** Evidence that proves nothing yet is kept too: it may be all that there is. */
function told(error: unknown, { home }: Call): string {
  return (withEvidence(error, home) as Error).message;
}

function tell({ given, terminal }: Call, { key, origin, size, root }: News): void {
  if (given.json) terminal.print(jsonLine({ cosigned: key, origin, size, root }));
  else {
    const entries = counted(size, "entry", "entries");
    terminal.print(
      `${terminal.paint.green("✓")} ${key}  ${entries} of ${foreign(origin)}, root ${root.slice(0, 16)}…`,
    );
  }
}
