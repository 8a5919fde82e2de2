// Downloads entries and their policies: several pages at once, handed on in order, and never more of them held than that.
import type { Sealed } from "@policyledger/core";
import { planIn, subjectFault, subjectOf } from "../../check/index.ts";
import { ClientError, type EntryPage } from "../../sdk/index.ts";
import type { ServiceClient } from "../service.ts";

export interface Batch {
  readonly entries: readonly Sealed[];
  /** Artifacts, and documents of plans, that these entries name, and none before them. */
  readonly policies: readonly string[];
  /** Keys of those that the service does not give, with the entry that names each. */
  readonly missing: readonly { readonly key: string; readonly index: number }[];
}

export interface DownloadOptions {
  readonly from: number;
  /** Behind the last one. */
  readonly to: number;
  readonly signal: AbortSignal;
  /** Says of a policy whether it has to be fetched, and is told each only once; null fetches none. */
  readonly isNew: ((key: string) => boolean) | null;
}

const PAGE = 500;
const AT_ONCE = 4;

export async function* download(
  client: ServiceClient,
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
  client: ServiceClient,
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
  client: ServiceClient,
  entries: readonly Sealed[],
  isNew: (key: string) => boolean,
  signal: AbortSignal,
): Promise<Omit<Batch, "entries">> {
  const named = new Map<string, number>();
  for (const { entry } of entries) {
    const key = subjectOf(entry);
    if (isNew(key)) named.set(key, entry.index);
  }
  if (named.size === 0) return NONE;
  const keys = [...named.keys()];
  const texts = await textsOf(client, keys, signal);
  for (const [key, text] of texts) {
    const fault = subjectFault(key, text);
    if (fault === null) continue;
    const message = `Entry ${named.get(key)!} names policy ${key}, and what the service gives is no artifact: ${fault}`;
    throw new ClientError("false_answer", message);
  }
  return {
    policies: keys.flatMap((key) => texts.get(key) ?? []),
    missing: keys.filter((key) => !texts.has(key)).map((key) => ({ key, index: named.get(key)! })),
  };
}

/** Artifacts and documents by their keys, as far as the service gives them. */
export async function textsOf(
  client: ServiceClient,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { found } = await client.policies(
    keys.filter((key) => planIn(key) === null),
    { signal },
  );
  const texts = new Map(found);
  for (const key of keys) {
    const plan = planIn(key);
    const text = plan === null ? null : await planOrNull(client, plan, signal);
    if (text !== null) texts.set(key, text);
  }
  return texts;
}

async function planOrNull(client: ServiceClient, hash: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await client.plan(hash, { signal })).text;
  } catch (error) {
    if (error instanceof ClientError && error.problem?.status === 404) return null;
    throw error;
  }
}
