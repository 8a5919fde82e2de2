// The routes of a log: what its service says of it, its proofs, its tiles, and where cosignatures go. Nothing that
// comes from here is true yet.
import {
  type Bundle,
  formatBundlePath,
  formatTilePath,
  limits,
  TILE_WIDTH,
  type Tile,
} from "@policyledger/core";
import * as api from "@policyledger/core/api";
import { API, type CallOptions, natural, search } from "../sdk/calls.ts";
import { ClientError } from "../sdk/error.ts";
import { readAnswer, type Transport } from "../sdk/transport.ts";

export interface Wire {
  readonly endpoint: string;
  log(options?: CallOptions): Promise<api.Log>;
  inclusion(index: number, size: number, options?: CallOptions): Promise<api.Inclusion>;
  consistency(from: number, to: number, options?: CallOptions): Promise<api.Consistency>;
  /** Recent checkpoints that somebody cosigned, newest first. */
  cosigned(options?: CallOptions): Promise<api.CosignedCheckpoints>;
  /** The note at /checkpoint, as readers of tiles get it; null where there is none. */
  note(options?: CallOptions): Promise<Uint8Array | null>;
  /** Null where there is no such tile. */
  tile(tile: Tile, options?: CallOptions): Promise<Uint8Array | null>;
  bundle(bundle: Bundle, options?: CallOptions): Promise<Uint8Array | null>;
  /** Hands in a checkpoint's note with cosignatures on it, and whose they are. */
  cosign(note: string, keys: readonly string[], options?: CallOptions): Promise<api.CosignaturesKept>;
}

const TILE_BYTES = 32 * TILE_WIDTH;
/** 256 entries of at most 65,535 bytes, each behind its length. */
const MAX_BUNDLE_BYTES = 65_537 * TILE_WIDTH;

export function makeWire(transport: Transport): Wire {
  const get = async <T>(
    path: string,
    schema: Parameters<typeof readAnswer<T>>[1],
    options: CallOptions = {},
  ) => readAnswer(path, schema, await transport.text({ path: API + path, ...options }));

  /** Where a partial tile is gone, the full one begins with it (c2sp.org/tlog-tiles). */
  async function partial<T extends Bundle>(
    part: T,
    read: (part: T) => Promise<Uint8Array | null>,
  ): Promise<Uint8Array | null> {
    const found = await read(part);
    return found === null && part.width < TILE_WIDTH ? read({ ...part, width: TILE_WIDTH }) : found;
  }

  async function bytes(path: string, maxBytes: number, options: CallOptions = {}) {
    try {
      return await transport.bytes({ path: `/${path}`, maxBytes, ...options });
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  return {
    endpoint: transport.base,
    log: (options) => get("/log", api.log, options),
    inclusion: (index, size, options) =>
      get(`/log/inclusion${search({ index: natural(index), size: natural(size) })}`, api.inclusion, options),
    consistency: (from, to, options) =>
      get(`/log/consistency${search({ from: natural(from), to: natural(to) })}`, api.consistency, options),
    cosigned: (options) => get("/log/checkpoints", api.cosignedCheckpoints, options),
    note: (options) => bytes("checkpoint", limits.MAX_NOTE_BYTES, options),
    tile: (tile, options) => partial(tile, (part) => bytes(formatTilePath(part), TILE_BYTES, options)),
    bundle: (bundle, options) =>
      partial(bundle, (part) => bytes(formatBundlePath(part), MAX_BUNDLE_BYTES, options)),
    cosign: async (note, keys, options = {}) => {
      const path = `${API}/log/cosignatures`;
      const headers = { "x-witness-keys": keys.join(",") };
      const type = "text/plain; charset=utf-8";
      const text = await transport.text({ method: "POST", path, body: note, type, headers, ...options });
      return readAnswer(path, api.cosignaturesKept, text);
    },
  };
}

/** 404, also of a host that answers with a page of its own. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ClientError && error.status === 404;
}
