// Boards as tables: as much of each place as the terminal has columns for.
import type { Marketplace } from "@policyledger/core/api";
import { billionths, type Column, counted, foreign, points, type Terminal, table } from "../terminal.ts";
import { shareText } from "../worth.ts";
import { byText, type Wanted } from "./wanted.ts";

interface Answered {
  readonly wanted: Wanted;
  readonly board: Marketplace;
}

type Listed = Marketplace["entries"][number];

/** From so many columns on there is room for the time of day and more of a hash, and for all of it. */
const WIDE = 120;
const VERY_WIDE = 180;

export function boardText({ wanted, board }: Answered, terminal: Terminal): string {
  const { paint, width } = terminal;
  const { kind, preset, by } = wanted;
  const unit = kind.rewardUnit;
  const title = `${paint.bold(`${kind.id} ${preset}`)} ${byText(by)}`;
  const optimum = `optimum ${billionths(board.optimum, unit)} points, ${counted(board.size, "place")}, ${counted(board.ledger_size, "entry", "entries")}`;
  if (board.entries.length === 0) return `${title}\n${optimum}\n\nNobody is on this board yet.`;
  const columns: Column[] = [
    { title: "", right: true },
    { title: "agent", least: 8 },
    { title: "points", right: true },
    { title: "on seed", right: true, least: 7 },
    { title: "expected", right: true },
    { title: "share", right: true },
    ...(width >= VERY_WIDE ? [{ title: "" }] : []),
    { title: "entry", right: true },
    { title: "policy" },
    { title: "time" },
  ];
  const rows = board.entries.map((place) => [
    String(place.rank),
    foreign(place.agent_id, 64),
    points(place.verified_reward, unit),
    String(place.seed),
    place.expected === undefined ? "" : billionths(place.expected, unit),
    place.expected === undefined ? "" : shareText(place.expected, board.optimum),
    ...(width >= VERY_WIDE ? [shareBar(place, board.optimum, paint)] : []),
    String(place.index),
    hashIn(place.policy_hash, width),
    width >= WIDE ? place.timestamp : place.timestamp.slice(0, 10),
  ]);
  const more = board.size > board.entries.length ? `\n… and ${board.size - board.entries.length} more` : "";
  return `${title}\n${optimum}\n\n${table(terminal, columns, rows)}${more}`;
}

const BAR = 20;

function shareBar({ expected }: Listed, optimum: number, { green, dim }: Terminal["paint"]): string {
  if (expected === undefined || optimum <= 0) return "";
  const full = Math.round(Math.min(1, Math.max(0, expected / optimum)) * BAR);
  return green("█".repeat(full)) + dim("░".repeat(BAR - full));
}

function hashIn(hash: string, width: number): string {
  return width >= VERY_WIDE ? hash : hash.slice(0, width >= WIDE ? 16 : 8);
}

/** The first place of each board. */
export function firstsText(boards: readonly Answered[], terminal: Terminal): string {
  const columns: Column[] = [
    { title: "board" },
    { title: "places", right: true },
    { title: "agent", least: 8 },
    { title: "points", right: true },
    { title: "expected", right: true },
    { title: "optimum", right: true },
    { title: "entry", right: true },
  ];
  const shown = boards.map(({ wanted: { kind, preset }, board: { size, entries, optimum } }, i) => {
    const unit = kind.rewardUnit;
    const [first] = entries;
    const isNew = boards[i - 1]?.wanted.kind.id !== kind.id;
    const cells = [
      `  ${preset}`,
      String(size),
      first === undefined ? "" : foreign(first.agent_id, 64),
      first === undefined ? "" : points(first.verified_reward, unit),
      first?.expected === undefined ? "" : billionths(first.expected, unit),
      billionths(optimum, unit),
      first === undefined ? "" : String(first.index),
    ];
    return isNew ? [[terminal.paint.bold(kind.id), "", "", "", "", "", ""], cells] : [cells];
  });
  return `the first places ${byText(boards[0]!.wanted.by)}\n\n${table(terminal, columns, shown.flat())}`;
}
