import { describe, expect, test } from "vitest";
import {
  autoId,
  checkCollectionId,
  checkDocumentId,
  collectionIdOf,
  parentOf,
  parseDatabase,
  parseDocumentName,
  parseParent,
} from "../../src/firestore/names.ts";
import { Code } from "../../src/wire/status.ts";
import { DATABASE, ROOT } from "./sample-values.ts";

const refusal = (message: string) =>
  expect.objectContaining({ code: Code.INVALID_ARGUMENT, message: expect.stringContaining(message) });

describe("parseDatabase", () => {
  test("answers the two ids", () => {
    expect(parseDatabase(DATABASE)).toEqual({ project: "p", database: "(default)" });
  });

  test.each([
    ["", 'lacks "projects" at index 0'],
    ["projects//databases/d", "no project id at index 1"],
    ["projects/p/database/d", 'lacks "databases" at index 2'],
    ["projects/p/databases", "no database id at index 3"],
    [ROOT, "has 5 segments"],
  ])("refuses %j", (name, message) => {
    expect(() => parseDatabase(name)).toThrow(refusal(message));
  });
});

describe("parseDocumentName", () => {
  test.each([
    "a/b",
    "a/b/c/d",
    "a/__id7__",
    "a/__id-7__",
    "a/_b_",
    "a/__",
    "a/...",
    "a/é 😀",
    `a/${"x".repeat(1_500)}`,
  ])("accepts %s", (path) => {
    expect(parseDocumentName(`${ROOT}/${path}`)).toEqual({ database: DATABASE, path });
  });

  test.each([
    ["", 'lacks "projects" at index 0'],
    [DATABASE, 'lacks "documents" at index 4'],
    [`${DATABASE}/docs/a/b`, 'lacks "documents" at index 4'],
    [ROOT, "come 0 segments"],
    [`${ROOT}/a`, "come 1 segments"],
    [`${ROOT}/a/b/c`, "come 3 segments"],
    [`${ROOT}//b`, "because it is empty"],
    [`${ROOT}/a/`, "because it is empty"],
    [`${ROOT}/a/.`, 'Resource id "." is invalid'],
    [`${ROOT}/../b`, 'Resource id ".." is invalid'],
    [`${ROOT}/a/__b__`, 'Resource id "__b__" is invalid because it is reserved.'],
    [`${ROOT}/a/____`, "because it is reserved"],
    [`${ROOT}/a/__id7x__`, "because it is reserved"],
    [`${ROOT}/a/\uD800`, "not valid UTF-8"],
    [`${ROOT}/a/${"é".repeat(751)}`, "The key path element name is longer than 1500 bytes."],
    [`${ROOT}/${Array(6).fill("x".repeat(1_024)).join("/")}`, "is longer than 6144 bytes"],
  ])("refuses %.60s", (name, message) => {
    expect(() => parseDocumentName(name)).toThrow(refusal(message));
  });
});

test("parseParent accepts the documents root and documents, and refuses collections", () => {
  expect(parseParent(ROOT)).toEqual({ database: DATABASE, path: "" });
  expect(parseParent(`${ROOT}/a/b`)).toEqual({ database: DATABASE, path: "a/b" });
  expect(() => parseParent(`${ROOT}/a`)).toThrow(refusal("is a collection"));
});

test("checkCollectionId and checkDocumentId refuse what is not one plain id", () => {
  for (const check of [checkCollectionId, checkDocumentId]) {
    expect(() => check("a")).not.toThrow();
    expect(() => check("a/b")).toThrow(refusal('contains "/"'));
    expect(() => check("")).toThrow(refusal("is empty"));
    expect(() => check("__a__")).toThrow(refusal("is reserved"));
  }
});

test("parentOf and collectionIdOf split a name", () => {
  expect(parentOf(`${ROOT}/a/b/c/d`)).toBe(`${ROOT}/a/b/c`);
  expect(parentOf(`${ROOT}/a/b/c`)).toBe(`${ROOT}/a/b`);
  expect(collectionIdOf(`${ROOT}/a/b/c/d`)).toBe("c");
});

describe("autoId", () => {
  test("gives 20 characters of 62, each from one random byte", () => {
    const counted = (count: number) => Uint8Array.from({ length: count }, (_, i) => i);
    expect(autoId(counted)).toBe("ABCDEFGHIJKLMNOPQRST");
  });

  test("passes over bytes that would make some characters likelier", () => {
    let next = 240;
    const rising = (count: number) => Uint8Array.from({ length: count }, () => next++);
    expect(autoId(rising)).toBe("2345678 9ABCDEFGHIJKL".replace(" ", ""));
  });
});
