// What this home has submitted to a ledger, newest last: so that `status` needs no ids. A convenience: two that write at
// once may lose a line of each other's, and the ids can be made again from the claim files.
import { basename, join } from "node:path";
import { type Home, readJson, replaceFile } from "../home.ts";

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

function fileIn(home: Home, endpoint: string): string {
  return join(home.ledgerFolder(endpoint), "submitted.json");
}

function isRemembered(value: unknown): value is Remembered {
  const { claim_id, file, at } = (value ?? {}) as Partial<Record<keyof Remembered, unknown>>;
  return /^[0-9a-f]{64}$/.test(String(claim_id)) && typeof file === "string" && typeof at === "string";
}
