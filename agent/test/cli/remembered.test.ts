// What a home remembers of its claims: the last thousand of each ledger, each once, whatever is in the file.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { idMeant, type Remembered, remember, rememberedIn } from "../../src/cli/claims/remembered.ts";
import { homeAt } from "../../src/cli/home.ts";

const ENDPOINT = "https://ledger.example";
const home = () => homeAt(mkdtempSync(join(tmpdir(), "policyledger-home-")), {});
const claim = (i: number): Remembered => ({
  claim_id: i.toString(16).padStart(4, "0").padEnd(64, "0"),
  file: `runs/${i}.json`,
  at: "2026-11-28T12:00:00.000Z",
});

test("the last thousand are kept, by the names of their files, and each ledger's apart", () => {
  const at = home();
  remember(at, ENDPOINT, [claim(0), claim(1)]);
  remember(
    at,
    ENDPOINT,
    Array.from({ length: 999 }, (_, i) => claim(i + 2)),
  );
  const kept = rememberedIn(at, ENDPOINT);
  expect(kept.length).toBe(1_000);
  expect(kept[0]).toEqual({ ...claim(1), file: "1.json" });
  expect(rememberedIn(at, "https://other.example")).toEqual([]);
});

test("what is submitted again is last, and there once", () => {
  const at = home();
  remember(at, ENDPOINT, [claim(1), claim(2)]);
  remember(at, ENDPOINT, [claim(1)]);
  expect(rememberedIn(at, ENDPOINT).map(({ file }) => file)).toEqual(["2.json", "1.json"]);
});

test("what is in the file and is no claim is passed over", () => {
  const at = home();
  const file = join(at.ledgerFolder(ENDPOINT), "submitted.json");
  writeFileSync(file, JSON.stringify({ claims: [null, { claim_id: "x" }, claim(3)] }));
  expect(rememberedIn(at, ENDPOINT)).toEqual([claim(3)]);
  writeFileSync(file, '{"claims": 5}');
  expect(rememberedIn(at, ENDPOINT)).toEqual([]);
});

test("a claim is meant by its id, or by a beginning that no other has", () => {
  const known = [claim(0x1234), claim(0x1235)];
  expect(idMeant("1234", known)).toEqual(claim(0x1234));
  expect(idMeant(claim(7).claim_id, known)).toEqual({ claim_id: claim(7).claim_id, file: null });
  expect(() => idMeant("123", known)).toThrow("2 begin so");
  expect(() => idMeant("9", known)).toThrow("nor the beginning of one");
});
