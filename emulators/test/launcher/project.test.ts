// firebase.json in every form that Firebase allows, and plain messages for what it does not.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolders, removeTemporary, writeSuiteProject } from "../../src/launcher/folders.ts";
import { PARTS, readProject } from "../../src/launcher/project.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "project-"));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function projectOf(config: unknown) {
  writeFileSync(join(root, "firebase.json"), typeof config === "string" ? config : JSON.stringify(config));
  return readProject(root);
}

const SITE = { public: "public", rewrites: [{ source: "/api/**", function: "api" }] };

describe("readProject", () => {
  test.each([
    ["an object", { source: "code" }, ["code"]],
    ["a list", [{ source: "a" }, { source: "b" }], ["a", "b"]],
    ["absent", undefined, []],
  ])("takes functions as %s", (_, functions, folders) => {
    expect(projectOf({ functions }).functionFolders).toEqual(folders.map((name) => join(root, name)));
  });

  test("takes the folder functions for a source that is not named, when it is there", () => {
    expect(() => projectOf({ functions: {} })).toThrow('should name its folder: "source": "functions"');
    mkdirSync(join(root, "functions"));
    expect(projectOf({ functions: {} }).functionFolders).toEqual([join(root, "functions")]);
  });

  test("asks for the parts that are configured, and no more", () => {
    expect(projectOf({ functions: { source: "code" }, hosting: SITE }).parts).toEqual(PARTS);
    expect(projectOf({}).parts).toEqual(["firestore", "pubsub", "hub", "logging"]);
  });

  test.each([
    ["an object with a rewrite for the API", SITE, "/api/v1/health"],
    ["a list with one", [SITE], "/api/v1/health"],
    ["an object without", { public: "public" }, null],
    ["absent", undefined, null],
  ])("waits for a healthy API where hosting leads to one: %s", (_, hosting, health) => {
    expect(projectOf({ hosting }).health).toBe(health);
  });

  test.each([
    ["{", /is not JSON/],
    [[], /should hold an object/],
    [null, /should hold an object/],
    [{ functions: "code" }, /"functions" in .* should be an object, or a list of objects/],
    [{ hosting: [1] }, /"hosting" in .* should be an object, or a list of objects/],
    [{ emulators: 5 }, /"emulators" in .* should be an object/],
    [{ emulators: { hub: { port: "x" } } }, /the port of hub in .* is "x", not a number from 1 to 65535/],
    [{ emulators: { hub: { port: 0 } } }, /is 0, not a number/],
  ])("refuses %j in words", (config, reason) => {
    expect(() => projectOf(config)).toThrow(reason);
  });
});

describe("writeSuiteProject", () => {
  test("names to the suite what is configured, with paths from its own folder", () => {
    const project = projectOf({ functions: { source: "code", predeploy: ["x"] }, hosting: [SITE] });
    const folders = makeFolders(join(root, "local"));
    const written = JSON.parse(readFileSync(writeSuiteProject(project, project.ports, folders), "utf8"));
    removeTemporary(folders);
    expect(written.functions).toEqual([{ source: "../../code" }]);
    expect(written.hosting).toEqual({ ...SITE, public: "../../public" });
    expect(Object.keys(written.emulators)).toEqual(["singleProjectMode", "ui", ...PARTS]);
  });

  test("names no emulator that has nothing to run", () => {
    const project = projectOf({});
    const folders = makeFolders(join(root, "local"));
    const written = JSON.parse(readFileSync(writeSuiteProject(project, project.ports, folders), "utf8"));
    removeTemporary(folders);
    expect(written).not.toHaveProperty("functions");
    expect(written).not.toHaveProperty("hosting");
    expect(Object.keys(written.emulators)).not.toContain("functions");
  });
});
