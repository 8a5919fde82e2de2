// What a client remembers of logs: of each the last checkpoint that it saw, with the keys that signed it; and which
// log an address showed. Where it is kept is for the caller to say.
import { formatNote, formatVerifierKey, type OpenedCheckpoint } from "@policyledger/core";

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

/** The log's keys that signed it: of those that are announced too, on the word of the others. Witnesses are left out. */
export function rememberedOf({ origin, note, signed }: OpenedCheckpoint): Remembered {
  const keys = signed.map(({ key }) => key).filter(({ type, name }) => type === "log" && name === origin);
  const own = new Set(keys.map(({ name, id }) => `${name}+${id}`));
  const signatures = note.signatures.filter(({ name, id }) => own.has(`${name}+${id}`));
  return {
    origin,
    keys: keys.map(formatVerifierKey),
    checkpoint: formatNote({ text: note.text, signatures }),
  };
}

/** Whether there is nothing to be written that is not there. */
export function isSame(before: Remembered | null, after: Remembered): boolean {
  const text = (one: Remembered) => one.checkpoint.slice(0, one.checkpoint.indexOf("\n\n"));
  return before !== null && text(before) === text(after) && before.keys.join() === after.keys.join();
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
