// Writes the case files of the log that are ours: tests/cases/log/{proofs,notes,tiles,witness,evidence}.json. The
// keys' secrets stand in them, so that any implementation can make them again: node --conditions=source tests/cases/make-log.ts
import { writeFileSync } from "node:fs";
import {
  appendToTiles,
  continueFrom,
  cosign,
  EMPTY_TREE,
  formatAddCheckpoint,
  formatBundle,
  formatBundlePath,
  formatEvidence,
  formatNote,
  formatProofFile,
  formatQuorum,
  formatTilePath,
  formatVerifierKey,
  growTree,
  type KeyType,
  leafHash,
  type NoteSigner,
  newBundles,
  parseNote,
  proveConsistency,
  proveInclusion,
  readTree,
  rootOf,
  signCheckpoint,
  type Tree,
  verifierKey,
  withSignatures,
} from "@policyledger/core";
import { nodeHost, publicKeyOf, sign } from "@policyledger/core/node";

interface Key {
  readonly signer: NoteSigner;
  readonly secret: string;
}

function keyOf(type: KeyType, name: string, byte: string): Key {
  const secret = byte.repeat(32);
  const key = verifierKey(nodeHost, type, name, publicKeyOf(secret));
  return { secret, signer: { key, sign: (message) => sign(secret, message) } };
}

const LOG = keyOf("log", "log.example/ledger", "10");
const NEXT = keyOf("log", "log.example/ledger", "11");
const OTHER_LOG = keyOf("log", "other.example/log", "12");
const CONSISTENT = keyOf("witness", "witness.example/w/consistent", "21");
const REPLAYED = keyOf("witness", "witness.example/w/replayed", "22");
const SECOND = keyOf("witness", "second.example/w", "23");
const KEYS = { LOG, NEXT, OTHER_LOG, CONSISTENT, REPLAYED, SECOND };
const TIME = 1_790_000_000;
const text = ({ signer }: Key): string => formatVerifierKey(signer.key);

/** A log of the entries "<name> 0", "<name> 1", … */
function logOf(entries: readonly string[]) {
  const stored = new Map<string, string>();
  const leaves = entries.map((entry) => leafHash(nodeHost, entry));
  growTree(nodeHost, EMPTY_TREE, leaves, (level, index, hash) => stored.set(`${level}/${index}`, hash));
  const reader = { hash: (level: number, index: number) => stored.get(`${level}/${index}`)! };
  const root = (size: number) => rootOf(nodeHost, readTree(reader, size));
  const note = (size: number, witnesses: readonly Key[] = [], log = LOG) => {
    const signed = parseNote(signCheckpoint(nodeHost, { size, root: root(size) }, log.signer));
    return formatNote(
      withSignatures(
        signed,
        witnesses.map(({ signer }) => cosign(nodeHost, signed.text, TIME, signer)),
      ),
    );
  };
  return {
    entries,
    leaves,
    root,
    note,
    inclusion: (index: number, size: number) => proveInclusion(nodeHost, reader, index, size),
    consistency: (m: number, n: number) => proveConsistency(nodeHost, reader, m, n),
  };
}

const SIZE = 13;
const named = (name: string, from: number) =>
  Array.from({ length: SIZE - from }, (_, i) => `${name} ${i + from}`);
const TRUE = logOf(named("entry", 0));
/** The same five entries, then others. */
const FORK = logOf([...named("entry", 0).slice(0, 5), ...named("forged", 5)]);

const QUORUM = {
  rules: [
    { n: 1, of: [CONSISTENT.signer.key, SECOND.signer.key] },
    { n: 1, of: [REPLAYED.signer.key] },
  ],
};

