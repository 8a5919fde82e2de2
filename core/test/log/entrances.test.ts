// Every function of the log that takes foreign data, handed what is no such thing: it answers, or throws the project's
// own error with a stable code. Never the engine's TypeError, and never "bug: …".
import { describe, expect, test } from "vitest";
import * as core from "../../src/index.ts";
import { host, LOG, WITNESSES } from "./samples.ts";
import { honest, SIZE } from "./worlds.ts";

const NOTHING: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["undefined", undefined],
  ["a number", 7],
  ["a negative number", -7.5],
  ["2^53", 2 ** 53],
  ["a text", "x"],
  ["true", true],
  ["a bigint", 1n],
  ["a symbol", Symbol("x")],
  ["a function", () => 1],
  ["a list", []],
  ["a list of nothing", [null]],
  ["a list of texts", ["x"]],
  ["an empty object", {}],
  ["bytes", new Uint8Array(3)],
];

const keys = [LOG.key, WITNESSES[0].key];
const note = honest.checkpoint(SIZE);
const { text } = core.parseNote(note);
const root = honest.root(SIZE);
const inclusion = { index: 1, size: SIZE, leaf: root, root };
const consistency = { oldSize: 3, oldRoot: root, newSize: SIZE, newRoot: root };
const quorum = { rules: [{ n: 1, of: [WITNESSES[0].key] }] };
const file = core.formatProofFile({ index: 1, path: honest.inclusion(1, SIZE), checkpoint: note });
const request = { old: 0, proof: [], checkpoint: note };
const evidence = {
  v: 1,
  kind: "log-evidence",
  what: "rollback",
  seen: note,
  shown: note,
  proof: [],
} as const;
const reader = { hash: () => root };
const one = { ...core.EMPTY_TREE };

