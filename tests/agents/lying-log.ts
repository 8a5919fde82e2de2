// A log of whatever entries, really signed: what an operator shows who holds the key and lies with it.
import {
  cosign,
  EMPTY_TREE,
  entryHash,
  formatBundle,
  formatBundlePath,
  formatCheckpoint,
  formatNote,
  formatTilePath,
  formatVerifierKey,
  growTree,
  type HashReader,
  type NoteSigner,
  newBundles,
  newTiles,
  nodeHash,
  parseNote,
  proveConsistency,
  proveInclusion,
  readTree,
  rootOf,
  signNote,
  withSignatures,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Tamper } from "./world.ts";

export interface ShownLog {
  readonly texts: readonly string[];
  /** Keys that sign, the current one first; those that are only announced sign nothing. */
  readonly signers: readonly NoteSigner[];
  readonly announced?: readonly NoteSigner[];
  /** How many of the entries the latest checkpoint covers; all, unless told otherwise. */
  readonly size?: number;
  /** Notes of /log/checkpoints, the newest first. */
  readonly cosigned?: readonly string[];
  /** In place of the latest checkpoint's note. */
  readonly note?: string;
}

export interface LyingLog {
  readonly tamper: Tamper;
  root(size: number): string;
  /** The checkpoint of so many entries, with these cosignatures. */
  note(size: number, witnesses?: readonly NoteSigner[], time?: number): string;
  /** Every tile and bundle, by its path. */
  files(): ReadonlyMap<string, Uint8Array>;
}

/** Each of what the one before it makes. */
export function both(...tampers: readonly Tamper[]): Tamper {
  return (path, text, bytes) =>
    tampers.reduce(
      (made, tamper) => {
        return typeof made === "string" ? tamper(path, made, bytes) : made;
      },
      text as ReturnType<Tamper>,
    );
}

export function logShowing({
  texts,
  signers,
  announced = signers,
  size: shown,
  cosigned = [],
  note: given,
}: ShownLog): LyingLog {
  const hashes = new Map<string, string>();
  const leaves = texts.map((text) => entryHash(nodeHost, text));
  growTree(nodeHost, EMPTY_TREE, leaves, (level, index, hash) => void hashes.set(`${level}/${index}`, hash));
  const reader: HashReader = { hash: (level, index) => hashes.get(`${level}/${index}`)! };
  const origin = signers[0]!.key.name;
  const latest = shown ?? texts.length;
  const root = (size: number) => rootOf(nodeHost, readTree(reader, size));
  const note = (size: number, witnesses: readonly NoteSigner[] = [], time = 1_795_867_200) => {
    const text = formatCheckpoint({ origin, size, root: root(size) });
    const own = formatNote({ text, signatures: signers.map((signer) => signNote(nodeHost, text, signer)) });
    const more = witnesses.map((witness) => cosign(nodeHost, text, time, witness));
    return formatNote(withSignatures(parseNote(own), more));
  };
  const checkpointOf = (text: string) => {
    const [, decimal, encoded] = text.split("\n");
    return { size: Number(decimal), root: Buffer.from(encoded!, "base64").toString("hex"), note: text };
  };
  const answers: Readonly<Record<string, (query: (name: string) => number) => unknown>> = {
    "/api/v1/log": () => ({
      origin,
      keys: announced.map(({ key }) => formatVerifierKey(key)),
      checkpoint: checkpointOf(given ?? note(latest)),
      witnesses: null,
    }),
    "/api/v1/log/checkpoints": () => ({ checkpoints: cosigned.map(checkpointOf) }),
    "/api/v1/log/inclusion": (query) => {
      const [index, size] = [query("index"), query("size")];
      const path = proveInclusion(nodeHost, reader, index, size);
      return { index, size, leaf: leaves[index], root: root(size), path };
    },
    "/api/v1/log/consistency": (query) => {
      const [from, to] = [query("from"), query("to")];
      const path = from === 0 ? [] : proveConsistency(nodeHost, reader, from, to);
      return { from, to, from_root: root(from), to_root: root(to), path };
    },
  };
  const json = (value: unknown) => ({ status: 200, text: JSON.stringify(value), type: "application/json" });
  let made: ReadonlyMap<string, Uint8Array> | null = null;
  const files = () => (made ??= filesOf(texts, leaves, latest));
  return {
    root,
    note,
    files,
    tamper: (path, text) => {
      const url = new URL(path, "http://service");
      const answer = answers[url.pathname];
      if (answer !== undefined) {
        try {
          return json(answer((name) => Number(url.searchParams.get(name))));
        } catch {
          return { status: 404, text: "" };
        }
      }
      if (url.pathname === "/checkpoint") return { status: 200, text: given ?? note(latest) };
      if (!url.pathname.startsWith("/tile/")) return text;
      const file = files().get(url.pathname.slice(1));
      return file === undefined ? { status: 404, text: "" } : { status: 200, text: file };
    },
  };
}

/** By hashing, and by none of the functions that are under test. */
function filesOf(texts: readonly string[], leaves: readonly string[], size: number): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let level: string[] = leaves.slice(0, size);
  const levels: string[][] = [];
  for (let height = 0; level.length > 0; height++) {
    if (height % 8 === 0) levels.push(level);
    level = Array.from({ length: Math.floor(level.length / 2) }, (_, i) =>
      nodeHash(nodeHost, level[2 * i]!, level[2 * i + 1]!),
    );
  }
  for (const tile of newTiles(0, size)) {
    const { level: tileLevel, index, width } = tile;
    const some = levels[tileLevel]!.slice(256 * index, 256 * index + width);
    files.set(formatTilePath(tile), Buffer.from(some.join(""), "hex"));
  }
  for (const bundle of newBundles(0, size)) {
    const { index, width } = bundle;
    files.set(formatBundlePath(bundle), formatBundle(texts.slice(256 * index, 256 * index + width)));
  }
  return files;
}
