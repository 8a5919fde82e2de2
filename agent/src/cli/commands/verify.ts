// `policyledger verify`: replays claim files, claims that were submitted, and entries of the ledger, and says what differs.
import { existsSync } from "node:fs";
import { isSigned, readClaimFile } from "../claim-file.ts";
import { claimsIn, signedBy } from "../claims/own.ts";
import { idMeant, rememberedIn } from "../claims/remembered.ts";
import type { Call, Command } from "../command.ts";
import { EXIT, usage } from "../exit.ts";
import { progress } from "../progress.ts";
import { replayPool } from "../replay/pool.ts";
import type { Checked, CheckedState } from "../verify/checked.ts";
import { type By, checkFiled, checkJob, idOf } from "../verify/claims.ts";
import { checkedJson, claimsText } from "../verify/claims-text.ts";
import { type Range, verifyRange } from "../verify/range.ts";

export const verify: Command = {
  name: "verify",
  about: "replays claims and ledger entries here, and says exactly what differs",
  takes: "[FILE|CLAIM…]",
  least: 0,
  most: Number.MAX_SAFE_INTEGER,
  asks: true,
  options: {
    job: { about: "of FILE: compares what the service says of the claim, too" },
    entry: { value: "N", about: "one entry of the ledger" },
    entries: { value: "A-B", about: 'entries A to B, both included; "A-" goes to the end' },
    all: { about: "all entries of the ledger" },
    agent: { value: "ID", about: "with --job: the label that unsigned files were submitted under" },
  },
  more: [
    "FILE is a claim file, checked without asking anyone. CLAIM is a claim's id, or the beginning of one that was submitted from " +
      "here: the service's verdict, its reward and its entry are compared with what replay finds here.",
    "Of entries, hash, claim id, signature, artifact, reward and evaluation are computed anew, and each must name the one before. " +
      "That the ledger is whole, and was never rewritten, is for `policyledger audit`.",
    "Exits with 1 if something does not hold or the service says what is not so; with 4 if the service has not decided on a " +
      "claim that holds.",
  ],
  examples: [
    ["policyledger verify run/claim.json", "before it is submitted"],
    ["policyledger verify c4f9986d2ff7", "whether the service tells the truth about a claim"],
    ["policyledger verify --entries 100-199", "a hundred entries, on all cores"],
    ["policyledger verify --all --json", "the whole ledger, for machines"],
  ],
  run: async (call) => {
    const range = rangeOf(call);
    const pool = replayPool();
    try {
      if (range === null) return await verifyClaims(call, pool);
      return await verifyRange(call, { client: call.client(), pool, signal: call.signal }, range);
    } finally {
      await pool.close();
    }
  },
};

function rangeOf({ args, given }: Call): Range | null {
  const entry = given.integer("entry", { min: 0 });
  const entries = given.text("entries");
  const ranges = [
    ...(entry === undefined ? [] : [{ from: entry, to: entry }]),
    ...(entries === undefined ? [] : [readRange(entries)]),
    ...(given.is("all") ? [{ from: 0, to: null }] : []),
  ];
  const wanted = "wants files or claims, or one of --entry, --entries and --all";
  if (ranges.length > 1 || (ranges.length === 1 && args.length > 0) || ranges.length + args.length === 0) {
    throw usage(`\`policyledger verify\` ${wanted}`, "see `policyledger verify --help`");
  }
  return ranges[0] ?? null;
}

function readRange(text: string): Range {
  const [, first, last] = /^(\d{1,15})-(\d{1,15})?$/.exec(text) ?? [];
  const from = Number(first);
  const to = last === undefined ? null : Number(last);
  if (first !== undefined && (to === null || from <= to)) return { from, to };
  throw usage(
    `--entries wants A-B with A not above B, or A-, got ${text.slice(0, 40)}`,
    "both ends are included",
  );
}

/** Files that are checked together; each may take half a megabyte. */
const ROUND = 100;

async function verifyClaims(call: Call, pool: By["pool"]): Promise<number> {
  const { args, terminal, signal } = call;
  const bar = progress(terminal, { label: "checking", total: null, unit: "claims" });
  const checked: Checked[] = [];
  const took = (some: readonly Checked[]) => {
    checked.push(...some);
    bar.set(checked.length);
  };
  try {
    for (const arg of args) {
      if (signal.aborted) break;
      if (isFile(arg)) await verifyFile(call, pool, arg, took);
      else {
        const client = call.client();
        const { claim_id } = idMeant(arg, rememberedIn(call.home, client.endpoint));
        took([await checkJob({ client, pool, signal }, claim_id, null)]);
      }
    }
  } catch (error) {
    // After Ctrl-C, what was checked by then is told.
    if (!signal.aborted) throw error;
  } finally {
    bar.end();
  }
  call.report({ claims: checked.map(checkedJson) }, () => claimsText(checked, terminal));
  return signal.aborted ? EXIT.interrupted : exitOfAll(checked);
}

/** What looks like an id is one, unless there is a file of that name. */
function isFile(arg: string): boolean {
  return existsSync(arg) || !/^[0-9a-f]{4,64}$/.test(arg);
}

async function verifyFile(
  call: Call,
  pool: By["pool"],
  file: string,
  took: (some: readonly Checked[]) => void,
): Promise<void> {
  const { given, signal } = call;
  if (!given.is("job")) {
    // While some are checked, the next are read.
    let ahead: Promise<Checked[]> | null = null;
    for (const filed of claimsIn([file], ROUND)) {
      const next = checkFiled(filed, pool);
      next.catch(() => {});
      if (ahead !== null) took(await ahead);
      if (signal.aborted) return;
      ahead = next;
    }
    if (ahead !== null) took(await ahead);
    return;
  }
  const by = { client: call.client(), pool, signal };
  for (const filed of readClaimFile(file)) {
    const { submission } = await signedBy(call, filed);
    const job = await checkJob(by, idOf(submission), { what: filed.where, submission });
    // What is in the file may be signed wrongly, whatever the service holds.
    const [local] = isSigned(filed.claim) ? await checkFiled([filed], pool) : [];
    took([local?.state === "FALSE" && job.state === "HOLDS" ? local : job]);
  }
}

function exitOfAll(checked: readonly Checked[]): number {
  const states = new Set<CheckedState>(checked.map(({ state }) => state));
  if (states.has("FALSE") || states.has("LIES")) return EXIT.broken;
  if (states.has("UNCHECKED")) return EXIT.service;
  return states.has("PENDING") ? EXIT.waiting : EXIT.ok;
}
