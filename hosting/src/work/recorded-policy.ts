// The policy of a recorded entry: fetched by its hash, and held to the entry before it runs.
import { createClient } from "@policyledger/agent";
import { type PolicyEntry as Entry, portableHost, type Reusable, reusePolicy } from "@policyledger/core";
import { takenApart } from "../entry-text.ts";
import { PATIENCE } from "../patience.ts";
import type { PolicyEntry } from "./tasks.ts";

interface Recorded {
  /** The artifact's canonical JSON, which has the recorded hash. */
  readonly artifact: string;
  /** Throws what the core refuses: a policy that does not earn what its entry says, above all. */
  reuse(): Reusable;
}

export async function recordedPolicy(
  { origin, entry }: { readonly origin: string; readonly entry: PolicyEntry },
  signal: AbortSignal,
): Promise<Recorded> {
  const artifact = await createClient(origin, PATIENCE).policy(entry.policy_hash, { signal });
  return { artifact, reuse: () => reusePolicy(portableHost, takenApart(entry).entry as Entry, artifact) };
}
