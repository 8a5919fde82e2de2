// Killed in the middle of a write load, many times over, the local Firestore keeps exactly what it acknowledged.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRaw, type Raw } from "../conformance/firestore/raw.ts";
import { batches, creations, increments, type Kind, rivals, transactions } from "./crash/clients.ts";
import { type Acknowledged, readAll, writeUntilDeath } from "./crash/load.ts";
import { type ServerProcess, startProcess } from "./crash/server-process.ts";

const KILLS = 25;
const LONGEST_LOAD_MS = 900;

let data: string;
let server: ServerProcess | null = null;

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), "local-firestore-"));
});

afterAll(async () => {
  await server?.kill();
  rmSync(data, { recursive: true, force: true });
});

/** All commit times that were ever acknowledged or read. */
class Times {
  #latest = 0n;
  #beforeStart = 0n;
  readonly #all = new Set<bigint>();

  acknowledged(time: bigint): void {
    expect(this.#all.has(time), `two commits at ${time}`).toBe(false);
    expect(
      time > this.#beforeStart,
      `${time} is not after the ${this.#beforeStart} of before the crash`,
    ).toBe(true);
    this.#all.add(time);
    this.read(time);
  }

  read(time: bigint): void {
    if (time > this.#latest) this.#latest = time;
  }

  restarted(): void {
    this.#beforeStart = this.#latest;
  }

  get count(): number {
    return this.#all.size;
  }
}

async function load(host: string, kinds: readonly Kind[], times: Times, ms: number): Promise<void> {
  const raw = openRaw(host);
  let isDead = false;
  const writing = kinds.flatMap((kind) => {
    const acknowledge = (what: Acknowledged) => {
      times.acknowledged(what.time);
      kind.acknowledge?.(what);
    };
    return kind.clients.map((client) => writeUntilDeath(client, raw, () => isDead, acknowledge));
  });
  const dying = sleep(ms).then(() => {
    isDead = true;
    return server!.kill();
  });
  await Promise.all([dying, ...writing]);
  raw.close();
}

async function check(raw: Raw, kinds: readonly Kind[], times: Times): Promise<void> {
  const read = await readAll(
    raw,
    kinds.flatMap(({ documents }) => documents),
  );
  for (const kind of kinds) kind.check(read.values);
  for (const time of read.times) times.read(time);
}

test(`${KILLS} kills cost no acknowledged commit, leave no half commit, and commit times go on increasing`, async () => {
  const kinds = [batches(), rivals(), increments(), creations(), transactions()];
  const times = new Times();
  for (let kill = 0; kill < KILLS; kill++) {
    server = await startProcess(data);
    const raw = openRaw(server.host);
    await check(raw, kinds, times);
    raw.close();
    times.restarted();
    // Also at once, while the first writes come in.
    await load(
      server.host,
      kinds,
      times,
      kill % 5 === 0 ? Math.random() * 20 : Math.random() * LONGEST_LOAD_MS,
    );
  }
  server = await startProcess(data);
  const raw = openRaw(server.host);
  await check(raw, kinds, times);
  raw.close();
  for (const { clients } of kinds)
    for (const { id, acknowledged } of clients) expect(acknowledged, `${id} has written`).toBeGreaterThan(0);
  expect(times.count).toBeGreaterThan(KILLS * 10);
});
