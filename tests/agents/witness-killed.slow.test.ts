// A witness that is killed at any point, and restarted by whoever runs it, while the log shows it one history or another: all
// that it ever signed is one history.

import { readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { openCheckpoint, parseVerifierKey } from "@policyledger/core";
import { nodeHost, noteSigner } from "@policyledger/core/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { versionsOf } from "../../agent/src/cli/log/versions.ts";
import { newHome, policyledger } from "./command.ts";
import { type LyingLog, logShowing } from "./lying-log.ts";

const FORK = 5;
const MOST = 4_000;
const A = Array.from({ length: MOST }, (_, i) => `entry ${i}`);
const B = A.map((entry, i) => (i < FORK ? entry : `${entry} of another history`));
const SIGNER = noteSigner("log", "two-faced.test", "03".repeat(32));

/** A log that grows with each look, and shows one history or the other by the toss of a coin. */
interface TwoFaced {
  readonly url: string;
  /** What was handed in: whole notes. */
  readonly handedIn: string[];
  readonly roots: readonly ((size: number) => string)[];
  close(): Promise<void>;
}

/** The same tosses each time; what the witness meets depends on when it is killed. */
function tosses(): () => number {
  let i = 0;
  return () => Number.parseInt(nodeHost.sha256(`toss ${i++}`).slice(0, 6), 16) / 0x1000000;
}

async function twoFaced(): Promise<TwoFaced> {
  const toss = tosses();
  const handedIn: string[] = [];
  let size = FORK + 1;
  let shown: LyingLog;
  const [one, other] = [A, B].map((texts) => logShowing({ texts, signers: [SIGNER] }));
  const server: Server = createServer(async (request, response) => {
    const path = request.url!;
    let body = "";
    for await (const part of request) body += part;
    // Late by up to a tenth of a second, so that many are killed while they wait.
    await new Promise((resolve) => setTimeout(resolve, 100 * toss()));
    if (request.method === "POST") {
      handedIn.push(body);
      response.end(JSON.stringify({ size, kept: [] }));
      return;
    }
    if (path === "/api/v1/log") {
      size += Math.floor(3 * toss());
      shown = logShowing({ texts: toss() < 0.8 ? A : B, size, signers: [SIGNER] });
    }
    const made = shown.tamper(path, "");
    const { status, text } = typeof made === "string" ? { status: 404, text: made } : made;
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handedIn,
    roots: [one!.root, other!.root],
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

let log: TwoFaced;
const home = newHome();
beforeAll(async () => {
  log = await twoFaced();
});
afterAll(() => log.close());

const RESTARTS = 24;

test("SIGKILL at any point, and restarts on another history, never lead to two inconsistent cosignatures", async () => {
  const made = await policyledger(["witness", "--init", "witness.test/killed"], { home });
  const key = parseVerifierKey(nodeHost, /^witness\.test\/killed\/consistent\S+$/m.exec(made.out)![0]);
  const toss = tosses();
  const ends = { killed: 0, refused: 0 };
  for (let i = 0; i < RESTARTS; i++) {
    // What the client remembers is lost each time: only the witness's own state is left.
    for (const name of ["logs", "ledgers"]) rmSync(join(home, name), { recursive: true, force: true });
    const killed = new Promise((resolve) => setTimeout(resolve, 250 + 900 * toss()));
    const args = ["witness", "--interval", "0.1"];
    const { code } = await policyledger(args, { home, endpoint: log.url, interrupt: killed, by: "SIGKILL" });
    if (code === null) ends.killed += 1;
    else ends.refused += 1;
  }
  const signed = log.handedIn.map((note) => openCheckpoint(nodeHost, note, [SIGNER.key, key]));
  expect(signed.every((opened) => opened.signed.some((one) => one.key.name === key.name))).toBe(true);
  expect(signed.length).toBeGreaterThan(4);
  expect(ends.killed).toBeGreaterThan(4);
  const histories = log.roots.map(
    (root) => signed.filter((opened) => opened.root === root(opened.size)).length,
  );
  expect(histories.toSorted((a, b) => a - b)).toEqual([0, signed.length]);
  // And it never went back.
  const sizes = signed.map(({ size }) => size);
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
});

test("of two processes with one state, each version is made by one of them", async () => {
  const folder = newHome();
  const [mine, theirs] = [versionsOf(folder, "state"), versionsOf(folder, "state")];
  expect(mine.read()).toBe(null);
  expect(mine.replace(0, "first")).toBe(true);
  expect(theirs.replace(0, "also first")).toBe(false);
  const seen = mine.read()!;
  expect(theirs.read()).toEqual(seen);
  expect(theirs.replace(seen.number, "second")).toBe(true);
  expect(theirs.replace(seen.number + 1, "third")).toBe(true);
  // The place of the second is free again, and it is not taken.
  expect(mine.replace(seen.number, "another second")).toBe(false);
  expect(mine.read()).toEqual({ number: 3, text: "third" });
  // A draft that somebody was killed over does not stay.
  const left = join(folder, "state.left.tmp");
  writeFileSync(left, "half");
  utimesSync(left, 0, 0);
  expect(mine.replace(3, "fourth")).toBe(true);
  expect(readdirSync(folder)).toEqual(["state-4.json"]);
});
