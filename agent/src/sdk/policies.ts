// Calls for whoever looks for a policy: the boards, the best one, and artifacts, which have the hash that was asked for.
import type { Sealed } from "@policyledger/core";
import * as api from "@policyledger/core/api";
import { API, type CallOptions, type Calls, hash, search } from "./calls.ts";
import { sealedOf } from "./entries.ts";
import { ClientError } from "./error.ts";

export interface BestPolicy extends Omit<api.Best, "entry"> {
  readonly entry: Sealed;
}

const MAX_ARTIFACT_BYTES = 262_144;
/** The service ends an answer when it has come to half of this. */
const MAX_POLICIES_BYTES = 16_777_216;
const MOST_AT_ONCE = 50;

export function policyCalls({ transport, hasher, get }: Calls) {
  /** An artifact's canonical JSON, which has the hash that was asked for. */
  async function policy(policyHash: string, { signal }: CallOptions = {}): Promise<string> {
    const path = `${API}/policies/${hash(policyHash)}`;
    const text = await transport.text({ path, signal, maxBytes: MAX_ARTIFACT_BYTES });
    const found = hasher.sha256(text);
    if (found === policyHash) return text;
    throw new ClientError(
      "false_answer",
      `The service answers for policy ${policyHash} with an artifact that hashes to ${found}`,
    );
  }

  /** Many artifacts in few requests, as the service has them; `missing` are those that it does not give. */
  async function policies(
    policyHashes: readonly string[],
    { signal }: CallOptions = {},
  ): Promise<{ readonly found: ReadonlyMap<string, string>; readonly missing: readonly string[] }> {
    const found = new Map<string, string>();
    const missing: string[] = [];
    const left = [...new Set(policyHashes.map(hash))];
    while (left.length > 0) {
      const asked = left.slice(0, MOST_AT_ONCE);
      const path = `${API}/policies?hashes=${asked.join(",")}`;
      const text = await transport.text({ path, signal, maxBytes: MAX_POLICIES_BYTES });
      const lines = text === "" ? [] : text.trimEnd().split("\n");
      let answered = 0;
      for (const line of lines) {
        const is = hasher.sha256(line);
        const at = asked.indexOf(is, answered);
        if (at < 0) {
          throw new ClientError(
            "false_answer",
            `Asked for ${asked.length} policies, the service gives one that hashes to ${is}`,
          );
        }
        missing.push(...asked.slice(answered, at));
        answered = at + 1;
        found.set(is, line);
      }
      // An answer may end early, for its size, but not before the first that there is.
      if (answered === 0) {
        missing.push(...asked);
        answered = asked.length;
      }
      left.splice(0, answered);
    }
    return { found, missing };
  }

  async function best(query: api.BoardQuery = {}, options?: CallOptions): Promise<BestPolicy> {
    const found = await get(`/marketplace/best${search(query)}`, api.best, options);
    return { ...found, entry: sealedOf(hasher, found.entry) };
  }

  return {
    environments: (options?: CallOptions): Promise<api.Environments> =>
      get("/environments", api.environments, options),
    leaderboard: (query: api.MarketplaceQuery = {}, options?: CallOptions): Promise<api.Marketplace> =>
      get(`/marketplace${search(query)}`, api.marketplace, options),
    best,
    policy,
    policies,
  };
}
