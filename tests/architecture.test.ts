// Holds the architecture: which way imports run, that the core is pure, that one loop advances environments.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  advances,
  hasPurpose,
  impurities,
  lineCount,
  type SourceFile,
  sourceFiles,
  wrongImports,
} from "./architecture.ts";

const sources = sourceFiles(fileURLToPath(new URL("..", import.meta.url)));

/** The files in which a rule finds something, with what it finds. */
function broken(rule: (file: SourceFile) => readonly string[] | boolean): Record<string, unknown> {
  const found = sources.map((file) => [file.path, rule(file)] as const);
  return Object.fromEntries(found.filter(([, what]) => (typeof what === "boolean" ? what : what.length > 0)));
}

describe("the project", () => {
  test("has the files that these rules are about", () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toContain("core/src/episode.ts");
    expect(paths).toContain("core/check/index.ts");
    expect(paths).toContain("core/node/index.ts");
    expect(paths).toContain("scripts/install.mjs");
  });

  test("imports one way", () => expect(broken(wrongImports)).toEqual({}));
  test("keeps core/src pure", () => expect(broken(impurities)).toEqual({}));
  test("advances environments in one loop", () =>
    expect(broken(advances)).toEqual({ "core/src/episode.ts": true }));
  test("says in each file's first line what it is for, but for tests, which say it in their names", () => {
    expect(broken((file) => !file.path.endsWith(".test.ts") && !hasPurpose(file))).toEqual({});
  });
  test("keeps source files under 300 lines", () => {
    const isSource = ({ path }: SourceFile) => !/(?:^|\/)(?:test|tests)\//.test(path);
    expect(broken((file) => isSource(file) && lineCount(file) > 300)).toEqual({});
  });
});

const core = (text: string): SourceFile => ({ path: "core/src/x/y.ts", text });

describe("sourceFiles", () => {
  test("sourceFiles lists every kind of source, but nothing that is installed, built or hidden", () => {
    const root = mkdtempSync(join(tmpdir(), "architecture-"));
    for (const folder of ["", "a/b", "node_modules/c", "a/dist", "coverage", "a/.hidden"]) {
      mkdirSync(join(root, folder), { recursive: true });
      for (const ending of ["ts", "mts", "cts", "tsx", "js", "mjs", "cjs", "jsx", "json", "ts.md"])
        writeFileSync(join(root, folder, `x.${ending}`), ending);
    }
    const found = sourceFiles(root).map(({ path, text }) => `${path} ${text}`);
    rmSync(root, { recursive: true });
    const kinds = ["cjs", "cts", "js", "jsx", "mjs", "mts", "ts", "tsx"];
    expect(found.sort()).toEqual(
      ["a/b/x.", "x."].flatMap((start) => kinds.map((kind) => `${start}${kind} ${kind}`)),
    );
  });
});

