// What a fresh clone installs from: the lock file must serve every platform, and name no registry.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Locked {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
const packages = Object.entries((JSON.parse(lock) as { packages: Record<string, Locked> }).packages);

test("package-lock.json holds every optional dependency, without which `npm ci` refuses it", () => {
  const names = new Set(packages.map(([path]) => path.slice(path.lastIndexOf("node_modules/") + 13)));
  const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !names.has(name))
      .map((name) => `${path} wants ${name}`),
  );
  expect(missing).toEqual([]);
});

test("package-lock.json names no address to download from", () => {
  expect(packages.filter(([, { resolved, link }]) => resolved !== undefined && link !== true)).toEqual([]);
});
