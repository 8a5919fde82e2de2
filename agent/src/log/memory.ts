// What a client remembers of logs: of each the last checkpoint that it saw, with the keys that signed it; and which
// log an address showed. Where it is kept is for the caller to say.

/** Of one log. */
export interface Remembered {
  readonly origin: string;
  /** Verifier keys, each of which has signed the checkpoint. */
  readonly keys: readonly string[];
  /** A note, as it was shown. */
  readonly checkpoint: string;
}

/**
 * It MUST be of one client alone, or of several that trust each other. `replace` MUST be one step, and durable before it
 * resolves: two who look at once may otherwise take a memory back, and a fork between them would stay unseen.
 */
export interface Memory {
  /** The origin of the log that was seen at this address; null when there was none. */
  originAt(endpoint: string): Promise<string | null>;
  recall(origin: string): Promise<Remembered | null>;
  /** False, and nothing is changed, when what is remembered is not `before` any more. */
  replace(endpoint: string, before: Remembered | null, after: Remembered): Promise<boolean>;
}

/** For as long as the program runs. */
export function memoryOfProcess(): Memory {
  const origins = new Map<string, string>();
  const logs = new Map<string, Remembered>();
  return {
    originAt: async (endpoint) => origins.get(endpoint) ?? null,
    recall: async (origin) => logs.get(origin) ?? null,
    replace: async (endpoint, before, after) => {
      if ((logs.get(after.origin) ?? null) !== before) return false;
      logs.set(after.origin, after);
      origins.set(endpoint, after.origin);
      return true;
    },
  };
}