describe("wrongImports", () => {
  test("wrongImports lets the service load its queue's client late, and nothing else", () => {
    const station = (text: string) => wrongImports({ path: "functions/src/x.ts", text });
    expect(station('const { PubSub } = await import("@google-cloud/pubsub");')).toEqual([]);
    expect(station('await import("node:zlib");')).toEqual(["import()"]);
    expect(station("await import(name);")).toEqual(["import()"]);
    expect(station('import "../../emulators/src/firestore/store.ts";')).toHaveLength(1);
    expect(station('import { x } from "@policyledger/core/check";')).toEqual(["@policyledger/core/check"]);
  });
  test.each([
    ['import { hash } from "node:crypto";', "node:crypto"],
    ['import {\n  a,\n  b,\n} from "fast-check";', "fast-check"],
    ['import "node:fs";', "node:fs"],
    ['import*as fs from "node:fs"', "node:fs"],
    ['import fs from"node:fs"', "node:fs"],
    ['import type { Stats } from "node:fs";', "node:fs"],
    ['import fs = require("node:fs");', "node:fs"],
    ['let stats: import("node:fs").Stats;', "node:fs"],
    ['export * from "node:fs";', "node:fs"],
    ['export { a } from "../../check/index.ts";', "../../check/index.ts"],
    ['export type { A } from "../../check/index.ts";', "../../check/index.ts"],
    ['import "../%2e%2e/node/index.ts";', "../%2e%2e/node/index.ts"],
    ['import "../../../core/srcs/a.ts";', "../../../core/srcs/a.ts"],
    ['import "/core/src/a.ts";', "/core/src/a.ts"],
    ['import evil from "@noble/evil";', "@noble/evil"],
    ['import { z } from "zod/v4";', "zod/v4"],
    ['import seedrandom from "seedrandom";', "seedrandom"],
    ['const a = import("zod/mini");', "import()"],
    ["const a = import(name);", "import()"],
    ["const a = import(`node:fs`);", "import()"],
    ['const a = require("zod/mini");', "require"],
    ["const load = require;", "require"],
  ])("wrongImports finds %s", (text, found) => expect(wrongImports(core(text))).toEqual([found]));

  test.each([
    '// import "node:fs";\nimport { z } from "zod/mini";\nimport "../z.ts";',
    'const text = \'import "node:fs"\'; const a = /import "node:fs"/;',
    "const a = { require: 1 }; b.require(2);",
    'declare module "left-pad" {}',
  ])("wrongImports lets pass %s", (text) => expect(wrongImports(core(text))).toEqual([]));

  test("wrongImports keeps each room to its own, and leaves tests alone", () => {
    const text = 'import "node:crypto"; import "fast-check"; import "../src/a.ts"; import "../check/a.ts";';
    const found = (path: string) => wrongImports({ path, text });
    expect(found("core/check/x.ts")).toEqual(["node:crypto"]);
    expect(found("core/node/x.ts")).toEqual(["fast-check", "../check/a.ts"]);
    expect(found("core/test/x.test.ts")).toEqual([]);
    expect(found("tests/x.test.ts")).toEqual([]);
    expect(wrongImports({ path: "core/test/x.ts", text: 'import("a")' })).toEqual(["import()"]);
  });

  test("wrongImports keeps the stand-ins from PolicyLedger and from each other", () => {
    const text =
      'import "@policyledger/core"; import "@google-cloud/firestore"; import "../pubsub/a.ts"; import "../wire/a.ts";';
    const found = wrongImports({ path: "emulators/src/firestore/x.ts", text });
    expect(found).toEqual(["@policyledger/core", "@google-cloud/firestore", "../pubsub/a.ts"]);
    expect(wrongImports({ path: "emulators/src/launcher/x.ts", text })).toEqual([]);
    expect(wrongImports({ path: "emulators/test/x.ts", text })).toEqual([]);
  });
});

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the template is the code that is looked at
describe("impurities", () => {
  test.each([
    ["const now = Date.now();", "Date"],
    ["const text = `${f({ at: Date.now() })}`;", "Date"],
    ['const a = [/["]/, Date.now(), /["]/];', "Date"],
    ["const f = (Date: number) => 1;", "Date"],
    ["const t = performance.now();", "performance"],
    ["const f = ({ a = process.env }) => a;", "process"],
    ["function f(process: A) {}\nprocess.exit();", "process"],
    ["{ const fetch = 1; }\nfetch(url);", "fetch"],
    ["const f = function crypto() {};\nconst c = { crypto };", "crypto"],
    ["const c = class crypto {};\nnew crypto();", "crypto"],
    ["for (const fetch of a);\nfetch(url);", "fetch"],
    ["try {} catch (fetch) {}\nfetch(url);", "fetch"],
    ["switch (fetch) { case 1: let fetch; }", "fetch"],
    ["declare const navigator: A;\nconst n = navigator;", "navigator"],
    ['import type { console } from "./a.ts";\nconsole.log();', "console"],
    ["export { setTimeout };", "setTimeout"],
    ["const f = Intl.Collator;", "Intl"],
    ["const M = Math; M.sin(1);", "Math"],
    ["Math?.sin(1);", "Math"],
    ["Math?.max(1);", "Math"],
    ["const f = (m = Math) => m.pow(1, 2);", "Math"],
    ["const { sin } = Math;", "Math"],
    ['Math["max"](1);', "Math"],
    ["Math.random();", "Math.random"],
    ["Math.floor(Math.sin(1));", "Math.sin"],
    ["const x = 2 ** y;", "**"],
    ["x **= 2;", "**="],
    ['Function("return this")();', "Function"],
    ['new Function("return this")();', "Function"],
    ['eval("1");', "eval"],
    ["globalThis.a;", "globalThis"],
    ['(()=>{}).constructor("return this")();', ".constructor"],
    ['(()=>{})["constructor"]("return this")();', ".constructor"],
    ['const f = (()=>{})[`con${"str"}` + `u${"ct"}or`];', ".constructor"],
    ["const { constructor: F } = () => {};", ".constructor"],
    ["const s = new Error().stack;", ".stack"],
    ["Error.captureStackTrace(a);", ".captureStackTrace"],
    ["a.toLocaleString();", ".toLocaleString"],
    ["a.sort((b, c) => b.localeCompare(c));", ".localeCompare"],
    ["const u = import.meta.url;", "import.meta"],
    ['const a = import("./a.ts");', "import()"],
    ["const f = async () => 1;", "async"],
    ["await a;", "await"],
    ["const f = async () => { for await (const b of a); };", "async", "await"],
    ["const p = new Promise(f);", "Promise"],
    ["const n = arguments.length;", "arguments"],
  ])("impurities finds %s", (text, ...found) =>
    expect(impurities(core(`let a, f, x, y, url;\n${text}`))).toEqual(found),
  );

  test.each([
    "// Date.now()\n/* Math.sin(1) */ const s = 'Date.now()' + `process.env ${1}`; const r = /eval(1)/;",
    "const m = Math.max(Math.sqrt(2), (Math).abs(-1)); const { min } = { min: Math.min };",
    "let d: Date, p: typeof process; const f = <T extends Promise<1>>(a: T) => a as Date satisfies Function;",
    "interface Date { stack: 1 } type Math = 1; declare const Buffer: 1; import type { fetch } from './a.ts';",
    "const a = { Date: 1, process() {}, stack: 1, 'constructor': 2 }; a.Date; a.process();",
    "class A { constructor() {} fetch = 1; static *crypto() { yield this.#eval; } #eval = 1; }",
    "import process, { Date as d } from './a.ts'; import * as b from './b.ts'; process(b, d);",
    "export { Date, a as Function } from './c.ts'; export * as fetch from './d.ts';",
    "function f(fetch: 1): 1; function f(fetch: 2) { return fetch; } class A { f(fetch: 1): 1; f() {} }",
    "const f = (fetch, { a: [crypto, ...b], c: console = 1 }) => fetch + crypto + b + console;",
    "process: for (const escape of [1]) { try { break process; } catch ({ name }) { name + escape; } }",
    "function URL() { return URL; }\nconst a = class Worker { b = [Worker, URL]; };",
  ])("impurities lets pass %s", (text) => expect(impurities(core(text))).toEqual([]));

  test("impurities asks this of core/src only", () =>
    expect(impurities({ path: "core/node/host.ts", text: "Date.now()" })).toEqual([]));
});

