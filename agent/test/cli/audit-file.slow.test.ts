// Whatever is done to one byte of an export, its audit finds it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { formatExportHeader } from "../../src/check/index.ts";
import { auditFile } from "../../src/cli/audit/file.ts";
import { type AuditResult, holds } from "../../src/cli/audit/result.ts";
import type { Pool } from "../../src/cli/replay/pool.ts";
import { check } from "../../src/cli/replay/tasks.ts";
import { terminalOn } from "../../src/cli/terminal.ts";

const folder = mkdtempSync(join(tmpdir(), "policyledger-audit-"));
const file = join(folder, "export.ndjson");
afterAll(() => rmSync(folder, { recursive: true }));

/** In this thread: what threads add is tested where the command is. */
const pool: Pool = { check: async (tasks) => tasks.map(check), close: async () => {} };
const silent = { write: () => {} };
const terminal = terminalOn({ stdout: silent, stderr: silent, env: {} });

const example = JSON.parse(
  readFileSync(new URL("../../../tests/cases/worked-example.json", import.meta.url), "utf8"),
) as { artifact: string; entries: { text: string; current_hash: string }[] };
const head = example.entries.at(-1)!.current_hash;
const lines = [
  formatExportHeader({ entries: 2, head, policies: 1 }),
  ...example.entries.map(({ text }) => text),
  example.artifact,
];
const good = Buffer.from(lines.map((line) => `${line}\n`).join(""));

function audited(bytes: Uint8Array, replay = false): Promise<AuditResult> {
  writeFileSync(file, bytes);
  const { signal } = new AbortController();
  return auditFile({ file, pool, terminal, signal, replay, remembered: null, covering: null });
}

/** Which places a change at leaves no finding. */
async function unfound(change: (at: number) => Uint8Array): Promise<number[]> {
  const places: number[] = [];
  for (let at = 0; at < good.length; at++) if (holds(await audited(change(at)))) places.push(at);
  return places;
}

test("the worked example's export holds, replayed too", async () => {
  const result = await audited(good, true);
  expect(result).toMatchObject({ held: 2, policies: 1, said: { size: 2, head }, fault: null });
  expect(result.replayed).toEqual({ count: 2, wrong: [] });
});

describe("no place is left where a byte", () => {
  const spliced = (at: number, left: number, ...put: number[]) =>
    Buffer.concat([good.subarray(0, at), Buffer.from(put), good.subarray(at + left)]);

  test.each<[string, (at: number) => Uint8Array]>([
    ["with one bit flipped", (at) => spliced(at, 1, good[at]! ^ 1)],
    ["in the other case", (at) => spliced(at, 1, good[at]! ^ 0x20)],
    ["that is no UTF-8", (at) => spliced(at, 1, 0xff)],
    ["turned into a space", (at) => spliced(at, 1, good[at] === 0x20 ? 0x09 : 0x20)],
    ["turned into a line feed", (at) => spliced(at, 1, good[at] === 0x0a ? 0x20 : 0x0a)],
    ["left out", (at) => spliced(at, 1)],
    ["put in twice", (at) => spliced(at, 0, good[at]!)],
    ["put before it, a space", (at) => spliced(at, 0, 0x20)],
    ["put before it, a line feed", (at) => spliced(at, 0, 0x0a)],
    ["at which the file ends", (at) => good.subarray(0, at)],
  ])("%s goes unfound", async (_, change) => {
    expect(await unfound(change)).toEqual([]);
  });
});

test("an entry that does not hold is told before what is wrong behind it", async () => {
  const cut = good.subarray(0, -1);
  expect((await audited(cut)).fault).toMatchObject({ index: null, code: "truncated" });
  const changed = cut.toString().replace('"verified_reward":', '"verified_reward":1');
  expect((await audited(Buffer.from(changed))).fault).toMatchObject({ index: 0, code: "wrong_claim_id" });
});
