// Holds the architecture: which way imports run, that the core is pure, that one loop advances environments.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  advances,
  hasPurpose,
  impurities,
  lineCount,
  type SourceFile,
  stripComments,
  wrongImports,
} from "./architecture.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
});
const sources: readonly SourceFile[] = listed
  .split("\n")
  .filter((path) => /\.(?:ts|mjs)$/.test(path) && existsSync(root + path))
  .map((path) => ({ path, text: readFileSync(root + path, "utf8") }));

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

describe("the rules", () => {
  const core = (text: string): SourceFile => ({ path: "core/src/x/y.ts", text });

  test("wrongImports finds Node, foreign packages and other rooms", () => {
    expect(wrongImports(core('import { hash } from "node:crypto";'))).toEqual(["node:crypto"]);
    expect(wrongImports(core('import {\n  a,\n  b,\n} from "fast-check";'))).toEqual(["fast-check"]);
    expect(wrongImports(core('export { a } from "../../check/index.ts";'))).toEqual(["../../check/index.ts"]);
    expect(wrongImports(core('const a = import("left-pad");'))).toEqual(["left-pad"]);
    expect(wrongImports(core('import "node:fs";'))).toEqual(["node:fs"]);
    expect(
      wrongImports(core('// import "node:fs";\nimport { z } from "zod/mini";\nimport "../z.ts";')),
    ).toEqual([]);
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the template is the code that is looked at
  test("impurities finds clocks, randomness, hosts, promises, locales and inexact Math", () => {
    expect(impurities(core("const now = Date.now();"))).toEqual(["the clock"]);
    expect(impurities(core("const x = Math.random();"))).toEqual(["ambient randomness", "Math.random"]);
    expect(impurities(core("const x = Math.sin(1) + Math.floor(2);"))).toEqual(["Math.sin"]);
    expect(impurities(core('const f = Math["s" + "in"];'))).toEqual(["Math.[…]"]);
    expect(impurities(core("const x = process.env;"))).toEqual(["Node or the browser"]);
    expect(impurities(core("async function f() {}"))).toEqual(["what is not synchronous"]);
    expect(impurities(core("const t = `${a.toLocaleString()}`;"))).toEqual(["the reader's language"]);
    expect(impurities(core("const x = 2 ** y;"))).toEqual(["a power, which engines round differently"]);
    expect(impurities(core('// Date.now()\nconst s = "Date.now()";'))).toEqual([]);
    expect(impurities({ path: "core/node/host.ts", text: "Date.now()" })).toEqual([]);
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above

  test("advances finds a second loop, however it calls step", () => {
    for (const text of [
      "env.step(a)",
      "env?.step(a)",
      'env["step"](a)',
      "const { step } = env;",
      "env\n  .step (a)",
    ]) {
      expect(advances({ path: "agent/src/x.ts", text })).toBe(true);
    }
    expect(advances({ path: "agent/src/x.ts", text: "// env.step(a)\nconst step = 1; footstep(2);" })).toBe(
      false,
    );
  });

  test("stripComments leaves what only looks like a comment", () => {
    expect(stripComments('a("//x"); // y\nb(`/* z */`); /* w */')).toBe('a("//x");  \nb(`/* z */`);  ');
  });
});
