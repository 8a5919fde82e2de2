// The client: one call for each thing that the API offers, typed by the schemas that the service answers with. Answers
// are read with the same schemas, and what can be checked by a hash alone is checked: entries, artifacts, claim ids.
import { type Hasher, portableHasher } from "@policyledger/core";
import * as api from "@policyledger/core/api";
import { type CallOptions, makeCalls } from "./calls.ts";
import { claimCalls } from "./claims.ts";
import { ledgerCalls } from "./ledger.ts";
import { policyCalls } from "./policies.ts";
import { trainingCalls } from "./trainings.ts";
import { makeTransport, type TransportOptions } from "./transport.ts";

export interface ClientOptions extends TransportOptions {
  /** Node's own SHA-256 is several times faster than the portable one. */
  readonly hasher?: Hasher;
}

export type Client = ReturnType<typeof createClient>;

export function createClient(endpoint: string, options: ClientOptions = {}) {
  const transport = makeTransport(endpoint, options);
  const calls = makeCalls(transport, options.hasher ?? portableHasher, streamsUrl);
  const health = (options?: CallOptions): Promise<api.Health> => calls.get("/health", api.health, options);

  let streams: string | null = null;
  async function streamsUrl(): Promise<string> {
    streams ??= (await health()).streams ?? transport.base;
    return streams.replace(/\/+$/, "");
  }

  return {
    /** The service's address, without the path of its API. */
    endpoint: transport.base,
    health,
    ...claimCalls(calls),
    ...ledgerCalls(calls),
    ...policyCalls(calls),
    ...trainingCalls(calls),
  };
}
