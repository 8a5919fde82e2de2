// A log for its client to be tried on without a port: requests are answered by functions.
import type { Quorum } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { type LogClient, type Memory, openLog } from "../../agent/src/log/index.ts";
import type { Tamper } from "./world.ts";

const ENDPOINT = "http://log.test";

export type Fetch = (request: Request) => Promise<Response>;

/** Answers as a service would that is all lies. */
export function fetchOf(tamper: Tamper): Fetch {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const made = tamper(pathname + search, "");
    const { status, text } = typeof made === "string" ? { status: 404, text: made } : made;
    return new Response(text as string, { status });
  };
}

export interface LookingAt {
  readonly memory?: Memory;
  readonly keys?: readonly string[];
  readonly quorum?: Quorum;
}

/** Asks once, and waits for nothing. */
export function clientOf(fetch: Fetch, more: LookingAt = {}): LogClient {
  return openLog(ENDPOINT, { host: nodeHost, fetch, retries: 0, maxPause: 5, ...more });
}
