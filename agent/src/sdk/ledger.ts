// Calls of the ledger: pages, single entries, all of them in order, and how far the service has audited itself.
import type { Sealed } from "@policyledger/core";
import * as api from "@policyledger/core/api";
import { type CallOptions, type Calls, natural, search } from "./calls.ts";
import { sealedOf } from "./entries.ts";
import { ClientError } from "./error.ts";

/** A page of entries, each of one piece with its hash. */
export interface EntryPage extends Omit<api.LedgerPage, "entries"> {
  readonly entries: readonly Sealed[];
}

const LONGEST_PAGE = 500;
/** 500 entries of at most 65,535 bytes. */
const MAX_PAGE_BYTES = 33_554_432;

export function ledgerCalls({ hasher, get }: Calls) {
  /** A page as the service gives it: for whoever shows where one does not hold. Nothing in it was checked. */
  const listed = (query: api.LedgerQuery = {}, options?: CallOptions): Promise<api.LedgerPage> =>
    get(`/ledger${search(query)}`, api.ledgerPage, { ...options, maxBytes: MAX_PAGE_BYTES });

  const page = async (query: api.LedgerQuery = {}, options?: CallOptions): Promise<EntryPage> => {
    const found = await listed(query, options);
    return { ...found, entries: found.entries.map((entry) => sealedOf(hasher, entry)) };
  };

  async function entry(index: number, options?: CallOptions): Promise<Sealed> {
    const sealed = sealedOf(hasher, await get(`/ledger/${natural(index)}`, api.entry, options));
    if (sealed.entry.index === index) return sealed;
    throw new ClientError(
      "false_answer",
      `Asked for entry ${index}, the service answers with entry ${sealed.entry.index}`,
    );
  }

  /** All entries from one on, page by page; newest first goes back to the first. */
  async function* entries(
    { order = "oldest", from, limit = LONGEST_PAGE }: api.LedgerQuery = {},
    options: CallOptions = {},
  ): AsyncGenerator<Sealed, void, undefined> {
    const step = order === "oldest" ? 1 : -1;
    let next = from ?? (order === "oldest" ? 0 : undefined);
    for (;;) {
      const found = await page({ order, limit, ...(next !== undefined && { from: next }) }, options);
      for (const sealed of found.entries) {
        if (next !== undefined && sealed.entry.index !== next) {
          throw new ClientError(
            "false_answer",
            `Where entry ${next} belongs, the service lists entry ${sealed.entry.index}`,
          );
        }
        next = sealed.entry.index + step;
        yield sealed;
      }
      if (found.next === null || found.entries.length === 0) return;
    }
  }

  return {
    head: (options?: CallOptions): Promise<api.LedgerHead> => get("/ledger/head", api.ledgerHead, options),
    integrity: (options?: CallOptions): Promise<api.Integrity> =>
      get("/ledger/integrity", api.integrity, options),
    listed,
    page,
    entry,
    entries,
  };
}
