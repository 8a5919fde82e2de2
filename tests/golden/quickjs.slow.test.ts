// The golden digests in an engine that is not V8.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "./bundle.ts";
import { readGolden } from "./file.ts";
import { type Digests, goldenDigests, goldenText } from "./golden.ts";
import { type Engine, quickJs } from "./quickjs.ts";

/** Where this QuickJS departs from V8, SpiderMonkey and JavaScriptCore, which agree on every case. */
const POWERS = "numbers: every power of two";
const DEPARTURES: Readonly<Record<string, string>> = {
  [POWERS]: "prints 5.9604644775390625e-8 for 2^-24: 17 digits where 16 do, against ECMA-262, 6.1.6.1.20",
};

describe("in QuickJS", () => {
  let engine: Engine;
  let computed: Digests;
  const textOf = (name: string): string => engine.run(`golden.goldenText(${JSON.stringify(name)})`);

  beforeAll(async () => {
    engine = await quickJs();
    const [encoding, golden] = await Promise.all([
      bundle("encoding.ts", "encoding"),
      bundle("golden.ts", "golden"),
    ]);
    const missing = engine.run(`${encoding.code};JSON.stringify(encoding.install(globalThis))`);
    expect(JSON.parse(missing)).toEqual(["TextEncoder", "TextDecoder"]);
    engine.run(`${golden.code};""`);
    computed = JSON.parse(engine.run("JSON.stringify(golden.goldenDigests())"));
  });

  afterAll(() => engine?.dispose());

  /** The names of those that differ; shows the texts of some that should not. */
  function differing(
    got: Readonly<Record<string, string>>,
    wanted: Readonly<Record<string, string>>,
  ): string[] {
    expect(Object.keys(got)).toEqual(Object.keys(wanted));
    const names = Object.keys(wanted).filter((name) => got[name] !== wanted[name]);
    for (const name of names.filter((one) => !Object.hasOwn(DEPARTURES, one)).slice(0, 3)) {
      expect(textOf(name), name).toBe(goldenText(name));
    }
    return names;
  }

  test("goldenDigests computes every digest of golden.json, but for the engine's own departure", () => {
    expect(differing(computed.digests, readGolden())).toEqual(Object.keys(DEPARTURES));
  });

  test("goldenDigests computes the same messages as in Node", () => {
    expect(differing(computed.worded, goldenDigests().worded)).toEqual(Object.keys(DEPARTURES));
  });

  test("powers of two that are printed longer are still the same numbers", () => {
    const here: string[] = JSON.parse(goldenText(POWERS));
    const there: string[] = JSON.parse(textOf(POWERS));
    expect(there.map(Number)).toEqual(here.map(Number));
    expect(there.filter((text, i) => text !== here[i]).every((text) => /^\d\.\d{16}e/.test(text))).toBe(true);
  });
});
