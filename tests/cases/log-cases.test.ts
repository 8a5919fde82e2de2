// The case files of the log, run against the core as a port would run them, on both hosts.
import { readFileSync } from "node:fs";
import {
  checkConsistency,
  checkEvidence,
  checkInclusion,
  continueFrom,
  cosignedBytes,
  decideAddCheckpoint,
  EMPTY_TREE,
  formatTilePath,
  formatVerifierKey,
  growTree,
  type Host,
  newTiles,
  openCheckpoint,
  openNote,
  PolicyLedgerError,
  parseAddCheckpoint,
  parseCheckpoint,
  parseEvidence,
  parseNote,
  parseQuorum,
  parseSignatureLines,
  parseTilePath,
  parseVerifierKey,
  portableHost,
  proveConsistency,
  proveInclusion,
  readTree,
  rootOf,
  signNote,
  verifierKey,
  verifyProofFile,
} from "@policyledger/core";
import { nodeHost, publicKeyOf, sign } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { FOLDER, logFiles } from "./make-log.ts";

const read = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");
const file = (name: string) => JSON.parse(read(name));

/** The code of a refusal, null when there is none. */
function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof PolicyLedgerError) return error.code;
    throw error;
  }
}

test("the files are what make-log.ts writes", () => {
  for (const [name, text] of Object.entries(logFiles())) expect(read(name) === text, name).toBe(true);
});

const hosts: [string, Host][] = [
  ["Node's host", nodeHost],
  ["the portable host", portableHost],
];

describe.each(hosts)("published.json, with %s", (_, host) => {
  const published = file("published.json");

  test("the tree of eight leaves has the published roots and proofs", () => {
    const { leaves, roots, inclusion, consistency } = published.tree;
    const hashes = leaves.map((leaf: string) => host.sha256(Buffer.from(`00${leaf}`, "hex")));
    const stored = new Map<string, string>();
    growTree(host, EMPTY_TREE, hashes, (level, index, hash) => stored.set(`${level}/${index}`, hash));
    const reader = { hash: (level: number, index: number) => stored.get(`${level}/${index}`)! };
    expect(roots.map((__: string, size: number) => rootOf(host, readTree(reader, size)))).toEqual(roots);
    for (const { index, size, path } of inclusion) {
      expect(proveInclusion(host, reader, index, size)).toEqual(path);
      checkInclusion(host, { index, size, leaf: hashes[index], root: roots[size] }, path);
    }
    for (const { old_size: oldSize, new_size: newSize, proof } of consistency) {
      expect(proveConsistency(host, reader, oldSize, newSize)).toEqual(proof);
      checkConsistency(host, { oldSize, oldRoot: roots[oldSize], newSize, newRoot: roots[newSize] }, proof);
    }
  });

  test("keys of Go's note package are read, and its bad ones are not", () => {
    for (const key of published.keys.valid) expect(formatVerifierKey(parseVerifierKey(host, key))).toBe(key);
    for (const { key } of published.keys.invalid)
      expect(codeOf(() => parseVerifierKey(host, key))).toBe("invalid_key");
  });

  test("what Go's note package signs is signed to the same bytes", () => {
    const { name, secret, text, note } = published.signing;
    const key = verifierKey(host, "log", name, publicKeyOf(secret));
    const signature = signNote(host, text, { key, sign: (message) => sign(secret, message) });
    expect(parseNote(note)).toEqual({ text, signatures: [signature] });
  });

  test("notes of Go's note package are opened as there", () => {
    for (const { note, keys, code, signed } of published.notes) {
      const known = keys.map((key: string) => parseVerifierKey(host, key));
      expect(codeOf(() => openNote(host, note, known))).toBe(code);
      if (code === null)
        expect(openNote(host, note, known).signed.map(({ key }) => key.name)).toEqual(signed);
    }
  });

  test("the specifications' examples of tiles, a cosignature and a request", () => {
    for (const { path, ...tile } of published.tiles.paths) expect(parseTilePath(path)).toEqual(tile);
    for (const { size, full, partial } of published.tiles.sizes) {
      const all = [...newTiles(0, size)];
      const counts = (of: (width: number) => number) =>
        full.map((__: number, level: number) =>
          all.filter((tile) => tile.level === level).reduce((sum, { width }) => sum + of(width), 0),
        );
      expect(counts((width) => (width === 256 ? 1 : 0))).toEqual(full);
      expect(counts((width) => (width === 256 ? 0 : width))).toEqual(partial);
    }
    const { line, name, id, time, text, signed } = published.cosignature;
    expect(parseSignatureLines(line)).toMatchObject([{ name, id }]);
    expect(Number(`0x${parseSignatureLines(line)[0]!.payload.slice(0, 16)}`)).toBe(time);
    expect(Buffer.from(cosignedBytes(text, time)).toString()).toBe(signed);
    const { body, old, hashes, origin, size, signatures, answer, answered } = published.request;
    const request = parseAddCheckpoint(body);
    expect([request.old, request.proof.length]).toEqual([old, hashes]);
    expect(parseCheckpoint(parseNote(request.checkpoint).text)).toMatchObject({ origin, size });
    expect(parseNote(request.checkpoint).signatures).toHaveLength(signatures);
    expect(parseSignatureLines(answer)).toHaveLength(answered);
  });
});

