// The entries of one bundle, from the two places that serve them: as bytes of the log and as JSON of the ledger. Where
// they differ, the tile beside the bundle decides which of them the log has committed to.
import {
  formatBundlePath,
  leafHashOf,
  PolicyLedgerError,
  parseBundle,
  type Sealed,
  TILE_WIDTH,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { FetchedBundle, LogClient } from "../../log/index.ts";
import { ClientError } from "../../sdk/index.ts";
import { PASSING } from "../../sdk/transport.ts";
import type { ServiceClient } from "../service.ts";
import type { Difference } from "./derive.ts";

export interface Entries {
  /** The leaf hashes, of all entries of the bundle; fewer where neither place has one. */
  readonly leaves: readonly string[];
  /** The same entries as texts. */
  readonly texts: readonly string[];
  readonly differences: readonly Difference[];
}

interface From {
  readonly client: ServiceClient;
  readonly log: LogClient;
  readonly signal: AbortSignal;
}

/** The page of the JSON API that holds what a bundle holds; a failure of it is a difference, found later. */
export function pageOf(
  { client, signal }: From,
  first: number,
  width: number,
): Promise<readonly Sealed[] | ClientError> {
  return client
    .page({ order: "oldest", from: first, limit: width }, { signal })
    .then(({ entries }) => entries)
    .catch((error: unknown) => {
      // What cannot be reached, or is too busy, is no finding.
      if (!(error instanceof ClientError) || error.code === "unreachable" || signal.aborted) throw error;
      if (PASSING.has(error.status)) throw error;
      return error;
    });
}

export async function entriesOf(
  from: From,
  { bundle, bytes }: FetchedBundle,
  page: readonly Sealed[] | ClientError,
): Promise<Entries> {
  const first = TILE_WIDTH * bundle.index;
  const path = formatBundlePath(bundle);
  const differences: Difference[] = [];
  const parsed = bundleEntries(bytes, bundle.width);
  if (typeof parsed === "string") differences.push({ where: path, index: first, message: parsed });
  if (page instanceof ClientError) {
    differences.push({ where: `/api/v1/ledger from ${first}`, index: first, message: page.message });
  }
  const leaves: string[] = [];
  const texts: string[] = [];
  let committed: Promise<Uint8Array | null> | null = null;
  for (let i = 0; i < bundle.width; i++) {
    const index = first + i;
    const inLog = typeof parsed === "string" ? undefined : parsed[i];
    const inLedger = page instanceof ClientError || page[i] === undefined ? undefined : utf8(page[i].text);
    if (inLog === undefined || inLedger === undefined || !isSame(inLog, inLedger)) {
      if (inLog !== undefined && !(page instanceof ClientError)) {
        differences.push(differenceOf(index, path, inLog, inLedger));
      }
      committed ??= from.log.wire.tile({ level: 0, ...bundle }, { signal: from.signal });
    }
    const entry = committed === null ? inLog : chosen(inLog, inLedger, hashIn(await committed, i));
    if (entry === undefined) return { leaves, texts, differences };
    leaves.push(leafHashOf(nodeHost, entry));
    texts.push(new TextDecoder().decode(entry));
  }
  return { leaves, texts, differences };
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** The entries, or what is wrong with the bundle. */
function bundleEntries(bytes: Uint8Array | null, width: number): readonly Uint8Array[] | string {
  if (bytes === null) return "it is not served";
  try {
    return parseBundle(bytes, width);
  } catch (error) {
    if (error instanceof PolicyLedgerError) return error.message;
    throw error;
  }
}

function chosen(
  inLog: Uint8Array | undefined,
  inLedger: Uint8Array | undefined,
  committed: string | null,
): Uint8Array | undefined {
  const fits = (entry: Uint8Array | undefined) =>
    entry !== undefined && leafHashOf(nodeHost, entry) === committed;
  return fits(inLedger) && !fits(inLog) ? inLedger : (inLog ?? inLedger);
}

function hashIn(tile: Uint8Array | null, i: number): string | null {
  return tile === null ? null : Buffer.from(tile.subarray(32 * i, 32 * (i + 1))).toString("hex");
}

function differenceOf(
  index: number,
  path: string,
  inLog: Uint8Array,
  inLedger: Uint8Array | undefined,
): Difference {
  if (inLedger === undefined) {
    return {
      where: `/api/v1/ledger/${index}`,
      index,
      message: `there is no such entry, and ${path} has one`,
    };
  }
  const [is, other] = [leafHashOf(nodeHost, inLog), leafHashOf(nodeHost, inLedger)];
  const message = `entry ${index} hashes to ${is}, and as /api/v1/ledger/${index} it hashes to ${other}`;
  return { where: path, index, message };
}
