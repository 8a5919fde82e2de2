// `policyledger audit`: checks a whole ledger, the service's or an exported one, and remembers what it saw.
import { alone } from "../audit/alone.ts";
import { auditFile } from "../audit/file.ts";
import { withKept } from "../audit/interrupted.ts";
import { forget, historyOf, type Seen, seenIn } from "../audit/kept.ts";
import { type Covering, coveringIn } from "../audit/log.ts";
import { type AuditResult, auditJson, auditText, holds } from "../audit/result.ts";
import { auditService } from "../audit/service.ts";
import type { Call, Command, Given } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { fileMemory } from "../log/file-memory.ts";
import { keysNamed, quorumOf, readNamed } from "../log/options.ts";
import { replayPool } from "../replay/pool.ts";
import { counted } from "../terminal.ts";

export const audit: Command = {
  name: "audit",
  about: "checks a whole ledger, and that it still holds what was seen before",
  takes: "[FILE]",
  least: 0,
  most: 1,
  asks: true,
  proves: true,
  options: {
    checkpoint: { value: "NOTE", about: "of an export: the log's checkpoint that it must be the ledger of" },
    replay: { about: "run every policy again: rewards and exact evaluations" },
    "no-policies": { about: "leave the policies' artifacts out" },
    forget: { about: "forget what was seen of this service and of its log, and what is kept of it" },
  },
  more: [
    "Without FILE: downloads the service's ledger, or what has come since the last audit, and checks every entry: its form, " +
      "index, link, claim id, that no claim stands there twice, and its signature; that the tree of all entries has the root that the " +
      "log has signed, under a checkpoint that continues the one seen before; and every policy's hash. What holds is kept, so " +
      "that an audit that was interrupted goes on where it was, and what was seen last is remembered: a service that later shows " +
      "fewer entries or other ones is found out, and the evidence is kept in a file. What is checked is the ledger up to the head that the service names " +
      "when the audit begins; what comes meanwhile is for the next one.",
    "With FILE: the same of an export, offline; with --checkpoint and --log-key also that it is the ledger that the log has signed. With --endpoint besides, it must be the ledger that was seen there.",
  ],
  examples: [
    ["policyledger audit", "everything but the replays"],
    ["policyledger audit --replay", "everything: nothing of it is taken on trust"],
    ["policyledger audit ledger.ndjson", "an export, without any service"],
  ],
  run: async (call) => {
    const { args, given, terminal, report } = call;
    const [file] = args;
    if (file === undefined && given.text("checkpoint") !== undefined) {
      throw usage("--checkpoint is for an export; a service shows its own");
    }
    if (file !== undefined) refuseWithFile(given);
    if (given.is("forget")) return forgetLedger(call);
    if (given.is("replay") && given.is("no-policies")) {
      throw usage("--replay runs the policies that --no-policies leaves out");
    }
    const result = file === undefined ? await ofService(call) : await ofFile(call, file);
    report(auditJson(result), () => auditText(result, terminal));
    return holds(result) ? EXIT.ok : EXIT.broken;
  },
};

function refuseWithFile(given: Given): void {
  if (given.is("forget")) throw usage("--forget is about a service, and takes no file");
  if (given.is("no-policies"))
    throw usage("an export is checked with its policies: --no-policies is for a service");
}

async function forgetLedger({ client, home, report }: Call): Promise<number> {
  const { endpoint } = client();
  const folder = home.ledgerFolder(endpoint);
  const seen = readableSeen(folder);
  await alone(folder, () => forget(folder));
  await fileMemory(home).forget(endpoint);
  report({ endpoint, forgotten: seen }, () =>
    seen === null
      ? `nothing was remembered of ${endpoint}`
      : `forgotten: ${counted(seen.size, "entry", "entries")} of ${endpoint}, seen at ${seen.seen_at}`,
  );
  return EXIT.ok;
}

/** Null too where it cannot be read, which is a reason to forget it. */
function readableSeen(folder: string): Seen | null {
  try {
    return seenIn(folder);
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}

async function ofService(call: Call): Promise<AuditResult> {
  const { given, home, signal, terminal } = call;
  const client = call.client();
  const folder = home.ledgerFolder(client.endpoint);
  const policies = !given.is("no-policies");
  const replay = given.is("replay");
  const pool = replayPool();
  try {
    const audit = { client, log: call.log(), folder, pool, terminal, signal, policies, replay };
    return (await alone(folder, () => auditService(audit))).result;
  } catch (error) {
    throw withKept(error, { folder, signal, replay });
  } finally {
    await pool.close();
  }
}

/** `--checkpoint NOTE --log-key VKEY [--quorum FILE]`, offline. */
function coveringFor(call: Call): Covering | null {
  const file = call.given.text("checkpoint");
  if (file === undefined) return null;
  const key = call.given.text("log-key");
  return coveringIn(readNamed(file), keysNamed("log-key", key === undefined ? [] : [key]), quorumOf(call));
}

async function ofFile(call: Call, file: string): Promise<AuditResult> {
  const { given, home, signal, terminal } = call;
  const folder = given.text("endpoint") === undefined ? null : home.ledgerFolder(call.client().endpoint);
  const seen = folder === null ? null : seenIn(folder);
  const remembered = folder === null || seen === null ? null : { seen, history: historyOf(folder, seen) };
  const pool = replayPool();
  try {
    const replay = given.is("replay");
    return await auditFile({ file, pool, terminal, signal, replay, remembered, covering: coveringFor(call) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "EACCES")
      throw usage(`Cannot read ${file}: ${message}`);
    throw error;
  } finally {
    await pool.close();
  }
}
