// `policyledger export`: the whole ledger with its policies in one file, after it was audited.
import { createReadStream, createWriteStream, renameSync, rmSync } from "node:fs";
import { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readEntry } from "@policyledger/core";
import { formatExportHeader, PolicyOrder, subjectOf } from "../../check/index.ts";
import { alone } from "../audit/alone.ts";
import { withKept } from "../audit/interrupted.ts";
import type { Kept } from "../audit/kept.ts";
import { pieceReader } from "../audit/lines.ts";
import type { LogResult } from "../audit/log.ts";
import { auditJson, auditText, holds } from "../audit/result.ts";
import { auditService } from "../audit/service.ts";
import type { Call, Command } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { writeNamed } from "../log/options.ts";
import { type Pool, replayPool } from "../replay/pool.ts";
import { counted, foreign, wrap } from "../terminal.ts";

export const exportLedger: Command = {
  name: "export",
  about: "writes the whole ledger with its policies to one file, for audits without the service",
  takes: "FILE",
  least: 1,
  most: 1,
  asks: true,
  proves: true,
  options: {
    checkpoint: {
      value: "NOTE",
      about: "also keep the log's checkpoint, which `audit FILE --checkpoint` compares it with",
    },
  },
  more: [
    "It is audited before, as `policyledger audit` does, and what does not hold is not exported. FILE is replaced when all of it is " +
      "written; - writes to standard output.",
  ],
  examples: [
    ["policyledger export ledger.ndjson", "then: policyledger audit ledger.ndjson --replay"],
    ["policyledger export ledger.ndjson --checkpoint ledger.note", "with what the log has signed"],
    ["policyledger export - | gzip > ledger.ndjson.gz", "compressed, to be kept"],
  ],
  run: async (call) => {
    const folder = call.home.ledgerFolder(call.client().endpoint);
    const pool = replayPool();
    try {
      return await alone(folder, () => exported(call, folder, pool));
    } catch (error) {
      throw withKept(error, { folder, signal: call.signal, replay: false });
    } finally {
      await pool.close();
    }
  },
};

async function exported(call: Call, folder: string, pool: Pool): Promise<number> {
  const { args, signal, terminal, report } = call;
  const file = args[0]!;
  const audit = {
    client: call.client(),
    log: call.log(),
    folder,
    pool,
    terminal,
    signal,
    policies: true,
    replay: false,
  };
  const { result, kept } = await auditService(audit);
  if (!holds(result)) {
    const text = () => `${auditText(result, terminal)}\nnothing was exported`;
    // What reads standard output takes it for the export.
    if (file === "-") terminal.note(text());
    else report(auditJson(result), text);
    return EXIT.broken;
  }
  keepCheckpoint(call, result.log);
  const policies = await write(file, kept, result.said, signal);
  const { size, head } = result.said;
  if (file === "-") return EXIT.ok;
  report({ file, entries: size, head, policies }, () => {
    const what = `${counted(size, "entry", "entries")} and ${counted(policies, "policy", "policies")}`;
    const said = size === 0 ? "the ledger is empty" : `${what}, up to the head ${head}`;
    // A path is not broken into lines: it is to be copied.
    return `${terminal.paint.green("✓")} ${wrap(said, terminal.width, 2)}\n\n  ${terminal.paint.dim("export")}  ${foreign(file, 4_096)}`;
  });
  return EXIT.ok;
}

/** Beside the export, and not in it: a note in its own form, which every tool for such logs reads. */
function keepCheckpoint({ given, terminal }: Call, log: LogResult | null): void {
  const file = given.text("checkpoint");
  if (file === undefined) return;
  if (log === null)
    throw new CliError(EXIT.service, "the service publishes no checkpoint that could be kept");
  writeNamed(file, log.covering.note);
  terminal.note(`kept in ${file}`);
}

async function write(
  file: string,
  kept: Kept,
  { size, head }: { readonly size: number; readonly head: string | null },
  signal: AbortSignal,
): Promise<number> {
  const order = new PolicyOrder();
  for await (const { text } of kept.entries()) {
    order.add(subjectOf(readEntry(text)));
  }
  const lines = Readable.from(
    linesOf(kept, order, formatExportHeader({ entries: size, head, policies: order.size })),
  );
  if (file === "-") {
    await pipeline(lines, toStandardOutput(), { signal });
    return order.size;
  }
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await pipeline(lines, createWriteStream(draft, { flags: "wx" }), { signal });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    if ((error as NodeJS.ErrnoException).code === undefined || signal.aborted) throw error;
    throw usage(`Cannot write ${file}: ${(error as Error).message}`);
  }
  return order.size;
}

async function* linesOf(kept: Kept, order: PolicyOrder, header: string): AsyncGenerator<string | Buffer> {
  yield `${header}\n`;
  const { entries_bytes } = kept.state;
  if (entries_bytes > 0) yield* createReadStream(kept.entriesFile, { end: entries_bytes - 1 });
  const pieces = await pieceReader(kept.policiesFile);
  try {
    for (const key of order) {
      const { offset, length } = kept.policies.get(key)!;
      yield `${await pieces.read(offset, length)}\n`;
    }
  } finally {
    await pieces.close();
  }
}

/** It is not ours to close. */
function toStandardOutput(): Writable {
  return new Writable({
    write: (chunk, _, done) => {
      process.stdout.write(chunk, () => done());
    },
  });
}
