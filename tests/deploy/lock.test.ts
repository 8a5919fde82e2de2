// What the cloud installs: exact versions, the same as here, from a lock file that npm takes on every platform.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./packed.ts";

interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly engines?: object;
}

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8"));
const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
const installed = (lock: string) =>
  Object.entries(read(lock).packages as Record<string, Locked>).filter(
    ([path, { link }]) => path.includes("node_modules/") && link !== true,
  );

describe("functions/package-lock.json", () => {
  const own = installed("functions/package-lock.json");
  const stale = "it is stale: npm run lock-functions";

  test("is of functions/package.json, which names exact versions", () => {
    const { version, dependencies, devDependencies, engines } = read("functions/package.json");
    const { "": root } = read("functions/package-lock.json").packages;
    expect(root, stale).toMatchObject({ version, dependencies, devDependencies, engines });
    const versions = Object.entries({ ...dependencies, ...devDependencies });
    expect(versions.filter(([, exact]) => !/^\d+\.\d+\.\d+$/.test(exact as string))).toEqual([]);
    for (const [name, exact] of versions) {
      expect(own.find(([path]) => path === `node_modules/${name}`)?.[1].version, stale).toBe(exact);
    }
  });

  test("holds the packages of the root's lock file, byte for byte, and no others", () => {
    const here = new Set(
      installed("package-lock.json").map(([path, { integrity }]) => `${nameOf(path)} ${integrity}`),
    );
    const others = own.map(([path, { integrity }]) => `${nameOf(path)} ${integrity}`);
    expect(
      others.filter((one) => !here.has(one)),
      stale,
    ).toEqual([]);
  });

  test("holds every optional dependency, without which `npm ci` refuses it", () => {
    const names = new Set(own.map(([path]) => nameOf(path)));
    const wanted = own.flatMap(([, { optionalDependencies = {} }]) => Object.keys(optionalDependencies));
    expect(
      wanted.filter((name) => !names.has(name)),
      stale,
    ).toEqual([]);
  });

  test("names no address to download from", () => {
    expect(own.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });
});
