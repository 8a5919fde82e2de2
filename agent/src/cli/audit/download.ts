// Downloads entries and their policies: several pages at once, handed on in order, and never more of them held than that.
import { PolicyLedgerError, readArtifact, type Sealed } from "@policyledger/core";
import { type Client, ClientError, type EntryPage } from "../../sdk/index.ts";

export interface Batch {
  readonly entries: readonly Sealed[];
  /** Artifacts that these entries name, and none before them. */
  readonly policies: readonly string[];
  /** Hashes of those that the service does not give, with the entry that names each. */
  readonly missing: readonly { readonly hash: string; readonly index: number }[];
}

export interface DownloadOptions {
  readonly from: number;
  /** Behind the last one. */
  readonly to: number;
  readonly signal: AbortSignal;
  /** Says of a policy whether it has to be fetched, and is told each only once; null fetches none. */
  readonly isNew: ((hash: string) => boolean) | null;
}

const PAGE = 500;
const AT_ONCE = 4;

export async function* download(
  client: Client,
  { from, to, signal, isNew }: DownloadOptions,
): AsyncGenerator<Batch, void, undefined> {
  // Whoever needs no more does not wait for pages that are on their way.
  const enough = new AbortController();
  try {
    yield* pagesOf(client, { from, to, signal: AbortSignal.any([signal, enough.signal]), isNew });
  } finally {
    enough.abort();
  }
}

async function* pagesOf(
  client: Client,
  { from, to, signal, isNew }: DownloadOptions,
): AsyncGenerator<Batch, void, undefined> {
  const pages: Promise<EntryPage>[] = [];
  let next = from;
  const fill = () => {
    for (; next < to && pages.length < AT_ONCE; next += PAGE) {
      const page = client.page({ order: "oldest", from: next, limit: Math.min(PAGE, to - next) }, { signal });
      // Its failure is met when its turn comes.
      page.catch(() => {});
      pages.push(page);
    }
  };
  fill();
  for (let at = from; at < to; ) {
    const { entries } = await pages.shift()!;
    fill();
    const wanted = Math.min(PAGE, to - at);
    if (entries.length > wanted) {
      throw new ClientError(
        "false_answer",
        `Asked for ${wanted} entries from entry ${at} on, the service gives ${entries.length}`,
      );
    }
    if (entries.length === 0) return;
    const policies = isNew === null ? NONE : await policiesOf(client, entries, isNew, signal);
    yield { entries, ...policies };
    // A page that is short ends the ledger, whatever its size was said to be: the chain's end tells.
    if (entries.length < wanted) return;
    at += wanted;
  }
}

const NONE = { policies: [], missing: [] } as const;

export async function policiesOf(
  client: Client,
  entries: readonly Sealed[],
  isNew: (hash: string) => boolean,
  signal: AbortSignal,
): Promise<Omit<Batch, "entries">> {
  const named = new Map<string, number>();
  for (const { entry } of entries) {
    if (entry.kind === "policy" && isNew(entry.policy_hash)) named.set(entry.policy_hash, entry.index);
  }
  if (named.size === 0) return NONE;
  const { found, missing } = await client.policies([...named.keys()], { signal });
  for (const [hash, text] of found) requireArtifact(hash, text, named.get(hash)!);
  const inOrder = [...named.keys()].flatMap((hash) => found.get(hash) ?? []);
  return { policies: inOrder, missing: missing.map((hash) => ({ hash, index: named.get(hash)! })) };
}

/** Anything has a hash that an entry can name. */
function requireArtifact(hash: string, text: string, index: number): void {
  try {
    readArtifact(text);
  } catch (cause) {
    if (!(cause instanceof PolicyLedgerError)) throw cause;
    const message = `Entry ${index} names policy ${hash}, and what the service gives is no artifact: ${cause.message}`;
    throw new ClientError("false_answer", message, { cause });
  }
}
