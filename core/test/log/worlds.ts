// A small log that grew honestly, a second history of it, and checkpoints of both at every size.
import { formatNote, parseNote } from "../../src/log/note.ts";
import { proveConsistency, proveInclusion } from "../../src/log/proofs.ts";
import { cosign, signCheckpoint, withSignatures } from "../../src/log/sign.ts";
import { readTree, rootOf } from "../../src/log/tree.ts";
import { entriesOf, grown, host, LOG, leavesOf, type Secret } from "./samples.ts";

export interface World {
  readonly entries: readonly Uint8Array[];
  root(size: number): string;
  /** The note of the checkpoint at a size, cosigned. */
  checkpoint(size: number, ...witnesses: readonly Secret[]): string;
  inclusion(index: number, size: number): string[];
  consistency(oldSize: number, newSize: number): string[];
}

export const TIME = 1_790_000_000;

function worldOf(entries: readonly Uint8Array[]): World {
  const { reader } = grown(leavesOf(entries));
  const root = (size: number) => rootOf(host, readTree(reader, size));
  return {
    entries,
    root,
    checkpoint(size, ...witnesses) {
      const note = parseNote(signCheckpoint(host, { size, root: root(size) }, LOG.signer));
      const cosigned = witnesses.map(({ signer }) => cosign(host, note.text, TIME, signer));
      return formatNote(withSignatures(note, cosigned));
    },
    inclusion: (index, size) => proveInclusion(host, reader, index, size),
    consistency: (oldSize, newSize) => proveConsistency(host, reader, oldSize, newSize),
  };
}

export const SIZE = 40;
export const honest = worldOf(entriesOf(SIZE));
/** The same up to entry 19, and another history from there on. */
export const forked = worldOf([...entriesOf(20), ...entriesOf(SIZE, "forged").slice(20)]);
