// Which functions the sources hold, from the suite's own lines.
import { expect, test } from "vitest";
import { listenForLoads } from "../../src/launcher/loaded.ts";

const line = (names: string) => `✔  functions: Loaded functions definitions from source: ${names}.`;

test("listenForLoads knows what the newest load brought, and what it left out", () => {
  const loaded = listenForLoads(1);
  expect(loaded.has("sweep")).toBe(true);
  loaded.hear(line("api, sweep, group.part"));
  loaded.hear("✔  functions[us-central1-api]: http function initialized.");
  expect(["api", "sweep", "group.part", "other"].map(loaded.has)).toEqual([true, true, true, false]);
  loaded.hear(line("api"));
  expect(["api", "sweep"].map(loaded.has)).toEqual([true, false]);
});

test("listenForLoads takes none for gone where several folders have functions", () => {
  const loaded = listenForLoads(2);
  loaded.hear(line("api"));
  expect(loaded.has("sweep")).toBe(true);
});
