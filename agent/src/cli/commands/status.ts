// `policyledger status`: where claims are on their way, by their ids or as this home remembers them.
import { type Client, ClientError } from "../../sdk/index.ts";
import { type Asked, idMeant, rememberedIn } from "../claims/remembered.ts";
import { type Row, statusText } from "../claims/status-text.ts";
import { entryUrl } from "../claims/texts.ts";
import { isFinal, MAX_TIMEOUT_S, waitForClaims } from "../claims/waiting.ts";
import type { Call, Command } from "../command.ts";
import { EXIT, exitOf, usage } from "../exit.ts";
import { progress } from "../progress.ts";
import { foreign } from "../terminal.ts";

export const status: Command = {
  name: "status",
  about: "where claims are on their way to the ledger",
  takes: "[CLAIM…]",
  least: 0,
  most: Number.MAX_SAFE_INTEGER,
  asks: true,
  options: {
    last: { value: "N", about: "without CLAIM: so many of those that were submitted from here last (20)" },
    wait: { about: "waits until all of them have come to their end" },
    timeout: { value: "SECONDS", about: "how long to wait for all together (120)" },
  },
  more: [
    "CLAIM is a claim's id, or the beginning of one that was submitted from here. What is shown is what the service says; " +
      "`policyledger verify CLAIM` checks it.",
    "Exits with 1 if a claim is INVALID, with 3 if the service does not know one or gave it up, and with 4 if --wait was in vain.",
  ],
  examples: [
    ["policyledger status", "what was submitted from here last"],
    ["policyledger status --wait --timeout 600", "waits for all of it"],
    ["policyledger status c4f9986d2ff7", "one claim in full"],
  ],
  run: async (call) => {
    const { given, terminal, signal } = call;
    const timeout = given.number("timeout", { min: 0, max: MAX_TIMEOUT_S }) ?? 120;
    const client = call.client();
    const asked = claimsAsked(call, client.endpoint);
    const rows = await look(call, client, asked);
    const open = rows.filter(({ job }) => job !== null && !isFinal(job));
    if (given.is("wait") && open.length > 0 && !signal.aborted) {
      const ids = open.map(({ claim_id }) => claim_id);
      const waited = await waitForClaims(ids, { client, terminal, signal, timeout });
      for (const row of open) {
        const { job, error } = waited.get(row.claim_id)!;
        Object.assign(row, { job: job ?? row.job, error });
      }
    }
    const { endpoint } = client;
    call.report({ endpoint, claims: rows.map((row) => rowJson(row, endpoint)) }, () =>
      statusText(rows, { terminal, endpoint }),
    );
    return signal.aborted ? EXIT.interrupted : exitOfRows(rows, given.is("wait"));
  },
};

function claimsAsked({ args, given, home }: Call, endpoint: string): Asked[] {
  const remembered = rememberedIn(home, endpoint);
  if (args.length === 0) {
    const last = given.integer("last", { min: 1, max: 1_000 }) ?? 20;
    if (remembered.length > 0) return remembered.slice(-last);
    throw usage(
      `nothing was submitted to ${foreign(endpoint)} from here`,
      "`policyledger submit FILE`, or name a claim's id",
    );
  }
  return args.map((arg) => idMeant(arg, remembered));
}

const AT_ONCE = 8;

async function look({ terminal, signal }: Call, client: Client, asked: readonly Asked[]): Promise<Row[]> {
  const rows: Row[] = asked.map((one) => ({ ...one, job: null, error: null }));
  const bar = progress(terminal, { label: "asking", total: rows.length, unit: "claims" });
  let next = 0;
  let done = 0;
  const one = async () => {
    while (next < rows.length) {
      const row = rows[next++]!;
      try {
        Object.assign(row, { job: await client.claim(row.claim_id, { signal }) });
      } catch (error) {
        // A service that cannot be reached is not asked for the rest.
        if (!(error instanceof ClientError) || error.code === "unreachable") throw error;
        Object.assign(row, { error });
      }
      bar.set(++done);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, one));
    return rows;
  } finally {
    bar.end();
  }
}

function rowJson({ claim_id, file, job, error }: Row, endpoint: string): object {
  return {
    claim_id,
    ...(file !== null && { file }),
    state: job?.state ?? "UNKNOWN",
    ...(job?.index !== undefined && { index: job.index, entry_url: entryUrl(endpoint, job.index) }),
    ...(job !== null && { job }),
    ...(error !== null && { error: { code: error.code, message: error.message, problem: error.problem } }),
  };
}

function exitOfRows(rows: readonly Row[], waited: boolean): number {
  const exits = rows.map(({ job, error }) => {
    if (error !== null) return exitOf(error);
    if (job?.state === "INVALID") return EXIT.broken;
    if (job?.state === "FAILED") return EXIT.service;
    return waited && !isFinal(job) ? EXIT.waiting : EXIT.ok;
  });
  return [EXIT.broken, EXIT.service, EXIT.waiting].find((exit) => exits.includes(exit)) ?? EXIT.ok;
}
