// `policyledger leaderboard`: who is on a board, as the service says it; with --check, as the ledger itself does.
import { environmentKinds } from "@policyledger/core";
import type { Marketplace } from "@policyledger/core/api";
import type { View } from "../../log/index.ts";
import { type Client, ClientError } from "../../sdk/index.ts";
import { foldLedger, listDifference, placesOn } from "../board/places.ts";
import { boardText, firstsText } from "../board/text.ts";
import type { End } from "../board/walk.ts";
import { BOARD_OPTIONS, boardMeant, queryOf, type Wanted } from "../board/wanted.ts";
import { differenceLines, signed } from "../claims/texts.ts";
import type { Call, Command } from "../command.ts";
import { broken, EXIT, usage } from "../exit.ts";
import { NO_LOG, type Said, saidText, viewJson, viewOrNull, viewSaid } from "../log/text.ts";
import { WholeTree } from "../log/whole-tree.ts";
import { counted, type Terminal } from "../terminal.ts";

const LONGEST = 100;
const USUAL = 20;

export interface Answered {
  readonly wanted: Wanted;
  readonly board: Marketplace;
}

/** What was ranked anew, and under which checkpoint; null where the service publishes none. */
interface Ranked extends End {
  readonly view: View | null;
}

export const leaderboard: Command = {
  name: "leaderboard",
  about: "the best policies of an environment and preset",
  takes: "",
  least: 0,
  most: 0,
  asks: true,
  proves: true,
  options: {
    ...BOARD_OPTIONS,
    limit: { value: "N", about: `how many places, ${USUAL} unless told otherwise, at most ${LONGEST}` },
    all: { about: "the first place of every board, of every environment and preset" },
    check: { about: "read the whole ledger, check its links, rank its entries anew and compare" },
  },
  more: [
    "By verified_reward a policy has the place of its best claim, on a seed that its agent chose; by expected it has that of its " +
      "exact return over all that can happen, in points and as a share of the most that any policy can expect.",
  ],
  examples: [
    [
      "policyledger leaderboard --by expected",
      "the policies of cyber-defense-v1, standard, by what they are worth",
    ],
    ["policyledger leaderboard --all --check", "who is first where, checked against the ledger"],
  ],
  run: async (call) => {
    const { given, signal, terminal } = call;
    const client = call.client();
    const limit = given.integer("limit", { min: 1, max: LONGEST }) ?? USUAL;
    const all = given.is("all");
    if (all && ["env", "preset", "limit"].some((name) => given.text(name) !== undefined)) {
      throw usage("--all is of every board: no --env, no --preset, no --limit");
    }
    const wanted = boardMeant(given);
    const boards: Answered[] = [];
    for (const each of all ? everyBoard(wanted) : [wanted]) {
      boards.push({ wanted: each, board: await answered(client, each, all ? 1 : limit, signal) });
    }
    const ranked = given.is("check") ? await checkBoards(call, client, boards, all ? 1 : limit) : null;
    call.report(jsonOf(boards, ranked, all), () =>
      [
        all ? firstsText(boards, terminal) : boardText(boards[0]!, terminal),
        trustText(ranked, terminal),
      ].join("\n\n"),
    );
    return EXIT.ok;
  },
};

function everyBoard({ by }: Wanted): Wanted[] {
  return environmentKinds.flatMap((kind) =>
    Object.keys(kind.presets).map((preset) => ({ kind, preset, by })),
  );
}

async function answered(
  client: Client,
  wanted: Wanted,
  limit: number,
  signal: AbortSignal,
): Promise<Marketplace> {
  const board = await client.leaderboard({ ...queryOf(wanted), limit }, { signal });
  const { env_id, preset, by } = board;
  if (env_id === wanted.kind.id && preset === wanted.preset && by === wanted.by) return board;
  throw new ClientError(
    "false_answer",
    `Asked for the board of ${wanted.kind.id}, ${wanted.preset}, by ${wanted.by}, the service answers with that of ${env_id}, ${preset}, by ${by}`,
  );
}

/** Ranks the ledger anew as far as the service had. Boards may be of a few entries more or less, so each is asked again. */
async function checkBoards(
  { signal, terminal, log }: Call,
  client: Client,
  boards: readonly Answered[],
  limit: number,
): Promise<Ranked> {
  const [{ board }] = boards as [Answered];
  const end = { size: board.ledger_size, head: board.head };
  const proofs = log();
  const view = await viewOrNull(proofs, signal);
  const tree = new WholeTree(Math.min(end.size, view?.size ?? 0));
  const ranking = await foldLedger({ client, signal, terminal }, end, ({ current_hash }) =>
    tree.add(current_hash),
  );
  if (view !== null) await proofs.consistency(tree.finish(), view, { signal });
  for (const { wanted, board: said } of boards) {
    const where = `${wanted.kind.id}, ${wanted.preset}`;
    if (said.ledger_size !== end.size || said.head !== end.head) {
      throw broken(`the ledger grew from ${end.size} to ${said.ledger_size} entries meanwhile: run it again`);
    }
    const folded = placesOn(ranking, wanted);
    if (folded.length !== said.size) {
      throw broken(
        `the service says that ${said.size} are on the board of ${where}; by its ledger there are ${folded.length}`,
      );
    }
    const found = listDifference(said.entries, folded, limit);
    if (found === null) continue;
    const lines = differenceLines(found.differences, terminal, {
      said: "listed",
      unit: wanted.kind.rewardUnit,
    });
    terminal.note(`place ${found.rank} of ${where}\n${lines.join("\n")}`);
    throw broken(`the board of ${where} is not what the ledger says: place ${found.rank} differs`);
  }
  return { ...end, view };
}

function trustText(ranked: Ranked | null, terminal: Terminal): string {
  const { paint } = terminal;
  if (ranked === null) {
    return paint.dim(
      signed(
        " ",
        "This is what the service says; --check ranks its ledger anew and compares.",
        terminal,
      ).trimStart(),
    );
  }
  const { size, view } = ranked;
  const entries = counted(size, "entry", "entries");
  const text = `the same as the ${entries} of the ledger rank, whose links hold up to the head; \`policyledger audit --replay\` also runs every policy`;
  const proven =
    view === null
      ? saidText([NO_LOG], terminal)
      : saidText([logged(size, view), ...viewSaid(view)], terminal);
  return [signed(paint.green("✓"), text, terminal), proven].join("\n");
}

/** Newer entries than the checkpoint covers are not vouched for. */
function logged(size: number, view: View): Said {
  const covered = counted(Math.min(size, view.size), "entry", "entries");
  return [
    true,
    "tree",
    `the first ${covered} are those of the log that ${view.origin} has signed, ${view.root.slice(0, 16)}…`,
  ];
}

function jsonOf(boards: readonly Answered[], ranked: Ranked | null, all: boolean): object {
  const checked =
    ranked === null
      ? null
      : { size: ranked.size, head: ranked.head, log: ranked.view === null ? null : viewJson(ranked.view) };
  if (!all) return { ...boards[0]!.board, checked };
  return { boards: boards.map(({ board }) => board), checked };
}
