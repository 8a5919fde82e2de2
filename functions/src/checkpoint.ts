// Station 3, its last step: publishes a signed checkpoint of the tree that was committed. Nothing is signed that is not
// committed, whose tiles cannot be read, or that does not continue the checkpoint that was published before.
//
// A crash before the write leaves the last checkpoint as it was: redelivery, the next group, or the sweep publishes. A
// crash after it leaves all of it done. Who finds that another has published meanwhile looks again from the beginning.
import {
  checkConsistency,
  formatCheckpoint,
  formatNote,
  formatVerifierKey,
  nodesOfConsistency,
  PolicyLedgerError,
  proveConsistency,
  rootOf,
  signNote,
  tilesFor,
  verifiedTiles,
} from "@policyledger/core";
import {
  checkpointRef,
  headRef,
  isChangedSince,
  isoTime,
  type LedgerHead,
  type StoredCheckpoint,
} from "./documents.ts";
import type { Service } from "./service.ts";
import { readTiles, treeOf } from "./tiles.ts";

/** Publishes what is not published yet; does nothing where the service has no key to sign with. */
export async function publishCheckpoint(service: Service): Promise<void> {
  if (service.signers.length === 0) {
    service.log({ station: "append", event: "no_log_key", severity: "WARNING" });
    return;
  }
  try {
    while ((await publishNow(service)) === "overtaken") {}
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

/** Publishes what is committed by now; where another was faster, it is to be looked at again. */
async function publishNow(service: Service): Promise<"up to date" | "published" | "overtaken"> {
  const { db, host, signers, now } = service;
  // Without a transaction: what is read here only ever grows, and a lock on the head would keep append waiting.
  const [headSnapshot, lastSnapshot] = await db.getAll(headRef(db), checkpointRef(db));
  const tree = treeOf((headSnapshot!.data() as LedgerHead | undefined) ?? null);
  const last = (lastSnapshot!.data() as StoredCheckpoint | undefined) ?? null;
  const { size } = tree;
  const root = rootOf(host, tree);
  const origin = signers[0]!.key.name;
  const keys = signers.map(({ key }) => formatVerifierKey(key));
  if (last !== null && last.size === size && last.root === root && String(last.keys) === String(keys)) {
    return "up to date";
  }
  await requireContinues(service, last, { size, root });
  const text = formatCheckpoint({ origin, size, root });
  const checkpoint: StoredCheckpoint = {
    size,
    root,
    note: formatNote({ text, signatures: signers.map((signer) => signNote(host, text, signer)) }),
    origin,
    keys,
    published_at: isoTime(now()),
  };
  try {
    if (last === null) await checkpointRef(db).create(checkpoint);
    else await checkpointRef(db).update({ ...checkpoint }, { lastUpdateTime: lastSnapshot!.updateTime! });
  } catch (error) {
    if (isChangedSince(error)) return "overtaken";
    throw error;
  }
  service.log({
    station: "append",
    event: "checkpoint_published",
    size,
    counted: { checkpoints_published: 1 },
  });
  return "published";
}

/** Throws where the tiles that are there do not make up the root, or begin with other leaves than the last checkpoint. */
async function requireContinues(
  { db, host }: Service,
  last: Pick<StoredCheckpoint, "size" | "root"> | null,
  tree: { readonly size: number; readonly root: string },
): Promise<void> {
  const oldSize = last?.size ?? 0;
  if (oldSize > tree.size) {
    const message = `${oldSize} entries were published, and ${tree.size} are there`;
    throw new PolicyLedgerError("invalid_checkpoint", `Cannot publish a checkpoint: ${message}`);
  }
  const nodes = oldSize === 0 ? [] : nodesOfConsistency(oldSize, tree.size);
  const source = await readTiles(db, tilesFor(tree.size, nodes));
  const reader = verifiedTiles(host, tree, source);
  if (oldSize === 0) return;
  const path = proveConsistency(host, reader, oldSize, tree.size);
  checkConsistency(host, { oldSize, oldRoot: last!.root, newSize: tree.size, newRoot: tree.root }, path);
}
