// One bit at a time, of everything that a log of some thousand entries serves: each is found.
import {
  formatBundlePath,
  formatTilePath,
  newBundles,
  newTiles,
  parseProofFile,
  type Sealed,
  verifyProofFile,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FsckResult, fsckLog } from "../../agent/src/cli/fsck/run.ts";
import { openService } from "../../agent/src/cli/service.ts";
import { terminalOn } from "../../agent/src/cli/terminal.ts";
import { openLog, type View } from "../../agent/src/log/index.ts";
import { ClientError, createClient } from "../../agent/src/sdk/index.ts";
import { appendWaiting } from "../../functions/src/append.ts";
import { fill } from "../bench/fill.ts";
import { validSubmissions } from "../bench/workloads.ts";
import { cosigned, witnessNamed } from "../service/witness.ts";
import type { Fetch } from "./log-in-process.ts";
import { startWorld, type World } from "./world.ts";

const ENTRIES = 3_000;
const WITNESS = witnessNamed("witness.test/consistent");
let world: World;
let size: number;
/** What the service answered, by path: asked once, and given again with or without a changed bit. */
const answers = new Map<string, { readonly status: number; readonly bytes: Uint8Array }>();
let flip: { readonly path: string; readonly change: (bytes: Uint8Array) => Uint8Array } | null = null;

const recording: Fetch = async (request) => {
  const { pathname, search } = new URL(request.url);
  const path = pathname + search;
  let answer = answers.get(path);
  if (answer === undefined) {
    const got = await fetch(request);
    answer = { status: got.status, bytes: new Uint8Array(await got.arrayBuffer()) };
    answers.set(path, answer);
  }
  const bytes = flip?.path === path ? flip.change(answer.bytes) : answer.bytes;
  return new Response(bytes as unknown as string, { status: answer.status });
};

beforeAll(async () => {
  world = await startWorld();
  const { service } = world.cloud;
  await fill(service.db, validSubmissions(ENTRIES, 40));
  while ((await appendWaiting(service)) > 0);
  size = (await createClient(world.url).head()).size;
}, 300_000);
afterAll(() => world.close());

const options = { fetch: recording, retries: 0, maxPause: 5, host: nodeHost };
const SILENT = { write: () => {} };
const terminal = terminalOn({ stdout: SILENT, stderr: SILENT, env: {} });

/** A new client each time, which remembers nothing. */
const fscked = (): Promise<FsckResult> =>
  fsckLog({
    client: openService(world.url, { fetch: recording, retries: 0, hasher: nodeHost }),
    log: openLog(world.url, options),
    signal: new AbortController().signal,
    terminal,
    pool: null,
  });

/** The same bits in each run. */
function placesIn(
  length: number,
  count: number,
  seed: string,
): { readonly at: number; readonly bit: number }[] {
  return Array.from({ length: count }, (_, i) => {
    const hash = Buffer.from(nodeHost.sha256(`${seed} ${i}`), "hex");
    return { at: hash.readUInt32BE(0) % length, bit: hash[4]! & 7 };
  });
}

function flippedAt(at: number, bit: number) {
  return (bytes: Uint8Array): Uint8Array => {
    const changed = bytes.slice();
    changed[at]! ^= 1 << bit;
    return changed;
  };
}

test("nothing is found where nothing was changed", async () => {
  const { found, entries, tiles, view } = await fscked();
  expect({ found, entries, size: view.size }).toEqual({ found: 0, entries: size, size });
  expect(tiles).toBe([...newTiles(0, size)].length);
  expect(size).toBeGreaterThan(ENTRIES);
});