describe("advances", () => {
  test.each([
    "env.step(a)",
    "env\n  .step (a)",
    "env?.step(a)",
    "env.step?.(a)",
    "env.step!(a)",
    "(env.step as F)(a)",
    "env.step.call(env, 0)",
    "env.step.bind(env)",
    "const go = env.step",
    "env.st\\u0065p(a)",
    "Reflect.apply(env.step, env, [0])",
    'env["step"](a)',
    "env[`step`](a)",
    'env["st" + `e${"p"}`](a)',
    'const v = "step"; env[v](a)',
    "const text = `${env.step(a)}`",
    "const { step } = env;",
    "({ step: go } = env);",
    'const { "step": go } = env;',
    'const { ["step"]: go } = env;',
    'const env = { ["step"]: go };',
    "const f = ({ step }: Environment) => step(a);",
    "function f([{ step: go = 1 }, ...rest]) {}",
    "for (const { step } of envs) step(a);",
    "class A extends B { go() { super.step(a); } }",
  ])("advances finds %s", (text) => expect(advances({ path: "agent/src/x.ts", text })).toBe(true));

  test.each([
    "// env.step(a)\nconst text = 'env.step(a)' + ` step${1}step`; const r = /env.step(a)/;",
    "for (let step = 0; step < 2; step++) { footstep(step); step.reward; env.steps; }",
    "class A { step(a) {} } class B { step = 1; #step = 2; a = this.#step; }",
    'const a = { step: 1, b: { "step": 2, step() {} } };',
    'interface E { step(a: A): S } type F = E["step"]; let f: Pick<E, "step">;',
  ])("advances lets pass %s", (text) => expect(advances({ path: "agent/src/x.ts", text })).toBe(false));

  test("advances leaves those alone that test environments, by name", () => {
    const at = (path: string) => advances({ path, text: "env.step(a)" });
    expect(["core/check/x.ts", "core/test/x.ts", "tests/golden/x.ts", "tests/cases/x.ts"].some(at)).toBe(
      false,
    );
    expect(["core/src/x.ts", "core/node/x.ts", "tests/bench/x.ts", "scripts/x.ts"].every(at)).toBe(true);
  });
});
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above

test("the rules refuse what they cannot parse", () => {
  for (const rule of [wrongImports, impurities, advances])
    expect(() => rule(core("const a = ;"))).toThrow("Cannot parse core/src/x/y.ts: Unexpected token");
});

test("hasPurpose wants a comment in the first line, or in the second below a #!", () => {
  const purposes = ["// Does it.\n", "#!/usr/bin/env node\n// Does it.\n", "\n// Does it.\n", "//\n", "a;\n"];
  expect(purposes.map((text) => hasPurpose(core(text)))).toEqual([true, true, false, false, false]);
});

test("lineCount counts what ends in a line break", () => expect(lineCount(core("a\n\nb\n"))).toBe(3));