function proofs() {
  const sizes = Array.from({ length: SIZE }, (_, i) => i + 1);
  const file = TRUE.inclusion(5, SIZE);
  const whole = formatProofFile({
    index: 5,
    path: file,
    checkpoint: TRUE.note(SIZE, [CONSISTENT, REPLAYED]),
  });
  const proofFile = (name: string, changes: object, code: string | null) => ({
    name,
    file: whole,
    entry: TRUE.entries[5]!,
    keys: [LOG, CONSISTENT, REPLAYED, SECOND].map(text),
    quorum: JSON.parse(formatQuorum(QUORUM)),
    code,
    ...changes,
  });
  const index = (i: number) => whole.replace("index 5", `index ${i}`);
  return {
    comment:
      "A log of the entries given as text, its leaf hashes and roots by size, every proof, and proof files.",
    entries: TRUE.entries,
    leaf_hashes: TRUE.leaves,
    roots: [0, ...sizes].map(TRUE.root),
    inclusion: sizes.flatMap((size) =>
      Array.from({ length: size }, (_, i) => ({ index: i, size, path: TRUE.inclusion(i, size) })),
    ),
    consistency: sizes.flatMap((n) =>
      Array.from({ length: n }, (_, i) => ({
        old_size: i + 1,
        new_size: n,
        proof: TRUE.consistency(i + 1, n),
      })),
    ),
    proof_files: [
      proofFile("holds", {}, null),
      proofFile("no quorum is asked for", { quorum: null, keys: [text(LOG)] }, null),
      proofFile("of another entry", { entry: TRUE.entries[6] }, "invalid_proof"),
      proofFile("another index", { file: index(4) }, "invalid_proof"),
      proofFile("an index outside", { file: index(13) }, "invalid_proof"),
      proofFile(
        "an index with a zero in front",
        { file: whole.replace("index 5", "index 05") },
        "invalid_proof_file",
      ),
      proofFile(
        "extra data",
        { file: whole.replace("\nindex", "\nextra AAAA\nindex") },
        "invalid_proof_file",
      ),
      proofFile("a hash dropped", { file: whole.replace(/(index 5\n).*\n/, "$1") }, "invalid_proof"),
      proofFile("a hash doubled", { file: whole.replace(/(index 5\n)(.*\n)/, "$1$2$2") }, "invalid_proof"),
      proofFile("the log's key is not known", { keys: [CONSISTENT, REPLAYED, SECOND].map(text) }, "unsigned"),
      proofFile("another size, unsigned", { file: whole.replace("\n13\n", "\n14\n") }, "bad_signature"),
      proofFile(
        "replayed alone",
        { file: formatProofFile({ index: 5, path: file, checkpoint: TRUE.note(SIZE, [REPLAYED]) }) },
        "no_quorum",
      ),
      proofFile(
        "consistent twice over is not replayed",
        {
          file: formatProofFile({ index: 5, path: file, checkpoint: TRUE.note(SIZE, [CONSISTENT, SECOND]) }),
        },
        "no_quorum",
      ),
    ],
  };
}

function notes() {
  const keys = Object.entries(KEYS).map(([name, { secret, signer }]) => ({
    name,
    secret,
    public_key: signer.key.publicKey,
    key: formatVerifierKey(signer.key),
  }));
  const cosigned = TRUE.note(9, [CONSISTENT, REPLAYED]);
  const bad = cosigned.replace(
    /(witness\.example\/w\/replayed .{20})(.)/,
    (_, head, one) => head + (one === "A" ? "B" : "A"),
  );
  const one = (
    name: string,
    note: string,
    known: readonly Key[],
    code: string | null,
    signed: readonly Key[] = [],
  ) => ({
    name,
    note,
    keys: known.map(text),
    code,
    signed: signed.map((key) => text(key)),
  });
  const sized = (size: string) => TRUE.note(9).replace("\n9\n", `\n${size}\n`);
  return {
    comment:
      "Keys with their secrets; checkpoints, and whose signatures on them hold for a reader who knows these keys.",
    time: TIME,
    keys,
    checkpoints: [
      one("the empty log", TRUE.note(0), [LOG], null, [LOG]),
      one("nine entries", TRUE.note(9), [LOG], null, [LOG]),
      one("cosigned", cosigned, [LOG, CONSISTENT, REPLAYED], null, [LOG, CONSISTENT, REPLAYED]),
      one("cosigned by whom nobody knows", cosigned, [LOG, SECOND], null, [LOG]),
      one("the log's next key, with the old one", TRUE.note(9, [], NEXT), [LOG, NEXT], null, [NEXT]),
      one("the log's next key, unknown", TRUE.note(9, [], NEXT), [LOG], "unsigned"),
      one("the witnesses alone are known", cosigned, [CONSISTENT, REPLAYED], "unsigned"),
      one("a witness's signature that does not hold", bad, [LOG, CONSISTENT, REPLAYED], "bad_signature"),
      one("the same, of a witness who is not known", bad, [LOG, CONSISTENT], null, [LOG, CONSISTENT]),
      one(
        "another log under this log's origin",
        TRUE.note(9).replace("log.example/ledger\n", "other.example/log\n"),
        [LOG, OTHER_LOG],
        "bad_signature",
      ),
      one("another size", sized("8"), [LOG], "bad_signature"),
      one("no empty line", TRUE.note(9).replace("\n\n", "\n"), [LOG], "invalid_note"),
      one("a hyphen for the dash", TRUE.note(9).replace("—", "-"), [LOG], "invalid_note"),
      one("CR", TRUE.note(9).replaceAll("\n", "\r\n"), [LOG], "invalid_note"),
    ],
  };
}