const ENTRANCES: Readonly<Record<string, (x: never) => unknown>> = {
  "nodeHash, left": (x) => core.nodeHash(host, x, root),
  "nodeHash, right": (x) => core.nodeHash(host, root, x),
  "growTree, tree": (x) => core.growTree(host, x, []),
  "growTree, leaves": (x) => core.growTree(host, one, x),
  "growTree, leaf": (x) => core.growTree(host, one, [x]),
  rootOf: (x) => core.rootOf(host, x),
  "rootOf, size": (x) => core.rootOf(host, { size: x, peaks: [] }),
  "rootOf, peaks": (x) => core.rootOf(host, { size: 1, peaks: x }),
  readTree: (x) => core.readTree(reader, x),
  "readTree, what is read": (x) => core.readTree({ hash: () => x }, 7),
  "proveInclusion, index": (x) => core.proveInclusion(host, reader, x, 7),
  "proveInclusion, size": (x) => core.proveInclusion(host, reader, 0, x),
  nodesOfInclusion: (x) => core.nodesOfInclusion(x, x),
  "proveConsistency, old": (x) => core.proveConsistency(host, reader, x, 7),
  "proveConsistency, new": (x) => core.proveConsistency(host, reader, 1, x),
  nodesOfConsistency: (x) => core.nodesOfConsistency(x, x),
  checkInclusion: (x) => core.checkInclusion(host, x, []),
  "checkInclusion, path": (x) => core.checkInclusion(host, inclusion, x),
  "checkInclusion, leaf": (x) => core.checkInclusion(host, { ...inclusion, leaf: x }, []),
  "checkInclusion, root": (x) => core.checkInclusion(host, { ...inclusion, root: x }, []),
  checkConsistency: (x) => core.checkConsistency(host, x, []),
  "checkConsistency, path": (x) => core.checkConsistency(host, consistency, x),
  "checkConsistency, old root": (x) => core.checkConsistency(host, { ...consistency, oldRoot: x }, [root]),
  "checkConsistency, new root": (x) => core.checkConsistency(host, { ...consistency, newRoot: x }, [root]),
  formatTilePath: (x) => core.formatTilePath(x),
  "formatTilePath, level": (x) => core.formatTilePath({ level: x, index: 0, width: 1 }),
  parseTilePath: (x) => core.parseTilePath(x),
  formatBundlePath: (x) => core.formatBundlePath(x),
  parseBundlePath: (x) => core.parseBundlePath(x),
  "newTiles, from": (x) => core.newTiles(x, 7).next(),
  "newTiles, to": (x) => core.newTiles(0, x).next(),
  newBundles: (x) => core.newBundles(x, 7).next(),
  tileAt: (x) => core.tileAt(x, x, x),
  "tilesFor, size": (x) => core.tilesFor(x, []),
  "tilesFor, nodes": (x) => core.tilesFor(7, x),
  "tilesFor, node": (x) => core.tilesFor(7, [x]),
  tilesToAppend: (x) => core.tilesToAppend(x, 7),
  "tilesToAppend, to": (x) => core.tilesToAppend(0, x),
  "appendToTiles, tree": (x) => core.appendToTiles(host, x, [], () => null),
  "appendToTiles, leaves": (x) => core.appendToTiles(host, one, x, () => null),
  "treeFromTiles, size": (x) => core.treeFromTiles(host, x, () => null),
  "treeFromTiles, tiles": (x) => core.treeFromTiles(host, 7, () => x),
  verifiedTiles: (x) => core.verifiedTiles(host, x, () => null),
  "verifiedTiles, size": (x) => core.verifiedTiles(host, { size: x, root }, () => null),
  "verifiedTiles, tiles": (x) => core.verifiedTiles(host, { size: 7, root }, () => x),
  formatBundle: (x) => core.formatBundle(x),
  parseBundle: (x) => core.parseBundle(x, 1),
  "parseBundle, width": (x) => core.parseBundle(new Uint8Array(2), x),
  "checkEntries, entries": (x) => core.checkEntries(host, reader, 0, x),
  "checkEntries, start": (x) => core.checkEntries(host, reader, x, [new Uint8Array(1)]),
  "verifierKey, type": (x) => core.verifierKey(host, x, "a", LOG.key.publicKey),
  "verifierKey, name": (x) => core.verifierKey(host, "log", x, LOG.key.publicKey),
  "verifierKey, public key": (x) => core.verifierKey(host, "log", "a", x),
  parseVerifierKey: (x) => core.parseVerifierKey(host, x),
  formatVerifierKey: (x) => core.formatVerifierKey(x),
  parseNote: (x) => core.parseNote(x),
  formatNote: (x) => core.formatNote(x),
  "formatNote, signatures": (x) => core.formatNote({ text: "a\n", signatures: x }),
  "formatNote, text": (x) => core.formatNote({ text: x, signatures: [] }),
  "formatNote, payload": (x) =>
    core.formatNote({ text: "a\n", signatures: [{ name: "a", id: "00000000", payload: x }] }),
  parseSignatureLines: (x) => core.parseSignatureLines(x),
  formatSignatureLines: (x) => core.formatSignatureLines(x),
  openNote: (x) => core.openNote(host, x, keys),
  "openNote, keys": (x) => core.openNote(host, note, x),
  "openNote, key": (x) => core.openNote(host, note, [x]),
  "signNote, text": (x) => core.signNote(host, x, LOG.signer),
  "signNote, signer": (x) => core.signNote(host, text, x),
  "signNote, key": (x) => core.signNote(host, text, { ...LOG.signer, key: x }),
  "signCheckpoint, tree": (x) => core.signCheckpoint(host, x, LOG.signer),
  "cosign, text": (x) => core.cosign(host, x, 1, WITNESSES[0].signer),
  "cosign, time": (x) => core.cosign(host, text, x, WITNESSES[0].signer),
  "cosign, signer": (x) => core.cosign(host, text, 1, x),
  "cosignedBytes, time": (x) => core.cosignedBytes(text, x),
  "withSignatures, note": (x) => core.withSignatures(x, []),
  "withSignatures, more": (x) => core.withSignatures(core.parseNote(note), x),
  parseCheckpoint: (x) => core.parseCheckpoint(x),
  formatCheckpoint: (x) => core.formatCheckpoint(x),
  "formatCheckpoint, origin": (x) => core.formatCheckpoint({ origin: x, size: 1, root }),
  openCheckpoint: (x) => core.openCheckpoint(host, x, keys),
  "openCheckpoint, keys": (x) => core.openCheckpoint(host, note, x),
  parseQuorum: (x) => core.parseQuorum(host, x),
  formatQuorum: (x) => core.formatQuorum(x),
  "formatQuorum, rule": (x) => core.formatQuorum({ rules: [x] }),
  "formatQuorum, key": (x) => core.formatQuorum({ rules: [{ n: 1, of: [x] }] }),
  keysOfQuorum: (x) => core.keysOfQuorum(x),
  checkQuorum: (x) => core.checkQuorum(x, []),
  "checkQuorum, signed": (x) => core.checkQuorum(quorum, x),
  "checkQuorum, one signed": (x) => core.checkQuorum(quorum, [x]),
  parseProofFile: (x) => core.parseProofFile(x),
  formatProofFile: (x) => core.formatProofFile(x),
  "formatProofFile, path": (x) => core.formatProofFile({ index: 1, path: x, checkpoint: note }),
  verifyProofFile: (x) => core.verifyProofFile(host, x, { entry: "a", keys }),
  "verifyProofFile, known": (x) => core.verifyProofFile(host, file, x),
  "verifyProofFile, entry": (x) => core.verifyProofFile(host, file, { entry: x, keys }),
  "verifyProofFile, quorum": (x) =>
    core.verifyProofFile(host, file, { entry: honest.entries[1]!, keys, quorum: x }),
  parseAddCheckpoint: (x) => core.parseAddCheckpoint(x),
  formatAddCheckpoint: (x) => core.formatAddCheckpoint(x),
  originOf: (x) => core.originOf(x),
  "decideAddCheckpoint, request": (x) => core.decideAddCheckpoint(host, x, keys, null),
  "decideAddCheckpoint, old": (x) => core.decideAddCheckpoint(host, { ...request, old: x }, keys, null),
  "decideAddCheckpoint, proof": (x) => core.decideAddCheckpoint(host, { ...request, proof: x }, keys, null),
  "decideAddCheckpoint, logs": (x) => core.decideAddCheckpoint(host, request, x, null),
  "decideAddCheckpoint, held": (x) => core.decideAddCheckpoint(host, request, keys, x),
  "decideAddCheckpoint, held size": (x) =>
    core.decideAddCheckpoint(host, request, keys, { origin: LOG.key.name, size: x, root }),
  "continueFrom, seen": (x) => core.continueFrom(host, keys, x, note),
  "continueFrom, shown": (x) => core.continueFrom(host, keys, note, x),
  "continueFrom, keys": (x) => core.continueFrom(host, x, note, note),
  "continueFrom, link": (x) => core.continueFrom(host, keys, note, honest.checkpoint(3), x),
  "continueFrom, proof": (x) => core.continueFrom(host, keys, note, honest.checkpoint(3), { proof: x }),
  "continueFrom, old root": (x) =>
    core.continueFrom(host, keys, note, honest.checkpoint(3), { proof: [], old_root: x }),
  parseEvidence: (x) => core.parseEvidence(x),
  formatEvidence: (x) => core.formatEvidence(x),
  checkEvidence: (x) => core.checkEvidence(host, keys, x),
  "checkEvidence, seen": (x) => core.checkEvidence(host, keys, { ...evidence, seen: x }),
  "checkEvidence, proof": (x) =>
    core.checkEvidence(host, keys, { ...evidence, shown: honest.checkpoint(3), proof: x }),
};

describe.each(Object.entries(ENTRANCES))("%s", (_, enter) => {
  test.each(NOTHING)("answers, or throws a PolicyLedgerError, for %s", (_, value) => {
    try {
      enter(value as never);
    } catch (error) {
      expect(error).toBeInstanceOf(core.PolicyLedgerError);
    }
  });
});
