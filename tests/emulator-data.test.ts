// The sample data that a fresh local stack starts with: reproducible, and a ledger that holds.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { auditChain, policyHash, readArtifact } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { expect, test } from "vitest";
import { makeSampleData } from "../emulator-data/make.ts";
import type { Document } from "../emulators/src/firestore/document.ts";
import { readExport } from "../emulators/src/firestore/export.ts";

const folder = fileURLToPath(new URL("../emulator-data/", import.meta.url));
const metadata = join(folder, "firestore_export/firestore_export.overall_export_metadata");

function textOf({ fields }: Document, name: string): string {
  const value = fields.get(name);
  if (value?.kind !== "string") throw new Error(`${name} is no text`);
  return value.value;
}

test("emulator-data is what its script makes", () => {
  const made = mkdtempSync(join(tmpdir(), "sample-data-"));
  makeSampleData(made);
  const files = (root: string) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "make.ts")
      .map((entry) => join(entry.parentPath, entry.name).slice(root.replace(/\/$/, "").length));
  expect(files(folder).sort()).toEqual(files(made).sort());
  for (const file of files(made))
    expect(readFileSync(join(folder, file), "utf8")).toBe(readFileSync(join(made, file), "utf8"));
  rmSync(made, { recursive: true });
});

test("emulator-data holds a ledger that passes the audit, and every policy that it names", () => {
  const documents = [...readExport(metadata)];
  const within = (collection: string) => documents.filter(({ name }) => name.includes(`/${collection}/`));
  const entries = within("ledger_entries");
  const [head] = within("ledger");
  const expected = { size: entries.length, head: textOf(head!, "current_hash") };
  const report = auditChain(
    nodeHost,
    entries.map((entry) => textOf(entry, "text")),
    { expected, signatures: true },
  );
  expect(report).toMatchObject({ ok: true, size: 5 });
  const policies = within("policies").map((policy) =>
    policyHash(nodeHost, readArtifact(textOf(policy, "artifact"))),
  );
  expect(new Set(policies)).toEqual(new Set(entries.map((entry) => textOf(entry, "policy_hash"))));
});
