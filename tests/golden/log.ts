// The transparency log: roots and proofs, tiles and bundles, and all that is signed, read and refused.
import {
  appendToTiles,
  checkConsistency,
  checkEvidence,
  checkInclusion,
  continueFrom,
  decideAddCheckpoint,
  EMPTY_TREE,
  formatBundle,
  formatEvidence,
  formatNote,
  formatProofFile,
  formatTilePath,
  formatVerifierKey,
  growTree,
  type HashReader,
  type Host,
  type Json,
  leafHash,
  newTiles,
  nodeHash,
  openCheckpoint,
  parseAddCheckpoint,
  parseBundle,
  parseCheckpoint,
  parseEvidence,
  parseNote,
  parseProofFile,
  parseQuorum,
  parseTilePath,
  parseVerifierKey,
  proveConsistency,
  proveInclusion,
  readTree,
  rootOf,
  type Tree,
  verifiedTiles,
  verifierKey,
  verifyProofFile,
} from "@policyledger/core";
import { answer, bytesOf, type GoldenCase } from "./case.ts";
import { SIGNED } from "./log-signed.ts";

const MAX = Number.MAX_SAFE_INTEGER;

function leavesOf(host: Host, count: number): string[] {
  return Array.from({ length: count }, (_, i) => leafHash(host, `entry ${i} é`));
}

function readerOf(host: Host, leaves: readonly string[]): HashReader {
  const stored = new Map<string, string>();
  growTree(host, EMPTY_TREE, leaves, (level, index, hash) => stored.set(`${level}/${index}`, hash));
  return { hash: (level, index) => stored.get(`${level}/${index}`)! };
}

function proofs(host: Host): Json {
  const leaves = leavesOf(host, 13);
  const reader = readerOf(host, leaves);
  const roots = Array.from({ length: 14 }, (_, size) => rootOf(host, readTree(reader, size)));
  const numbers = Array.from({ length: 13 }, (_, i) => i);
  return {
    roots,
    inclusion: numbers.map((index) => proveInclusion(host, reader, index, 13)),
    consistency: numbers.slice(1).map((size) => proveConsistency(host, reader, size, 13)),
    refused: numbers.map((index) => {
      const claim = { index, size: 13, leaf: leaves[6]!, root: roots[13]! };
      return answer(() => checkInclusion(host, claim, proveInclusion(host, reader, 6, 13)) ?? null);
    }),
    inconsistent: numbers.map((oldSize) => {
      const claim = { oldSize, oldRoot: roots[oldSize]!, newSize: 13, newRoot: roots[13]! };
      return answer(() => checkConsistency(host, claim, proveConsistency(host, reader, 6, 13)) ?? null);
    }),
  };
}

/** Trees of equal leaves, as large as there can be: all arithmetic on sizes beyond 2^32. */
function largest(host: Host): Json {
  const levels = [leafHash(host, "")];
  for (let level = 1; level <= 53; level++) levels.push(nodeHash(host, levels.at(-1)!, levels.at(-1)!));
  const reader: HashReader = { hash: (level) => levels[level]! };
  return [MAX, 4_503_599_627_370_497, 4_294_967_297].map((size) => ({
    root: rootOf(host, readTree(reader, size)),
    inclusion: proveInclusion(host, reader, Math.floor(size / 3), size),
    consistency: proveConsistency(host, reader, Math.floor(size / 3), size),
    tiles: Array.from(newTiles(size - 1, size), formatTilePath),
  }));
}

function tiles(host: Host): Json {
  const leaves = leavesOf(host, 530);
  const files = new Map<string, Uint8Array>();
  let tree: Tree = EMPTY_TREE;
  const written: Json[] = [];
  for (const size of [1, 255, 256, 530]) {
    const source = (tile: Parameters<typeof formatTilePath>[0]) => files.get(formatTilePath(tile))!;
    const appended = appendToTiles(host, tree, leaves.slice(tree.size, size), source);
    tree = appended.tree;
    for (const { tile, bytes } of appended.tiles) {
      files.set(formatTilePath(tile), bytes);
      written.push([formatTilePath(tile), host.sha256(bytes)]);
    }
  }
  const checkpoint = { size: tree.size, root: rootOf(host, tree) };
  const read = (spoilt: string) =>
    answer(() => {
      const reader = verifiedTiles(host, checkpoint, (tile) => {
        const path = formatTilePath(tile);
        const bytes = files.get(path)!.slice();
        if (path === spoilt) bytes[33] = bytes[33]! ^ 1;
        return bytes;
      });
      return [reader.hash(0, 0), reader.hash(8, 1), reader.hash(3, 65)];
    });
  return { written, root: checkpoint.root, read: ["", ...files.keys()].map(read) };
}

