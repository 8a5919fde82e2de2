// The sample data, written into an emulator that cannot import it.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readExport } from "../../src/firestore/export.ts";
import { startFirestore } from "../../src/firestore/server.ts";
import { loadSamples } from "../../src/launcher/load-samples.ts";
import { adminClient } from "../firestore/admin-client.ts";

const samples = fileURLToPath(new URL("../../../emulator-data", import.meta.url));

test("loadSamples writes every document of the sample data", async () => {
  const { host, port, close } = await startFirestore({ host: "127.0.0.1", port: 0, data: null });
  await loadSamples(samples, `${host}:${port}`);
  const client = adminClient("demo-policyledger", { host, port });
  const metadata = `${samples}/firestore_export/firestore_export.overall_export_metadata`;
  const names = [...readExport(metadata)].map(({ name }) => name.split("/documents/")[1]!);
  const found = await client.getAll(...names.map((name) => client.doc(name)));
  expect(found.filter(({ exists }) => !exists)).toEqual([]);
  const entries = names.filter((name) => name.startsWith("ledger_entries/"));
  expect((await client.doc("ledger/head").get()).get("index")).toBe(entries.length - 1);
  await client.terminate();
  await close();
});
