// Which recorded policy is meant: the best of a board, that of an entry, or one by its hash.
import type { PolicyEntry, Sealed } from "@policyledger/core";
import type { Client } from "../../sdk/index.ts";
import { requireBestOfBoard } from "../board/places.ts";
import { BOARD_OPTIONS, boardMeant, isBoardGiven, queryOf, type Wanted } from "../board/wanted.ts";
import type { Call, Options } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { progress } from "../progress.ts";
import { foreign } from "../terminal.ts";

/** An entry of a policy, of one piece with its hash. */
export interface SealedPolicy extends Sealed {
  readonly entry: PolicyEntry;
}

export interface First {
  readonly board: Wanted;
  /** Of how many entries: those behind them are not ranked yet. */
  readonly ranked: number;
}

export interface Chosen {
  readonly sealed: SealedPolicy;
  /** What it is said to be the first of. */
  readonly first: First | null;
}

export const CHOICE_OPTIONS: Options = {
  ...BOARD_OPTIONS,
  entry: { value: "N", about: "the policy of this entry, instead of the best one" },
  policy: { value: "HASH", about: "the policy of this hash, from the latest entry that has it" },
};

/** What the command line names. Nothing is checked yet but that answers fit together. */
export async function chosenBy(call: Call, client: Client): Promise<Chosen> {
  const { given } = call;
  const index = given.integer("entry", { min: 0 });
  const hash = given.text("policy");
  if (index === undefined && hash === undefined) return bestOf(call, client);
  if (isBoardGiven(given))
    throw usage("--env, --preset and --by name a board, and so no --entry or --policy");
  if (index !== undefined && hash !== undefined) throw usage("--entry or --policy, not both");
  const sealed =
    hash === undefined
      ? await client.entry(index!, { signal: call.signal })
      : await latestOf(call, client, requireHash(hash));
  return { sealed: requirePolicy(sealed), first: null };
}

async function bestOf({ given, signal }: Call, client: Client): Promise<Chosen> {
  const board = boardMeant(given);
  const best = await client.best(queryOf(board), { signal });
  requireBestOfBoard(best, board);
  return { sealed: requirePolicy(best.entry), first: { board, ranked: best.ledger_size } };
}

export function requirePolicy(sealed: Sealed): SealedPolicy {
  const { entry } = sealed;
  if (entry.kind === "policy") return { ...sealed, entry };
  throw usage(`entry ${entry.index} holds a plan, no policy`);
}

function requireHash(hash: string): string {
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw usage(`a policy's hash has 64 lowercase hex digits, got ${foreign(hash, 80)}`);
}

/** Nothing lists entries by their policy: it is looked for from the newest on. */
export async function latestOf({ signal, terminal }: Call, client: Client, hash: string): Promise<Sealed> {
  const bar = progress(terminal, { label: "looking for it", total: null, unit: "entries" });
  let seen = 0;
  try {
    for await (const sealed of client.entries({ order: "newest", limit: PAGE }, { signal })) {
      if (sealed.entry.kind === "policy" && sealed.entry.policy_hash === hash) return sealed;
      seen += 1;
      bar.set(seen);
    }
  } finally {
    bar.end();
  }
  throw new CliError(EXIT.service, `none of the ${seen} entries of the ledger is of policy ${hash}`);
}

const PAGE = 500;
