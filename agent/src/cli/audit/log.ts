// What an audit asks of the log: a checkpoint, whose root must be that of all entries that are read.
import {
  checkQuorum,
  formatNote,
  formatVerifierKey,
  keysOfQuorum,
  type OpenedCheckpoint,
  openCheckpoint,
  PolicyLedgerError,
  type Quorum,
  type VerifierKey,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { LogClient } from "../../log/index.ts";
import { CliError, EXIT } from "../exit.ts";
import { cosignedText, type Said, viewJson, viewOrNull, viewSaid } from "../log/text.ts";
import { rootFault } from "../log/whole-tree.ts";

/** A checkpoint that was accepted, and how it is told of. */
export interface Covering extends Pick<OpenedCheckpoint, "origin" | "size" | "root"> {
  /** The checkpoint's note. */
  readonly note: string;
  readonly said: readonly Said[];
  readonly json: object;
}

export interface LogResult {
  readonly covering: Covering;
  /** Why the entries are not those of the log; null when they are. */
  readonly fault: string | null;
}

/** Null where the service publishes none, and never did. */
export async function coveringOf(log: LogClient, signal: AbortSignal): Promise<Covering | null> {
  const view = await viewOrNull(log, signal);
  if (view === null) return null;
  const { origin, size, root, text } = view;
  return { origin, size, root, note: text, said: viewSaid(view), json: viewJson(view) };
}

/** That of a file, under keys that are told. */
export function coveringIn(note: Uint8Array, keys: readonly VerifierKey[], quorum: Quorum | null): Covering {
  try {
    const all = [...keys, ...(quorum === null ? [] : keysOfQuorum(quorum))];
    const { origin, size, root, signed, note: opened } = openCheckpoint(nodeHost, note, all);
    if (quorum !== null) checkQuorum(quorum, signed);
    const [own, cosigned] = (["log", "witness"] as const).map((type) =>
      signed.filter(({ key }) => key.type === type),
    );
    const said: Said[] = [
      [true, "log key", `as it was told: ${own!.map(({ key }) => formatVerifierKey(key)).join(", ")}`],
    ];
    if (quorum !== null)
      said.push([true, "witnesses", `the quorum is met: ${cosigned!.map(cosignedText).join(", ")}`]);
    return { origin, size, root, note: formatNote(opened), said, json: { origin, size, root } };
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    throw new CliError(EXIT.broken, `the checkpoint cannot be accepted: ${error.code}: ${error.message}`, {
      faults: error.faults,
      cause: error,
    });
  }
}

export function logResult(
  covering: Covering | null,
  tree: { readonly size: number; readonly root: string } | null,
): LogResult | null {
  return covering === null || tree === null ? null : { covering, fault: rootFault(tree, covering) };
}
