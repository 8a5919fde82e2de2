// `policyledger fsck`: everything that a log serves, derived anew from its entries and compared byte for byte.
import type { Command } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { type FsckResult, fsckLog } from "../fsck/run.ts";
import { saidText, viewJson, viewSaid } from "../log/text.ts";
import { replayPool } from "../replay/pool.ts";
import { count, counted, foreign, type Terminal, wrap } from "../terminal.ts";

export const fsck: Command = {
  name: "fsck",
  about: "derives every tile and the root from the entries, and compares bytes",
  takes: "[URL]",
  least: 0,
  most: 1,
  asks: true,
  proves: true,
  options: {
    replay: { about: "also run every entry again: rewards and exact evaluations" },
  },
  more: [
    "Read are all bundles of entries and all tiles up to the checkpoint, whose signature and history are checked; `/checkpoint` must be " +
      "of the same history, and the ledger's JSON must hold the same entries. Each difference is named, and the place that it is in. `audit` checks how the entries follow one another, and that no claim stands there twice.",
  ],
  examples: [
    ["policyledger fsck", "the log of the service that `init` was told"],
    ["policyledger fsck https://ledger.example --replay", "another one, and all that its entries say"],
  ],
  run: async (named) => {
    const [url] = named.args;
    if (url !== undefined && named.given.text("endpoint") !== undefined) {
      throw usage("the service as an argument or with --endpoint, not both");
    }
    const call = url === undefined ? named : named.at(url);
    const { given, signal, terminal, report } = call;
    const pool = given.is("replay") ? replayPool() : null;
    try {
      const result = await fsckLog({ client: call.client(), log: call.log(), signal, terminal, pool });
      report(jsonOf(result), () => textOf(result, terminal));
      return result.found === 0 ? EXIT.ok : EXIT.broken;
    } finally {
      await pool?.close();
    }
  },
};

function jsonOf({ view, ...rest }: FsckResult): object {
  return { ok: rest.found === 0, ...rest, checkpoint: viewJson(view) };
}

function textOf(
  { view, entries, tiles, replayed, differences, found }: FsckResult,
  terminal: Terminal,
): string {
  const { paint, width } = terminal;
  const lines = differences.map(
    ({ where, message }) => `${paint.red("✗")} ${wrap(foreign(`${where}: ${message}`, 1_000), width, 2)}`,
  );
  if (found > differences.length)
    lines.push(`  … and ${counted(found - differences.length, "more", "more")}`);
  if (found === 0) {
    const good = `${counted(entries, "entry", "entries")}: ${tiles === 1 ? "their one tile" : `all ${counted(tiles, "tile")}`} and the root ${view.root.slice(0, 16)}… are what they make, byte for byte`;
    lines.push(`${paint.green("✓")} ${wrap(good, width, 2)}`);
    if (replayed !== null) {
      lines.push(
        `${paint.green("✓")} ${wrap(`${count(replayed)} run again: rewards and exact evaluations are as recorded`, width, 2)}`,
      );
    }
  }
  lines.push(saidText(viewSaid(view), terminal));
  return lines.join("\n");
}