function tiles() {
  const entries = Array.from({ length: 70_000 }, (_, i) => `entry ${i}`);
  const leaves = entries.map((entry) => leafHash(nodeHost, entry));
  const files = new Map<string, Uint8Array>();
  let tree: Tree = EMPTY_TREE;
  const steps = [1, 255, 256, 257, 300, 65_536, 65_537, 70_000].map((size) => {
    const from = tree.size;
    const appended = appendToTiles(
      nodeHost,
      tree,
      leaves.slice(from, size),
      (tile) => files.get(formatTilePath(tile))!,
    );
    for (const { tile, bytes } of appended.tiles) files.set(formatTilePath(tile), bytes);
    tree = appended.tree;
    const bundles = Array.from(newBundles(from, size), (bundle) => {
      const bytes = formatBundle(entries.slice(256 * bundle.index, 256 * bundle.index + bundle.width));
      return [formatBundlePath(bundle), nodeHost.sha256(bytes)] as const;
    });
    const written = appended.tiles.map(
      ({ tile, bytes }) => [formatTilePath(tile), nodeHost.sha256(bytes)] as const,
    );
    return {
      size,
      root: rootOf(nodeHost, tree),
      peaks: tree.peaks,
      // Of very many, one digest over all lines "path digest".
      tiles: written.length > 8 ? digest(written) : Object.fromEntries(written),
      bundles: bundles.length > 8 ? digest(bundles) : Object.fromEntries(bundles),
    };
  });
  return {
    comment:
      'The log of the entries "entry 0", "entry 1", … growing from size to size: the SHA-256 of every tile and bundle that each step writes, level after level; where these are more than 8, the SHA-256 over the lines "path digest" LF.',
    steps,
  };
}

function digest(files: readonly (readonly [string, string])[]): string {
  return nodeHost.sha256(files.map(([path, hash]) => `${path} ${hash}\n`).join(""));
}

