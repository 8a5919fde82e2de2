// What a bundle leaves out is there to be left out, and says so when it is used all the same.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { EMPTIED, LEFT_OUT, leftOut, SERVICES } from "../../src/launcher/bundle.ts";
import { REPOSITORY } from "../../src/launcher/project.ts";

test("every module that a bundle leaves out or cuts is there: an update has not moved it", () => {
  const gone = [...LEFT_OUT, ...EMPTIED, ...Object.keys(SERVICES)].filter(
    (path) => !existsSync(join(REPOSITORY, "node_modules", path)),
  );
  expect(gone).toEqual([]);
});

describe("leftOut", () => {
  interface Parts {
    readonly google: { readonly Admin: new () => object; readonly list: () => void };
    readonly then: unknown;
    readonly __esModule: unknown;
  }
  const protos = leftOut("api/protos.js") as Parts;

  test("can be named in all its parts, as its importers do at load", () => {
    expect(typeof protos.google.Admin).toBe("function");
    class Ours extends protos.google.Admin {}
    expect(() => new Ours()).toThrow("api/protos.js: google: Admin was left out");
  });

  test("says what was left out where it is called or made", () => {
    expect(() => protos.google.list()).toThrow("api/protos.js: google: list was left out of this bundle");
    expect(() => new protos.google.Admin()).toThrow("api/protos.js: google: Admin was left out");
  });

  test("is taken neither for a promise nor for an ES module", () => {
    expect([protos.then, protos.__esModule]).toEqual([undefined, undefined]);
  });
});
