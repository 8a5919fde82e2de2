// What a stack starts with: kept data before sample data, and nothing removed without a word.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dataToImport, markBegun, removeData } from "../../src/launcher/data.ts";

let root: string;
let data: string;
let samples: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "data-"));
  data = join(root, "data");
  samples = join(root, "emulator-data");
  for (const folder of [data, samples]) mkdirSync(folder);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("dataToImport", () => {
  beforeEach(() => writeFileSync(join(samples, "firebase-export-metadata.json"), "{}"));

  test("is the sample data for a stack that holds nothing", () => {
    expect(dataToImport(samples, data, false)).toBe(samples);
    expect(dataToImport(samples, join(root, "never made"), false)).toBe(samples);
  });

  test("is the sample data again when the first start was cut short", () => {
    writeFileSync(join(data, "firestore.sqlite"), "x");
    expect(dataToImport(samples, data, false)).toBe(samples);
  });

  test("is nothing once a start became ready", () => {
    markBegun(data);
    expect(dataToImport(samples, data, false)).toBeNull();
    removeData(data);
    expect(dataToImport(samples, data, false)).toBe(samples);
  });

  test("is the sample data for every stack in memory", () => {
    markBegun(data);
    expect(dataToImport(samples, data, true)).toBe(samples);
  });

  test("is nothing where there is no export", () => {
    rmSync(join(samples, "firebase-export-metadata.json"));
    expect(dataToImport(samples, data, false)).toBeNull();
  });
});

describe("removeData", () => {
  test("empties the folder and says what was in it", () => {
    writeFileSync(join(data, "pubsub.sqlite"), "x".repeat(1025));
    writeFileSync(join(data, "firestore.sqlite"), "x");
    expect(removeData(data)).toBe(`Removed from ${data}: firestore.sqlite, pubsub.sqlite (2 KiB).`);
    expect(readdirSync(data)).toEqual([]);
  });

  test("says so when there was nothing", () => {
    expect(removeData(data)).toBe(`Nothing to remove: ${data} was empty.`);
  });
});