function witness() {
  const body = (old: number, size: number, log = TRUE, proof = old === 0 ? [] : log.consistency(old, size)) =>
    formatAddCheckpoint({ old, proof, checkpoint: log.note(size) });
  const state = (size: number, log = TRUE) => ({ origin: "log.example/ledger", size, root: log.root(size) });
  const ask = (
    name: string,
    request: string,
    held: object | null,
    status: number,
    size?: number,
    logs = [LOG],
  ) => ({
    name,
    body: request,
    logs: logs.map(text),
    held,
    status,
    ...(size !== undefined && { size }),
  });
  return {
    comment:
      "Requests to a witness that knows the logs given and holds what is given: the status, and for 200 and 409 the size held afterwards.",
    requests: [
      ask("the first checkpoint", body(0, 7), null, 200, 7),
      ask("the first checkpoint, of the empty log", body(0, 0), null, 200, 0),
      ask("the next one", body(7, 11), state(7), 200, 11),
      ask("from a power of two", body(8, 11), state(8), 200, 11),
      ask("the same again", body(7, 7), state(7), 200, 7),
      ask("an unknown log", body(0, 7), null, 404, undefined, [OTHER_LOG]),
      ask("another key of the log", body(0, 7), null, 403, undefined, [NEXT]),
      ask("a signature that does not hold", body(0, 7).replace("\n7\n", "\n8\n"), null, 403),
      ask("old above new", body(7, 7).replace("old 7", "old 8"), state(8), 400),
      ask("not in the form", body(7, 11).replace("old 7", "old 07"), state(7), 400),
      ask("too many hashes", body(7, 11).replace(/(old 7\n)(.*\n)/, `$1${"$2".repeat(64)}`), state(7), 400),
      ask("behind what is held", body(6, 11), state(7), 409, 7),
      ask("before anything is held", body(6, 11), null, 409, 0),
      ask("another root of the same size", body(7, 7, FORK), state(7), 409, 7),
      ask("another history", body(7, 11, FORK), state(7), 422),
      ask("no proof", body(7, 11, TRUE, []), state(7), 422),
      ask("a proof from nothing", body(7, 11).replace("old 7", "old 0"), null, 422),
      ask("a proof between equal sizes", body(7, 7, TRUE, [TRUE.root(7)]), state(7), 422),
    ],
  };
}

function evidence() {
  const key = LOG.signer.key;
  const show = (name: string, seen: string, shown: string, proof: readonly string[], old_root?: string) => {
    const found = continueFrom(nodeHost, [key], seen, shown, {
      proof,
      ...(old_root !== undefined && { old_root }),
    });
    const base = {
      name,
      seen,
      shown,
      proof,
      ...(old_root !== undefined && { old_root }),
      verdict: found.verdict,
    };
    return found.verdict === "ok"
      ? base
      : { ...base, proven: found.proven, evidence: formatEvidence(found.evidence) };
  };
  return {
    comment:
      "What a client remembers, what it is shown, and what it finds; evidence as the canonical JSON that others check.",
    keys: [text(LOG)],
    cases: [
      show("goes on", TRUE.note(7), TRUE.note(11), TRUE.consistency(7, 11)),
      show("goes on from nothing", TRUE.note(0), TRUE.note(11), []),
      show("the same", TRUE.note(7), TRUE.note(7), []),
      show("the same, cosigned meanwhile", TRUE.note(7), TRUE.note(7, [SECOND]), []),
      show("went back, along one history", TRUE.note(11), TRUE.note(7), TRUE.consistency(7, 11)),
      show("went back, and no proof", TRUE.note(11), TRUE.note(7), []),
      show("no proof", TRUE.note(7), TRUE.note(11), []),
      show("two roots of one size", TRUE.note(7), FORK.note(7), []),
      show("another history, by its own proof", TRUE.note(7), FORK.note(11), FORK.consistency(7, 11)),
      show("another history from a power of two", TRUE.note(8), FORK.note(11), FORK.consistency(8, 11)),
      show(
        "the same, with the other old root",
        TRUE.note(8),
        FORK.note(11),
        FORK.consistency(8, 11),
        FORK.root(8),
      ),
      show("another history, behind", TRUE.note(11), FORK.note(7), TRUE.consistency(7, 11)),
      show("a root that was made up", TRUE.note(7), TRUE.note(11), TRUE.consistency(7, 11), FORK.root(7)),
    ],
  };
}

/** The files by name. */
export function logFiles(): Readonly<Record<string, string>> {
  const made = { proofs: proofs(), notes: notes(), tiles: tiles(), witness: witness(), evidence: evidence() };
  return Object.fromEntries(
    Object.entries(made).map(([name, file]) => [`${name}.json`, `${JSON.stringify(file, null, 1)}\n`]),
  );
}

export const FOLDER = new URL("log/", import.meta.url);

if (import.meta.main) {
  for (const [name, file] of Object.entries(logFiles())) writeFileSync(new URL(name, FOLDER), file);
}