describe.each(hosts)("our own files, with %s", (_, host) => {
  const keysOf = (texts: readonly string[]) => texts.map((text) => parseVerifierKey(host, text));

  test("proofs.json: every proof holds, and proof files are accepted or refused as written", () => {
    const { leaf_hashes: leaves, roots, inclusion, consistency, proof_files: files } = file("proofs.json");
    for (const { index, size, path } of inclusion) {
      checkInclusion(host, { index, size, leaf: leaves[index], root: roots[size] }, path);
    }
    for (const { old_size: oldSize, new_size: newSize, proof } of consistency) {
      checkConsistency(host, { oldSize, oldRoot: roots[oldSize], newSize, newRoot: roots[newSize] }, proof);
    }
    for (const { name, file: text, entry, keys, quorum, code } of files) {
      const known = { entry, keys: keysOf(keys), quorum: quorum === null ? null : parseQuorum(host, quorum) };
      expect([name, codeOf(() => verifyProofFile(host, text, known))]).toEqual([name, code]);
    }
  });

  test("notes.json: checkpoints are opened as written", () => {
    const { checkpoints, keys } = file("notes.json");
    for (const { secret, public_key, key } of keys) {
      expect(publicKeyOf(secret)).toBe(public_key);
      expect(parseVerifierKey(host, key).publicKey).toBe(public_key);
    }
    for (const { name, note, keys: known, code, signed } of checkpoints) {
      const open = () => openCheckpoint(host, note, keysOf(known));
      expect([name, codeOf(open)]).toEqual([name, code]);
      if (code === null) expect(open().signed.map(({ key }) => formatVerifierKey(key))).toEqual(signed);
    }
  });

  test("witness.json: requests are answered as written", () => {
    for (const { name, body, logs, held, status, size } of file("witness.json").requests) {
      const parsed = codeOf(() => parseAddCheckpoint(body));
      if (parsed !== null) {
        expect([name, parsed, status]).toEqual([name, "invalid_request", 400]);
        continue;
      }
      const answer = decideAddCheckpoint(host, parseAddCheckpoint(body), keysOf(logs), held);
      expect([name, answer.status]).toEqual([name, status]);
      if (answer.status === 200) expect(answer.state.size).toBe(size);
      if (answer.status === 409) expect(answer.size).toBe(size);
    }
  });

  test("evidence.json: clients and those who check find what is written", () => {
    const { keys, cases } = file("evidence.json");
    for (const { name, seen, shown, proof, old_root, verdict, proven, evidence } of cases) {
      const link = { proof, ...(old_root !== undefined && { old_root }) };
      const found = continueFrom(host, keysOf(keys), seen, shown, link);
      expect([name, found.verdict]).toEqual([name, verdict]);
      if (evidence === undefined) continue;
      expect(parseEvidence(evidence)).toEqual(found.verdict === "ok" ? null : found.evidence);
      expect(checkEvidence(host, keysOf(keys), parseEvidence(evidence))).toMatchObject({
        what: verdict,
        proven,
      });
    }
  });
});

test("tiles.json names the paths that newTiles names", () => {
  let from = 0;
  for (const { size, tiles } of file("tiles.json").steps) {
    if (typeof tiles === "object")
      expect(Object.keys(tiles)).toEqual(Array.from(newTiles(from, size), formatTilePath));
    from = size;
  }
});
