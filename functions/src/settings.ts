// What can be set when the service is deployed, as one instance sees it.
import type { FairLimits } from "./limits/fair-limit.ts";

export interface Settings {
  /** By class of request, for each address and for all together, of one instance. */
  readonly limits: Readonly<Record<"read" | "submit" | "compute", FairLimits>>;
  /** Claims of one key, counted once its signature holds. */
  readonly claimsOfKey: FairLimits;
  /** CIDR ranges of the proxies in front of us, whose word on the caller's address is taken. */
  readonly trustedProxies: string;
  /** Verifier keys of witnesses, with spaces between them, or "any". */
  readonly witnesses: string;
  /** How long an event stream is kept open before its reader has to come again. */
  readonly streamSeconds: number;
  /** Streams that one instance keeps open. */
  readonly maxStreams: number;
  /** Where streams are not buffered on their way; null where that is this very address. */
  readonly streamsUrl: string | null;
  readonly version: string;
}

/** What one instance lets through. A deployment has at most maxInstances times as much; docs/scale.md has the sums. */
export function usualSettings(factor = 1): Settings {
  const limit = (rate: number, burst: number, overallRate: number, overallBurst: number): FairLimits => ({
    perCaller: { rate: rate * factor, burst: burst * factor },
    overall: { rate: overallRate * factor, burst: overallBurst * factor },
    maxCallers: MAX_CALLERS,
  });
  return {
    limits: {
      read: limit(50, 200, 1_000, 2_000),
      submit: limit(20, 200, 200, 1_000),
      compute: limit(5, 20, 50, 100),
    },
    claimsOfKey: limit(10, 200, 200, 1_000),
    trustedProxies: "",
    witnesses: "",
    streamSeconds: 50,
    maxStreams: 50,
    streamsUrl: null,
    version: "0.1.0",
  };
}

const MAX_CALLERS = 50_000;
