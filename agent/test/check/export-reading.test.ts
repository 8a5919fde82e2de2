// Exports read line by line, as in a page: each part told as what it is, and each way in which a file is none.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { canonicalJson, type Json, portableHasher } from "@policyledger/core";
import { describe, expect, test } from "vitest";
import { type ExportPart, ExportReading, formatExportHeader } from "../../src/check/index.ts";

interface Example {
  readonly artifact: string;
  readonly policy_hash: string;
  readonly entries: readonly { readonly text: string; readonly current_hash: string }[];
}
const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const example = JSON.parse(read("tests/cases/worked-example.json")) as Example;
const entries = example.entries.map(({ text }) => text);
const head = example.entries.at(-1)!.current_hash;
const header = formatExportHeader({ entries: 2, head, policies: 1 });
const LINES = [header, ...entries, example.artifact];

function parts(lines: readonly string[]): ExportPart[] {
  const reading = new ExportReading(portableHasher);
  const told = lines.map((line) => reading.add(line));
  reading.end();
  return told;
}

test("an export is told as its header, its entries and its policies, in order", () => {
  expect(parts(LINES)).toEqual([
    { kind: "header", header: { entries: 2, head, policies: 1 } },
    { kind: "entry", index: 0, text: entries[0] },
    { kind: "entry", index: 1, text: entries[1] },
    { kind: "policy", key: example.policy_hash, text: example.artifact },
  ]);
});

test("docs/formats.md tells the size and the hash of the worked example's export", () => {
  const file = LINES.map((line) => `${line}\n`).join("");
  const hash = createHash("sha256").update(file).digest("hex");
  const bytes = Buffer.byteLength(file).toLocaleString("en-US");
  expect(read("docs/formats.md").replaceAll(/\s+/g, " ")).toContain(
    `The whole file takes ${bytes} bytes, and its SHA-256 is \`${hash}\`.`,
  );
});

test("an export of an empty ledger is its header", () => {
  const empty = { entries: 0, head: null, policies: 0 };
  expect(parts([formatExportHeader(empty)])).toEqual([{ kind: "header", header: empty }]);
});

describe("an export is refused that", () => {
  const named = (hash: string) => entries.map((text) => text.replace(example.policy_hash, hash));
  const noArtifact = '{"not":"an artifact"}';
  const spaced = example.artifact.replace(":", ": ");
  const counts = (more: object) =>
    canonicalJson({ kind: "policyledger-export", v: 1, entries: 2, head, policies: 1, ...more } as Json);

  test.each<[string, readonly string[], code: string, message: RegExp]>([
    ["is empty", [], "not_an_export", /^The file is empty$/],
    ["has no header", LINES.slice(1), "not_an_export", /first line/],
    ["ends before its entries", LINES.slice(0, 1), "truncated", /after 0 of 2 entries/],
    ["ends within its entries", LINES.slice(0, 2), "truncated", /after 1 of 2 entries/],
    ["ends before its policies", LINES.slice(0, 3), "truncated", /after 0 of 1 policies/],
    ["goes on behind its policies", [...LINES, example.artifact], "surplus", /behind the last policy/],
    ["ends in an empty line", [...LINES, ""], "surplus", /behind the last policy/],
    [
      "counts too few policies",
      [counts({ policies: 0 }), ...LINES.slice(1)],
      "wrong_policy",
      /name 1 .* holds 0/,
    ],
    [
      "counts too many policies",
      [counts({ policies: 2 }), ...LINES.slice(1)],
      "wrong_policy",
      /name 1 .* holds 2/,
    ],
    [
      "counts too many at its end",
      [counts({ policies: 2 }), ...entries],
      "wrong_policy",
      /name 1 .* holds 2/,
    ],
    [
      "holds a policy that nobody names",
      [header, ...entries, noArtifact],
      "wrong_policy",
      /stands one that hashes to/,
    ],
    [
      "lacks a policy that two name",
      [header, ...named("0".repeat(64)), example.artifact],
      "wrong_policy",
      /policy 0000/,
    ],
    [
      "holds what is no artifact, though it is named",
      [header, ...named(portableHasher.sha256(noArtifact)), noArtifact],
      "wrong_policy",
      /is no artifact/,
    ],
    [
      "holds an artifact in another spelling, though it is named",
      [header, ...named(portableHasher.sha256(spaced)), spaced],
      "wrong_policy",
      /is no artifact: .*canonical/,
    ],
    [
      "has an entry that is too long",
      [header, "x".repeat(65_536)],
      "bad_line",
      /Entry 0 takes more than 65535 bytes/,
    ],
  ])("%s", (_, lines, code, message) => {
    expect(() => parts(lines)).toThrow(
      expect.objectContaining({ name: "ExportError", code, message: expect.stringMatching(message) }),
    );
  });
});
