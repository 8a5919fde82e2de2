// What every golden case is made of: a name, and a value that must come out the same in every engine.
import { type Host, type Json, PolicyLedgerError } from "@policyledger/core";

export interface GoldenCase {
  readonly name: string;
  /** Computes the value; hashes and signatures through the host, which must make no difference. */
  value(host: Host): Json;
}

/** Small, ordinary and largest seeds, on both sides of 2^32. */
export const SEEDS: readonly number[] = [0, 1, 20_261_120, 4_294_967_296, Number.MAX_SAFE_INTEGER];

const SYNTAX = "Cannot parse JSON: ";
const UTF8 = `${SYNTAX}the bytes are not valid UTF-8`;

/** What is answered to an input: the value, or the error. An error that is not ours is a bug and passes through. */
export function answer(run: () => Json | undefined): Json {
  try {
    return { accepted: run() ?? null };
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    const { code, faults } = error;
    return {
      code,
      message: withoutEngine(error.message),
      faults: faults.map(({ path, message }) => ({ path, message })),
    };
  }
}

/** Engines word JSON's syntax errors as they like, and the core quotes them: that much of a message is no format. */
export function withoutEngine(message: string): string {
  const at = message.indexOf(SYNTAX);
  return at < 0 || message.startsWith(UTF8, at) ? message : message.slice(0, at + SYNTAX.length);
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}
