// What is published: the packages as npm packs them, installed in an empty folder beside the packages that they depend
// on, and used as a stranger's program and shell use them, on Node 24 and on the machine's own Node.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const PACKAGES = ["core", "agent"] as const;
const program = `
import * as core from "@policyledger/core";
import * as api from "@policyledger/core/api";
import * as check from "@policyledger/core/check";
import * as sdk from "@policyledger/agent";
import * as log from "@policyledger/agent/log";
import { nodeHost } from "@policyledger/core/node";
import { readFileSync } from "node:fs";
const example = JSON.parse(readFileSync(process.argv[2], "utf8"));
const claim = JSON.parse(example.claim);
const signer = await sdk.signerOfSecret("01".repeat(32));
console.log(JSON.stringify({
  names: [core, api, check, sdk, log].map((module) => Object.keys(module).length > 0),
  native: core.verifyClaim(nodeHost, { claim, signature: example.signature, artifact: example.artifact }),
  portable: core.verifyClaim(core.portableHost, { claim, signature: example.signature, artifact: example.artifact }),
  audit: core.auditChain(core.portableHost, example.entries.map(({ text }) => text), { signatures: true }).summary,
  signed: (await sdk.signClaim(signer, claim.agent_id, claim, example.artifact)).signature === example.signature,
}));
`;

/** The Node that tests run on, and the machine's own where it is another: agents use what they have. */
const nodes = [join(root, "node_modules/node/bin/node"), ...ownNode()];

function ownNode(): string[] {
  const found = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "" && !folder.includes("node_modules"))
    .map((folder) => join(folder, "node"))
    .find((file) => existsSync(file));
  return found === undefined ? [] : [realpathSync(found)];
}

const versionOf = (node: string) => execFileSync(node, ["--version"], { encoding: "utf8" }).trim();

describe.each(nodes.map((node) => [versionOf(node), node] as const))(
  "on Node %s, the packed packages",
  (_, node) => {
    let folder: string;

    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "policyledger-built-"));
      execFileSync(join(root, "node_modules/.bin/tsc"), ["--build", "core", "agent"], {
        cwd: root,
        stdio: "inherit",
      });
      mkdirSync(join(folder, "node_modules/@policyledger"), { recursive: true });
      for (const name of PACKAGES) {
        const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder, "-w", name], {
          cwd: root,
          encoding: "utf8",
        });
        execFileSync("tar", ["-xzf", packed.trim()], { cwd: folder });
        renameSync(join(folder, "package"), join(folder, "node_modules/@policyledger", name));
      }
      for (const dependency of dependencies()) {
        const at = join(folder, "node_modules", dependency);
        mkdirSync(join(at, ".."), { recursive: true });
        symlinkSync(join(root, "node_modules", dependency), at);
      }
      writeFileSync(join(folder, "program.mjs"), program);
    });

    afterAll(() => rmSync(folder, { recursive: true }));

    const run = (...args: readonly string[]) =>
      execFileSync(node, args, {
        cwd: folder,
        encoding: "utf8",
        env: { PATH: process.env.PATH, POLICYLEDGER_HOME: join(folder, "home") },
      });

    test.each(PACKAGES)("%s names in its exports and commands only files that are there", (name) => {
      const at = join(folder, "node_modules/@policyledger", name);
      const { exports, bin = {} } = JSON.parse(readFileSync(join(at, "package.json"), "utf8")) as {
        exports: Record<string, Record<string, string>>;
        bin?: Record<string, string>;
      };
      const files = Object.values(exports).flatMap(({ types, default: file }) => [types!, file!]);
      const missing = [...files, ...Object.values(bin)].filter((file) => !existsSync(join(at, file)));
      expect(missing).toEqual([]);
    });

    test("hold no sources and no tests", () => {
      for (const name of PACKAGES) {
        const at = join(folder, "node_modules/@policyledger", name);
        const files = readdirSync(at, { recursive: true, encoding: "utf8" });
        expect(files.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file))).toEqual([]);
      }
    });

    test("verify the worked example with both hosts, and sign it", () => {
      const printed = run(join(folder, "program.mjs"), join(root, "tests/cases/worked-example.json"));
      const { names, native, portable, audit, signed } = JSON.parse(printed);
      expect(names).toEqual([true, true, true, true, true]);
      expect(native).toMatchObject({ verdict: "VALID", verified_reward: 1099 });
      expect(portable).toEqual(native);
      expect(audit).toBe("complete up to 2 entries, tail unchecked");
      expect(signed).toBe(true);
    });

    test("bring a command that says its version, helps with each command, and does its work", () => {
      const command = join(folder, "node_modules/@policyledger/agent/bin/policyledger.js");
      expect(run(command, "--version")).toBe("0.1.0\n");
      const overview = run(command, "--help");
      const names = [...overview.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2,}\S/gm)].map(([, name]) => name!);
      expect(names).toContain("envs");
      for (const name of names)
        expect(run(command, ...name.split(" "), "--help")).toContain(`policyledger ${name}`);
      expect(JSON.parse(run(command, "envs", "--json")).environments.length).toBe(2);
    });
  },
);

function dependencies(): string[] {
  return PACKAGES.flatMap((name) => {
    const text = readFileSync(join(root, name, "package.json"), "utf8");
    return Object.keys((JSON.parse(text) as { dependencies: Record<string, string> }).dependencies);
  }).filter((name) => !name.startsWith("@policyledger/"));
}
