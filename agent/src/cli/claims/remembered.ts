// What this home has submitted to a ledger, newest last: so that `status` needs no ids. A convenience: two that write at
// once may lose a line of each other's, and the ids can be made again from the claim files.
import { basename, join } from "node:path";
import { usage } from "../exit.ts";
import { type Home, readJson, replaceFile } from "../home.ts";
import { foreign } from "../terminal.ts";

export interface Remembered {
  readonly claim_id: string;
  /** The name of its file, without the way to it. */
  readonly file: string;
  readonly at: string;
}

const MOST = 1_000;

export function rememberedIn(home: Home, endpoint: string): readonly Remembered[] {
  const kept = readJson(fileIn(home, endpoint)) as { claims?: unknown } | null;
  return Array.isArray(kept?.claims) ? kept.claims.filter(isRemembered) : [];
}

export function remember(home: Home, endpoint: string, claims: readonly Remembered[]): void {
  if (claims.length === 0) return;
  const again = new Set(claims.map(({ claim_id }) => claim_id));
  const before = rememberedIn(home, endpoint).filter(({ claim_id }) => !again.has(claim_id));
  const kept = [...before, ...claims.map((claim) => ({ ...claim, file: basename(claim.file) }))].slice(-MOST);
  replaceFile(fileIn(home, endpoint), `${JSON.stringify({ v: 1, claims: kept }, null, 1)}\n`);
}

export interface Asked {
  readonly claim_id: string;
  readonly file: string | null;
}

/** A claim's id, or the beginning of one that is remembered. */
export function idMeant(given: string, remembered: readonly Remembered[]): Asked {
  const known = remembered.filter(({ claim_id }) => claim_id.startsWith(given));
  if (/^[0-9a-f]{64}$/.test(given)) return { claim_id: given, file: known[0]?.file ?? null };
  if (known.length === 1) return known[0]!;
  const why = known.length === 0 ? "nor the beginning of one" : `and ${known.length} begin so`;
  throw usage(
    `${foreign(given, 80)} is no claim's id of 64 hex digits, ${why} that was submitted from here`,
    "`policyledger status --json` lists those in full",
  );
}

function fileIn(home: Home, endpoint: string): string {
  return join(home.ledgerFolder(endpoint), "submitted.json");
}

function isRemembered(value: unknown): value is Remembered {
  const { claim_id, file, at } = (value ?? {}) as Partial<Record<keyof Remembered, unknown>>;
  return /^[0-9a-f]{64}$/.test(String(claim_id)) && typeof file === "string" && typeof at === "string";
}
