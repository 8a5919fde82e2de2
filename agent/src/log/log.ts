// The client of a log: nothing that it gives was not checked against a checkpoint that was accepted, and that continues
// what is remembered.
import {
  formatProofFile,
  type Host,
  type Link,
  parseVerifierKey,
  portableHost,
  type Quorum,
  type Sealed,
  type VerifierKey,
} from "@policyledger/core";
import type { CallOptions } from "../sdk/calls.ts";
import { ClientError } from "../sdk/error.ts";
import { makeTransport, sleep, type TransportOptions } from "../sdk/transport.ts";
import { look, type View } from "./look.ts";
import { type Memory, memoryOfProcess } from "./memory.ts";
import { fetchInclusion, fetchLink, requireConsistent, type Signed as Tree } from "./proofs.ts";
import { makeWire, type Wire } from "./wire.ts";

export interface LogOptions extends TransportOptions {
  /** Node's own is several times faster than the portable one. */
  readonly host?: Host;
  /** Verifier keys of the log, which are then the only ones that count; otherwise the first seen is taken on trust. */
  readonly keys?: readonly string[];
  /** How many of which witnesses must have cosigned before anything is accepted. */
  readonly quorum?: Quorum | null;
  /** What earlier looks saw; without it, only this program's count. */
  readonly memory?: Memory;
}

/** That an entry stands in the log, and under which checkpoint. */
export interface ProvenEntry {
  readonly index: number;
  readonly view: View;
  /** The hashes from the entry to the root. */
  readonly path: readonly string[];
  /** All of it as a `.tlog-proof`, which can be checked offline. */
  readonly file: string;
}

export interface LogClient {
  readonly wire: Wire;
  readonly host: Host;
  /** The checkpoint that counts now. */
  checkpoint(options?: CallOptions): Promise<View>;
  /** Proves an entry under a checkpoint; under the one that counts now, if none is given. */
  prove(entry: Sealed, options?: CallOptions & { readonly view?: View }): Promise<ProvenEntry>;
  /** The same as soon as a checkpoint covers it, for at most so many milliseconds. */
  proveSoon(entry: Sealed, options: CallOptions & { readonly timeout: number }): Promise<ProvenEntry>;
  /** The path by which the first entries are the beginning of those of a checkpoint. */
  consistency(from: Tree, to: Tree, options?: CallOptions): Promise<readonly string[]>;
  /** What the service gives to show the same; it need not hold. */
  link(from: Tree, to: Tree, options?: CallOptions): Promise<Link>;
}

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;
const NO_LOG_MS = 2_000;

export function openLog(endpoint: string, options: LogOptions = {}): LogClient {
  const { host = portableHost, keys = [], quorum = null, memory = memoryOfProcess() } = options;
  const pinned: readonly VerifierKey[] = keys.map((text) => pinnedKey(host, text));
  const wire = makeWire(makeTransport(endpoint, options));
  const { maxPause = MAX_PAUSE_MS } = options;
  const checkpoint = (call?: CallOptions) => look({ wire, host, memory, pinned, quorum, maxPause }, call);

  async function prove(
    { entry: { index }, current_hash: hash }: Sealed,
    { view: given, ...call }: CallOptions & { readonly view?: View } = {},
  ): Promise<ProvenEntry> {
    const view = given ?? (await checkpoint(call));
    if (index >= view.size) {
      const message = `Entry ${index} is not covered yet: the checkpoint is of ${view.size} entries`;
      throw new ClientError("not_in_time", message);
    }
    const path = await fetchInclusion(host, wire, view, { index, hash }, call);
    return { index, view, path, file: formatProofFile({ index, path, checkpoint: view.text }) };
  }

  return {
    wire,
    host,
    checkpoint,
    prove,
    proveSoon: async (entry, { timeout, ...call }) => {
      const started = performance.now();
      for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
        try {
          return await prove(entry, call);
        } catch (error) {
          const left = started + Math.min(timeout, patienceWith(error)) - performance.now();
          if (left < pause) throw error;
        }
        await sleep(pause, call.signal);
      }
    },
    consistency: (from, to, call) => requireConsistent(host, wire, from, to, call),
    link: (from, to, call) => fetchLink(host, wire, from, to, call),
  };
}

/** What may come yet; a service that has never signed may do so behind its first entry, or never. */
function patienceWith(error: unknown): number {
  if (!(error instanceof ClientError)) return 0;
  if (error.code === "no_log") return NO_LOG_MS;
  return error.code === "not_in_time" || error.code === "no_quorum" ? Number.POSITIVE_INFINITY : 0;
}

function pinnedKey(host: Host, text: string): VerifierKey {
  const key = parseVerifierKey(host, text);
  if (key.type === "log") return key;
  throw new ClientError("invalid_argument", `${text} is the key of a witness: wanted that of a log`);
}
