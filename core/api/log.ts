// The transparency log over the wire: what signs it, its proofs, and the cosignatures of its witnesses. Hashes are hex
// as everywhere in the API; notes and proof files are the texts that docs/formats.md has.
import * as z from "zod/mini";
import { hash, natural } from "./schemas.ts";

/** A signed note, as `/checkpoint` serves it. */
const note = z.string().check(z.maxLength(65_536));
const path = z.array(hash).check(z.maxLength(64));
const keyText = z.string().check(z.maxLength(512));

export const checkpoint = z.strictObject({ size: natural, root: hash, note });

export const log = z.strictObject({
  /** The URL of the log without its scheme, which its keys are named after. */
  origin: z.string(),
  /** Verifier keys, the current one first; more than one while a key is being replaced. */
  keys: z.array(keyText),
  checkpoint,
  /** Verifier keys whose cosignatures are kept; null where those of anyone are, as far as there is room. */
  witnesses: z.nullable(z.array(keyText)),
});

/** Newest first: the checkpoints that somebody cosigned, each with all signatures that there are. */
export const cosignedCheckpoints = z.strictObject({ checkpoints: z.array(checkpoint) });

export const inclusion = z.strictObject({ index: natural, size: natural, leaf: hash, root: hash, path });

export const consistency = z.strictObject({
  from: natural,
  to: natural,
  /** The root that the first `from` entries have, and that of the first `to`. */
  from_root: hash,
  to_root: hash,
  path,
});

export const cosignaturesKept = z.strictObject({ size: natural, kept: z.array(keyText) });

/** No checkpoint that is still to come makes a tree hold more than its size. */
export const inclusionQuery = z.strictObject({ index: natural, size: z.optional(natural) }).check(
  z.refine(({ index, size }) => size === undefined || index < size, {
    error: "a tree of this size has no such index",
    path: ["size"],
  }),
);
export const consistencyQuery = z.strictObject({ from: natural, to: z.optional(natural) }).check(
  z.refine(({ from, to }) => to === undefined || from <= to, {
    error: "a tree of this size does not begin with a larger one",
    path: ["to"],
  }),
);

export type Checkpoint = z.output<typeof checkpoint>;
export type Log = z.output<typeof log>;
export type CosignedCheckpoints = z.output<typeof cosignedCheckpoints>;
export type Inclusion = z.output<typeof inclusion>;
export type Consistency = z.output<typeof consistency>;
export type CosignaturesKept = z.output<typeof cosignaturesKept>;
