// `policyledger plan check FILE [RECEIPTS]`: whether receipts are a plan's, without running its kernels.
import { checkReceipts, type PlanDocument, type ReceiptChain, type ReceiptReport } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { ClientError } from "../../sdk/index.ts";
import { idMeant, rememberedIn } from "../claims/remembered.ts";
import type { Call, Command } from "../command.ts";
import { broken, EXIT, usage } from "../exit.ts";
import { readPlanFile, readReceiptsFile } from "../plan/file.ts";
import { counted, fields, type Terminal, wrap } from "../terminal.ts";

export const planCheck: Command = {
  name: "plan check",
  about: "checks a plan's receipts without running its kernels",
  takes: "[FILE RECEIPTS]",
  least: 0,
  most: 2,
  asks: true,
  endsAtOnce: true,
  options: {
    claim: { value: "CLAIM", about: "what this claim says that the run ends in" },
    entry: { value: "N", about: "what this entry of the ledger says that the run ends in" },
    commit: { value: "HASH", about: "the final commit hash, from elsewhere" },
  },
  more: [
    "FILE is a plan's document or a draft, RECEIPTS what `policyledger plan run --receipts` wrote. Without both, plan and receipts of the claim " +
      "or entry are fetched from the service. Links, roots, order, independence, bounds and every field are checked against the plan.",
    "What kernels wrote is held by the chain of hashes alone: without --claim, --entry or --commit, the last commit may have been changed " +
      "in it, and the report says `tail unchecked`. Exits with 1 if something does not hold.",
  ],
  examples: [
    ["policyledger plan check plan.json receipts.json --commit 6986d903…", "against a hash that you know"],
    ["policyledger plan check plan.json receipts.json --entry 12", "against what the ledger holds"],
    ["policyledger plan check --entry 12", "the service's own plan and receipts"],
  ],
  run: async (call) => {
    const { args, report, terminal } = call;
    if (args.length === 1) throw usage("a plan is checked with its receipts: FILE RECEIPTS");
    const end = await endOf(call);
    if (args.length === 0 && end.plan_hash === null)
      throw usage("wants FILE RECEIPTS, or one of --claim and --entry");
    const { document, chain } = await checkedThings(call, end);
    const { final_commit_hash } = end;
    const found = checkReceipts(nodeHost, document, chain, {
      ...(final_commit_hash !== null && { finalCommitHash: final_commit_hash }),
    });
    report(found, () => textOf(found, terminal));
    return found.ok ? EXIT.ok : EXIT.broken;
  },
};

interface End {
  readonly plan_hash: string | null;
  readonly final_commit_hash: string | null;
}

async function endOf(call: Call): Promise<End> {
  const { given, home, signal } = call;
  const index = given.integer("entry", { min: 0 });
  const [claim, commit] = [given.text("claim"), given.text("commit")];
  if ([index, claim, commit].filter((one) => one !== undefined).length > 1) {
    throw usage("one of --claim, --entry and --commit, not several");
  }
  if (commit !== undefined && !/^[0-9a-f]{64}$/.test(commit)) throw usage("--commit wants 64 hex digits");
  if (commit !== undefined) return { plan_hash: null, final_commit_hash: commit };
  if (index === undefined && claim === undefined) return { plan_hash: null, final_commit_hash: null };
  const client = call.client();
  const said =
    index === undefined
      ? (await client.claim(idMeant(claim!, rememberedIn(home, client.endpoint)).claim_id, { signal })).claim
      : (await client.entry(index, { signal })).entry;
  if (said.kind !== "plan")
    throw usage(`${index === undefined ? "the claim" : `entry ${index}`} is of a policy, not of a plan`);
  return said;
}

async function checkedThings(
  call: Call,
  { plan_hash }: End,
): Promise<{ readonly document: PlanDocument; readonly chain: ReceiptChain }> {
  const [file, receipts] = call.args;
  if (file !== undefined) return { document: readPlanFile(file), chain: readReceiptsFile(receipts!) };
  try {
    return await call.client().receipts(plan_hash!, { signal: call.signal });
  } catch (error) {
    if (error instanceof ClientError && error.code === "false_answer") throw broken(error.message, error);
    throw error;
  }
}

function textOf({ ok, commits, finalCommitHash, tail, summary }: ReceiptReport, terminal: Terminal): string {
  const { paint, width } = terminal;
  if (!ok) return `${paint.red("✗")} ${wrap(summary, width, 2)}`;
  const rows: [string, string][] = [["commit", finalCommitHash ?? ""]];
  const held = tail === "checked" ? "" : paint.yellow(", tail unchecked");
  return [
    `${paint.green("✓")} ${counted(commits, "commit")} of this plan${held}`,
    "",
    fields(terminal, rows),
  ].join("\n");
}
