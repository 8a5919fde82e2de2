// What the core brings to a browser: nothing of Node's, and nothing that only some hosts have.
import { transform } from "esbuild";
import { expect, test } from "vitest";
import { bundle } from "./bundle.ts";

/** Names that a program finds in Node, in a browser or in a page, and not in the language. */
const FOREIGN = [
  "process",
  "require",
  "Buffer",
  "global",
  "__dirname",
  "window",
  "document",
  "fetch",
  "setTimeout",
  "performance",
  "Intl",
];

/** Which of the names a script refers to: esbuild replaces a defined name only where it is free. */
async function references(code: string): Promise<string[]> {
  const define = Object.fromEntries(FOREIGN.map((name) => [name, `FOREIGN_${name}`]));
  const replaced = await transform(code, { define });
  return FOREIGN.filter((name) => replaced.code.includes(`FOREIGN_${name}`));
}

test("the bundle of golden.ts refers to no name of Node's or of a page's", async () => {
  const { code } = await bundle("golden.ts", "golden");
  expect(await references(code)).toEqual([]);
  expect(code).not.toMatch(/["'`]node:/);
});

test("a bundle that did would be found out", async () => {
  expect(await references("const process = 1; use(process, x.require, { Buffer: 1 });")).toEqual([]);
  expect(await references("if (typeof process !== 'undefined') use(Buffer.from(require('x')));")).toEqual([
    "process",
    "require",
    "Buffer",
  ]);
});

test("the bundle of golden.ts is made of the core, these cases and five packages", async () => {
  const { inputs } = await bundle("golden.ts", "golden");
  const parts = inputs.map(
    (file) => /^(node_modules\/(?:@[^/]+\/)?[^/]+|core\/src|tests\/golden)\//.exec(file)?.[1],
  );
  expect([...new Set(parts)].sort()).toEqual([
    "core/src",
    "node_modules/@noble/curves",
    "node_modules/@noble/hashes",
    "node_modules/canonicalize",
    "node_modules/seedrandom",
    "node_modules/zod",
    "tests/golden",
  ]);
});