const PATHS: readonly string[] = [
  "tile/0/000",
  "tile/6/000.p/31",
  "tile/6/000.p/32",
  "tile/7/000",
  "tile/0/x001/x234/067.p/255",
  "tile/0/x000/001",
  "tile/0/000.p/0",
  "tile/0/000.p/256",
  "tile/00/000",
  "tile/0/0000",
  "tile/0/٠٠٠",
  "tile/0/000\n",
  "tile/0/x035/x184/x372/x088/831.p/255",
  "tile/0/x035/x184/x372/x088/831",
  "",
];
const BUNDLES: readonly (readonly [string, number])[] = [
  ["0000", 1],
  ["0002c3a90000", 2],
  ["0002c3", 1],
  ["00", 1],
  ["", 1],
  ["000000", 1],
  ["0000", 257],
];

function forms(host: Host): Json {
  return {
    paths: PATHS.map((path) => answer(() => ({ ...parseTilePath(path) }))),
    bundles: BUNDLES.map(([hex, width]) =>
      answer(() => parseBundle(bytesOf(hex), width).map((entry) => Array.from(entry))),
    ),
    written: Array.from(formatBundle(["", "é", "\u{1f600}"])),
    keys: [...SIGNED.keys, "x", "a+00000000+AQ==", `${SIGNED.keys[0]}=`].map((key) =>
      answer(() => formatVerifierKey(parseVerifierKey(host, key))),
    ),
    names: ["a b", "a\u3000b", "a\u00a0b", "a+b", "é", "\u{1f600}", "\ud800", "", "a\u0000", "a\u2028b"].map(
      (name) =>
        answer(
          () =>
            verifierKey(host, "log", name, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
              .id,
        ),
    ),
    notes: [
      "a\n",
      "a\n\n",
      "\n\n— a AAAAAAA=\n",
      "\n\n— a AAAAAAB=\n",
      "é\n\n— é AAAAAAA=\n",
      "a\r\n\n— a AAAAAAA=\n",
      "\ud800\n\n— a AAAAAAA=\n",
    ].map((note) => answer(() => formatNote(parseNote(note)))),
    bytes: ["0a0a", "ff0a0ae28094206120414141414141413d0a", "efbbbf0a0ae28094206120414141414141413d0a"].map(
      (hex) => answer(() => parseNote(bytesOf(hex)).text),
    ),
    checkpoints: [
      "a\n1\n",
      "a\n01\n",
      `a\n9007199254740991\n${"A".repeat(43)}=\n`,
      `a\n9007199254740992\n${"A".repeat(43)}=\n`,
      `a\n0\n${"A".repeat(43)}=\n`,
    ].map((text) => answer(() => ({ ...parseCheckpoint(text) }))),
  };
}

const keysOf = (host: Host) => SIGNED.keys.map((key) => parseVerifierKey(host, key));

const namesOf = (
  signed: readonly { readonly key: { readonly name: string }; readonly time?: number }[],
): Json => signed.map(({ key, time }) => [key.name, time ?? null]);

function signed(host: Host): Json {
  const keys = keysOf(host);
  const known = { entry: SIGNED.entry, keys, quorum: parseQuorum(host, SIGNED.quorum) };
  const file = parseProofFile(SIGNED.proofFile);
  const proven = verifyProofFile(host, SIGNED.proofFile, known);
  const request = parseAddCheckpoint(SIGNED.request);
  const evidence = parseEvidence(SIGNED.evidence);
  const { seen, shown, proof } = evidence;
  const found = continueFrom(host, keys, seen, shown, { proof });
  return {
    opened: [SIGNED.cosigned, SIGNED.next, SIGNED.bad].map((note) =>
      answer(() => namesOf(openCheckpoint(host, note, keys).signed)),
    ),
    unsigned: answer(() => openCheckpoint(host, SIGNED.next, keys.slice(2)).size),
    again: formatProofFile(file) === SIGNED.proofFile,
    proven: [proven.origin, proven.index, proven.size, proven.root, namesOf(proven.signed)],
    other: answer(() => verifyProofFile(host, SIGNED.proofFile, { ...known, entry: "another" }).index),
    decided: [request.proof, request.proof.slice(1)].map((some) =>
      JSON.parse(JSON.stringify(decideAddCheckpoint(host, { ...request, proof: some }, keys, SIGNED.held))),
    ),
    found:
      found.verdict === "ok"
        ? null
        : [found.verdict, found.proven, formatEvidence(found.evidence) === SIGNED.evidence],
    checked: { ...checkEvidence(host, keys, evidence) },
    innocent: answer(() => checkEvidence(host, keys, { ...evidence, shown: seen }).what),
  };
}

export const logCases: readonly GoldenCase[] = [
  { name: "log: roots and proofs of 13 leaves", value: proofs },
  { name: "log: proofs and tiles of the largest trees", value: largest },
  { name: "log: tiles of 530 leaves, and each of them spoilt", value: tiles },
  { name: "log: paths, bundles, keys, notes and checkpoints accepted and refused", value: forms },
  { name: "log: what is signed, proven, decided and found", value: signed },
];
