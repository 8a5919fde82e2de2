// A log of so many entries behind the API, and ways to ask it as a reader does who has nothing but its keys.
import {
  checkConsistency,
  checkInclusion,
  openCheckpoint,
  parseVerifierKey,
  type VerifierKey,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { appendWaiting } from "../../functions/src/append.ts";
import { type Client, clientOf } from "./api-client.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "./local-cloud.ts";
import { storeValidJobs } from "./valid-jobs.ts";

export interface LogWorld {
  readonly cloud: LocalCloud;
  readonly client: Client;
  /** The last checkpoint's note. */
  note(): Promise<string>;
  /** Lets the ledger grow by so many entries. */
  grow(count: number, groupSize?: number): Promise<void>;
  /** What stands below the root of the site. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  bytes(path: string): Promise<Uint8Array>;
  keys(): Promise<VerifierKey[]>;
  close(): Promise<void>;
}

export async function startLogWorld(
  size: number,
  options: Partial<LocalCloudOptions> = {},
): Promise<LogWorld> {
  const cloud = await startLocalCloud({ deliver: false, ...options });
  const client = clientOf(cloud.api);
  let grown = 0;
  const fetched = (path: string, init?: RequestInit) =>
    cloud.api.fetch(new Request(`http://policyledger.test${path}`, init), { remoteAddress: "203.0.113.2" });
  const world: LogWorld = {
    cloud,
    client,
    note: async () => (await fetched("/checkpoint")).text(),
    grow: async (count, groupSize) => {
      await storeValidJobs(cloud.db, grown, count);
      await appendWaiting(cloud.service, groupSize);
      grown += count;
    },
    fetch: fetched,
    bytes: async (path) => new Uint8Array(await (await fetched(path)).arrayBuffer()),
    keys: async () =>
      (await client.get("/log")).body.keys.map((key: string) => parseVerifierKey(nodeHost, key)),
    close: () => cloud.close(),
  };
  if (size > 0) await world.grow(size);
  return world;
}

/** Asks for the proof and checks it with nothing but the root of a checkpoint. */
export async function proveEntry({ client }: LogWorld, index: number, size: number): Promise<string> {
  const { body } = await client.get(`/log/inclusion?index=${index}&size=${size}`);
  const { leaf, root, path } = body;
  checkInclusion(nodeHost, { index, size, leaf, root }, path);
  return root;
}

export async function proveGrowth({ client }: LogWorld, from: number, to: number): Promise<[string, string]> {
  const { from_root, to_root, path } = (await client.get(`/log/consistency?from=${from}&to=${to}`)).body;
  if (from > 0) {
    checkConsistency(nodeHost, { oldSize: from, oldRoot: from_root, newSize: to, newRoot: to_root }, path);
  }
  return [from_root, to_root];
}

export async function openedCheckpoint(world: LogWorld) {
  return openCheckpoint(nodeHost, await world.note(), await world.keys());
}
