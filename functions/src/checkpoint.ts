// Station 3, its last step: publishes a signed checkpoint of the tree that was committed. Nothing is signed that is not
// committed, whose tiles cannot be read, or that does not continue the checkpoint that was published before.
//
// A crash before the commit leaves the last checkpoint as it was: redelivery, the next group, or the sweep publishes.
// A crash after it leaves all of it done. Two instances at once sign the same tree, or the larger one stays.
import {
  checkConsistency,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  type NoteSigner,
  nodesOfConsistency,
  PolicyLedgerError,
  proveConsistency,
  rootOf,
  signNote,
  tilesFor,
  verifiedTiles,
} from "@policyledger/core";
import type { Transaction } from "firebase-admin/firestore";
import { checkpointRef, headRef, isoTime, type LedgerHead, type StoredCheckpoint } from "./documents.ts";
import type { Service } from "./service.ts";
import { readTiles, treeOf } from "./tiles.ts";

/** Publishes what is not published yet; does nothing where the service has no key to sign with. */
export async function publishCheckpoint(service: Service): Promise<void> {
  const { db, signers } = service;
  if (signers.length === 0) {
    service.log({ station: "append", event: "no_log_key", severity: "WARNING" });
    return;
  }
  try {
    const published = await db.runTransaction((transaction) => publish(service, transaction));
    if (published === null) return;
    service.log({
      station: "append",
      event: "checkpoint_published",
      size: published.size,
      counted: { checkpoints_published: 1 },
    });
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    // Tried again it would be the same: what is stored is not what it was. Entries are still appended.
    service.log({
      station: "append",
      event: "checkpoint_refused",
      severity: "ERROR",
      code: error.code,
      error: error.message,
      counted: { checkpoints_refused: 1 },
    });
  }
}

async function publish(service: Service, transaction: Transaction): Promise<StoredCheckpoint | null> {
  const { db, host, signers, now } = service;
  const [headSnapshot, lastSnapshot] = await transaction.getAll(headRef(db), checkpointRef(db));
  const tree = treeOf((headSnapshot!.data() as LedgerHead | undefined) ?? null);
  const last = (lastSnapshot!.data() as StoredCheckpoint | undefined) ?? null;
  const { size } = tree;
  const root = rootOf(host, tree);
  const origin = signers[0]!.key.name;
  const keys = signers.map(({ key }) => formatVerifierKey(key));
  if (last !== null && last.size === size && last.root === root && String(last.keys) === String(keys)) {
    return null;
  }
  await requireContinues(service, transaction, last, { size, root });
  const text = formatCheckpoint({ origin, size, root });
  const checkpoint: StoredCheckpoint = {
    size,
    root,
    note: formatNote({ text, signatures: signers.map((signer: NoteSigner) => signNote(host, text, signer)) }),
    origin,
    keys,
    published_at: isoTime(now()),
  };
  transaction.set(checkpointRef(db), checkpoint);
  return checkpoint;
}

/** Throws where the tiles that are there do not make up the root, or begin with other leaves than the last checkpoint. */
async function requireContinues(
  { db, host }: Service,
  transaction: Transaction,
  last: Pick<StoredCheckpoint, "size" | "root"> | null,
  tree: { readonly size: number; readonly root: string },
): Promise<void> {
  const oldSize = last?.size ?? 0;
  if (oldSize > tree.size) {
    const message = `${oldSize} entries were published, and ${tree.size} are there`;
    throw new PolicyLedgerError("invalid_checkpoint", `Cannot publish a checkpoint: ${message}`);
  }
  const nodes = oldSize === 0 ? [] : nodesOfConsistency(oldSize, tree.size);
  const source = await readTiles(db, tilesFor(tree.size, nodes), transaction);
  const reader = verifiedTiles(host, tree, source);
  if (oldSize === 0) return;
  const path = proveConsistency(host, reader, oldSize, tree.size);
  checkConsistency(host, { oldSize, oldRoot: last!.root, newSize: tree.size, newRoot: tree.root }, path);
}