describe("fsck finds one bit", () => {
  test("of each tile, and names the tile and the entry", async () => {
    const tiles = [...newTiles(0, size)];
    expect(tiles.length).toBeGreaterThan(12);
    for (const tile of tiles) {
      const path = formatTilePath(tile);
      for (const { at, bit } of placesIn(32 * tile.width, 2, path)) {
        flip = { path: `/${path}`, change: flippedAt(at, bit) };
        const { found, differences } = await fscked();
        const index = (256 * tile.index + Math.floor(at / 32)) * 256 ** tile.level;
        expect({ path, at, found, differences }).toMatchObject({
          found: 1,
          differences: [{ where: path, index }],
        });
      }
    }
  });

  test("of each bundle, and names the bundle and the entry", async () => {
    for (const bundle of newBundles(0, size)) {
      const path = formatBundlePath(bundle);
      const { bytes } = answers.get(`/${path}`)!;
      for (const { at, bit } of placesIn(bytes.length, 2, path)) {
        flip = { path: `/${path}`, change: flippedAt(at, bit) };
        const { found, differences } = await fscked();
        expect({ path, at, found, differences }).toMatchObject({ found: 1, differences: [{ where: path }] });
      }
    }
  });

  test("of the checkpoint's note, wherever it is", async () => {
    flip = null;
    const { text } = await openLog(world.url, options).checkpoint();
    for (let at = 0; at < Buffer.from(text).length; at++) {
      for (const bit of [0, 3]) {
        flip = {
          path: "/api/v1/log",
          change: (bytes) => {
            const answer = JSON.parse(Buffer.from(bytes).toString());
            answer.checkpoint.note = Buffer.from(
              flippedAt(at, bit)(Buffer.from(answer.checkpoint.note)),
            ).toString();
            return Buffer.from(JSON.stringify(answer));
          },
        };
        const error = await openLog(world.url, options)
          .checkpoint()
          .catch((thrown: unknown) => thrown);
        expect({ at, bit, error }).toMatchObject({ error: expect.any(ClientError) });
      }
    }
  });

  test("of an entry in the ledger's JSON, which is not what the log has", async () => {
    for (const first of [0, 256 * 5]) {
      const path = `/api/v1/ledger?order=oldest&from=${first}&limit=256`;
      flip = {
        path,
        change: (bytes) =>
          Buffer.from(
            Buffer.from(bytes)
              .toString()
              .replace(/"seed":(\d)/, '"seed":1$1'),
          ),
      };
      const { found, differences } = await fscked();
      expect({ found, differences }).toMatchObject({ found: 1, differences: [{ index: first }] });
    }
  });

  test("or a whole tile or bundle that is gone", async () => {
    flip = null;
    for (const path of ["tile/0/003", "tile/entries/004"]) {
      const kept = answers.get(`/${path}`)!;
      answers.set(`/${path}`, { status: 404, bytes: new Uint8Array() });
      const { differences } = await fscked();
      expect(differences).toMatchObject([{ where: path, message: "it is not served" }]);
      answers.set(`/${path}`, kept);
    }
  });
});

describe("a proof file with a cosignature", () => {
  let file: string;
  let sealed: Sealed;
  let view: View;
  const known = () => ({
    entry: sealed.text,
    keys: [world.cloud.service.signers[0]!.key, WITNESS.key],
    quorum: { rules: [{ n: 1, of: [WITNESS.key] }] },
  });

  test("holds as it is", async () => {
    flip = null;
    sealed = await createClient(world.url).entry(1_234);
    const log = openLog(world.url, { host: nodeHost });
    view = await log.checkpoint();
    const { path, index } = await log.prove(sealed, { view });
    const note = cosigned(view.text, 1_795_867_200, WITNESS);
    file = (await log.prove(sealed, { view })).file.replace(view.text, note);
    expect(path.length).toBeGreaterThan(10);
    expect(verifyProofFile(nodeHost, file, known())).toMatchObject({ index, size });
  });

  test("holds with no bit of it changed: of its path, its index, its note, or either signature", () => {
    const bytes = Buffer.from(file);
    const held: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        try {
          verifyProofFile(nodeHost, flippedAt(at, bit)(bytes), known());
          held.push(8 * at + bit);
        } catch {}
      }
    }
    expect(held).toEqual([]);
    expect(parseProofFile(file).index).toBe(1_234);
  });
});
