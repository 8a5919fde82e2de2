// Holds the documents to the project: their commands exist, their links lead somewhere, their values are real, and
// their examples run.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { canonicalJson } from "@policyledger/core";
import { nodeHost, publicKeyOf, sign } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { usualSettings } from "../functions/src/settings.ts";
import { figures } from "./bench/figures.ts";
import { workedExample, workedExampleFile } from "./cases/make-worked-example.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Node 24, also where the tests were started with another. */
const node = join(root, "node_modules/node/bin/node");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const documents = [
  "README.md",
  "CHANGELOG.md",
  "docs/decisions.md",
  "docs/agents.md",
  "docs/formats.md",
  "docs/environments.md",
  "docs/nk2.md",
  "docs/bench.md",
  "docs/life-of-a-claim.md",
  "docs/faults.md",
  "docs/deploy.md",
  "docs/scale.md",
  "docs/trust.md",
  "emulators/README.md",
  "emulators/src/firestore/README.md",
  "emulators/src/launcher/README.md",
  "emulators/src/pubsub/README.md",
];

describe("the README", () => {
  const readme = read("README.md");

  test("shows both commands in its first screen", () => {
    const screen = readme.split("\n").slice(0, 24).join("\n");
    expect(screen).toMatch(/^npm start\b/m);
    expect(screen).toMatch(/^npm test\b/m);
  });

  test("names only npm scripts that there are", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const named = documents.flatMap((path) => [
      ...read(path).matchAll(/(?:^|`)npm (?:run )?(?!run)([a-z][a-z-]*)(?=[\s`])/gm),
    ]);
    const missing = named
      .map((match) => match[1]!)
      .filter((name) => !Object.hasOwn(scripts, name) && name !== "ci");
    expect(missing).toEqual([]);
    expect(named.length).toBeGreaterThan(5);
  });

  test("has an example that runs", () => {
    const code = /```ts\n([\s\S]*?)```/.exec(readme)![1]!;
    const folder = mkdtempSync(join(root, "tests", ".readme-"));
    try {
      writeFileSync(join(folder, "example.ts"), code);
      const printed = execFileSync(node, ["--conditions=source", join(folder, "example.ts")], {
        encoding: "utf8",
      });
      const lines = printed.trim().split("\n");
      expect(lines.slice(0, 4).map((line) => Number(line.split(" ")[0]))).toEqual([
        5_000, 10_000, 15_000, 20_000,
      ]);
      expect(lines[4]).toMatch(/^-?\d+(\.\d)? points$/);
      expect(lines[5]).toMatch(/^\d{4} bytes$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("every link in the documents leads to a file", () => {
  const broken = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1]!)
      .filter((target) => !existsSync(join(root, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

describe("docs/formats.md", () => {
  const formats = read("docs/formats.md");

  test("shows the values that the code computes", () => {
    const { artifact, policy_hash, claim, claim_id, signature, entries } = workedExample();
    const shown = [
      artifact,
      policy_hash,
      claim,
      claim_id,
      signature,
      entries[0]!.text,
      entries[0]!.current_hash,
    ];
    expect(shown.filter((value) => !formats.includes(value))).toEqual([]);
  });

  test("shows a training's request with its id and signature", () => {
    const secretKey = "01".repeat(32);
    const request = canonicalJson({
      v: 1,
      kind: "train",
      public_key: publicKeyOf(secretKey),
      training: { algorithm: "q-learning", env_id: "cyber-defense-v1", episodes: 5_000, seed: 7 },
      claim_seed: 42,
    });
    const shown = [request, nodeHost.sha256(request), sign(secretKey, Buffer.from(request))];
    expect(shown.filter((value) => !formats.includes(value))).toEqual([]);
  });

  test("shows the keys, a quorum and a proof file of the log's cases", () => {
    const { proof_files: files } = JSON.parse(read("tests/cases/log/proofs.json"));
    const { keys } = JSON.parse(read("tests/cases/log/notes.json"));
    const shown = [files[0].file.trimEnd(), canonicalJson(files[0].quorum), keys[0].key, keys[3].key];
    expect(shown.filter((value) => !formats.includes(value))).toEqual([]);
  });

  test("shows a plan's draft, document, claim and entry, and what follows from them", () => {
    const { draft, document, claim, claim_id, signature, entry } = workedExample().plan;
    const shown = [draft, document, claim, claim_id, signature, entry.text, entry.current_hash];
    expect(shown.filter((value) => !formats.includes(value))).toEqual([]);
  });

  test("has its worked example in a case file", () => {
    expect(read("tests/cases/worked-example.json")).toBe(workedExampleFile());
  });
});

test("docs/bench.md has a line for each figure, and no other", () => {
  const [workloads] = read("docs/bench.md").split("## Measured");
  const named = [...workloads!.matchAll(/^\| `([a-z0-9_]+)` \|/gm)].map((match) => match[1]);
  expect(named).toEqual(Object.keys(figures));
});

describe("docs/deploy.md", () => {
  const deploy = read("docs/deploy.md");
  const source = (name: string) => read(`functions/src/${name}.ts`);

  test("undoes exactly the functions and topics that there are", () => {
    const functions = [...source("index").matchAll(/^export const (\w+) = on[A-Z]/gm)].map(
      (match) => match[1],
    );
    const deleted = /functions:delete ((?:\w+ ){2,})--region/.exec(deploy)![1]!.trim().split(" ");
    expect(deleted.sort()).toEqual(functions.sort());
    expect(functions).toHaveLength(7);
    const topics = [...source("index").matchAll(/topicName\("(\w+)"\)/g)].map((match) => match[1]);
    expect(/topics delete (.*)/.exec(deploy)![1]!.split(" ").sort()).toEqual(
      topics.map((topic) => `policyledger-${topic}`).sort(),
    );
  });

  test("makes metrics only of what is counted, and of events that there are", () => {
    const stations = [
      "submit",
      "verify",
      "append",
      "checkpoint",
      "rank",
      "train",
      "training-requests",
      "sweep",
      "http/app",
    ]
      .map(source)
      .join("\n");
    const counted = /for NAME in ([^;]*);/.exec(deploy)![1]!.replaceAll("\\", "").trim().split(/\s+/);
    expect(counted.filter((name) => !new RegExp(`\\b${name}: 1\\b`).test(stations))).toEqual([]);
    const filters = [...deploy.matchAll(/jsonPayload\.event=(.*)/g)].map((match) => match[1]!);
    const events = filters.flatMap((filter) =>
      [...filter.matchAll(/"([a-z_]+)\\"/g)].map((match) => match[1]!),
    );
    expect(events.filter((event) => !stations.includes(`"${event}"`))).toEqual([]);
    expect(counted.length + events.length).toBeGreaterThan(16);
  });
});

test("docs/scale.md has the limits that the settings have, and their sums over all instances", () => {
  const instances = ["api", "events"].map((name) =>
    Number(
      new RegExp(`const ${name} = onRequest\\([^)]*?maxInstances: (\\d+)`).exec(
        read("functions/src/index.ts"),
      )![1],
    ),
  );
  const times = instances.reduce((sum, one) => sum + one, 0);
  const { limits, claimsOfKey } = usualSettings();
  const cell = ({ rate, burst }: { rate: number; burst: number }, factor: number) =>
    `${(rate * factor).toLocaleString("en")}, burst ${(burst * factor).toLocaleString("en")}`;
  const rows = [
    ...read("docs/scale.md").matchAll(/^\| (?:read|submit|compute)\b[^|]*\| (.*burst.*) \|$/gm),
  ].map((match) => match[1]);
  expect(rows).toEqual(
    [limits.read, limits.submit, claimsOfKey, limits.compute].map(({ perCaller, overall }) =>
      [cell(perCaller, 1), cell(overall, 1), cell(perCaller, times), cell(overall, times)].join(" | "),
    ),
  );
});

test("npm run tour shows the whole life of a claim", () => {
  const printed = execFileSync(node, ["--conditions=source", "scripts/tour.ts"], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" },
  });
  const stations = [...printed.matchAll(/^(\d) (\w+)/gm)].map((match) => match[2]);
  expect(stations).toEqual(["Train", "Claim", "Verify", "Record", "Audit", "Rank", "Reuse", "Tamper"]);
  expect(printed.match(/✓ VALID/g)).toHaveLength(10);
  expect(printed).toMatch(/agents\/cy .* ✗ reward_mismatch/);
  expect(printed).toMatch(/agents\/eve .* ✗ bad_signature/);
  expect(printed).toContain("✓ complete: 10 entries, as expected");
  expect(printed).toContain("✗ broken at entry 4:");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is asserted
  expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});
