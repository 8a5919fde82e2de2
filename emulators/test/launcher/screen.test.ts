// The one screen: it names what runs, in 80 columns, with commands that reach this very run.
import { describe, expect, test } from "vitest";
import { clientEnvironment } from "../../src/launcher/environment.ts";
import { type Options, readOptions } from "../../src/launcher/options.ts";
import { paintFor } from "../../src/launcher/paint.ts";
import { REPOSITORY, readProject } from "../../src/launcher/project.ts";
import { dataLine, readyScreen, type Seen, tries } from "../../src/launcher/screen.ts";

const project = readProject(REPOSITORY);
const { ports } = project;
const PLAIN = paintFor(false, {});

const SEEN: Seen = {
  project,
  ports,
  urls: {
    hosting: `http://127.0.0.1:${ports.hosting}`,
    functions: `http://127.0.0.1:${ports.functions}`,
    hub: `http://127.0.0.1:${ports.hub}`,
  },
  environment: clientEnvironment(ports),
  folders: {
    data: `${REPOSITORY}/.local/data`,
    logs: `${REPOSITORY}/.local/logs`,
    suite: `${REPOSITORY}/.local/suite`,
    home: `${REPOSITORY}/.local/home`,
    temporary: "/t",
  },
  running: { pids: {}, functions: Array.from({ length: 20 }, (_, i) => `function${i}`) },
  imported: `${REPOSITORY}/emulator-data`,
};

function screen(...argv: string[]): string[] {
  return readyScreen(SEEN, readOptions(argv), 2345, PLAIN).split("\n");
}

describe("readyScreen", () => {
  test("names every address, and those that answer in full", () => {
    const lines = screen();
    expect(lines).toContain("✔ PolicyLedger runs after 2.3 s");
    expect(lines).toContain("  Page       http://127.0.0.1:5000/");
    expect(lines).toContain("  API        http://127.0.0.1:5000/api/v1/health");
    expect(lines).toContain("  Firestore  127.0.0.1:8080, project demo-policyledger");
    expect(lines).toContain("  Logs       .local/logs");
  });

  test("breaks between words before the eightieth column", () => {
    for (const argv of [[], ["--port-offset", "10"], ["--memory"], ["--admin"]])
      expect(screen(...argv).filter((line) => line.length > 80)).toEqual([]);
    expect(screen().join("\n")).toContain("function3, function4,");
  });

  test("leaves out what a project does not have", () => {
    const bare = { ...project, parts: ["firestore", "pubsub", "hub", "logging"] as const };
    const text = readyScreen({ ...SEEN, project: bare }, readOptions([]), 1, PLAIN);
    expect(text).not.toMatch(/Page|API|Functions|api\/v1/);
  });
});

describe("dataLine", () => {
  const line = (...argv: string[]) => dataLine(SEEN, readOptions(argv) as Options);

  test("says where the data are, where they came from, and how they are removed", () => {
    expect(line()).toBe(
      ".local/data, kept, begun with emulator-data; start anew with:\nnpm start -- --fresh",
    );
    expect(line("--memory")).toBe("in memory, gone at the end, begun with emulator-data");
    expect(line("--official")).toContain("keep nothing");
  });

  test("removes the data of this run and of no other", () => {
    expect(line("--port-offset", "10", "--project", "a b", "--local", "/x")).toMatch(
      /\nnpm start -- --fresh --port-offset 10 --project 'a b' --local \/x$/,
    );
    expect(line("--free-ports", "--local", "x")).toMatch(/--fresh --free-ports --local x$/);
  });
});

describe("tries", () => {
  test("sets all that a client of one's own needs", () => {
    const text = tries(SEEN, readOptions([])).join("\n");
    const { GCLOUD_PROJECT, FIRESTORE_EMULATOR_HOST, PUBSUB_EMULATOR_HOST } = SEEN.environment;
    const exported = /export (.*)$/s.exec(text)![1]!.replaceAll(/\s*\\\n\s*/g, " ");
    expect(Object.fromEntries(exported.split(" ").map((pair) => pair.split("=")))).toEqual({
      GCLOUD_PROJECT,
      FIRESTORE_EMULATOR_HOST,
      PUBSUB_EMULATOR_HOST,
      METADATA_SERVER_DETECTION: "none",
    });
  });

  test("asks after faults where there can be some, and exports where the suite can", () => {
    expect(tries(SEEN, readOptions(["--admin"])).join("\n")).toContain("/admin/faults");
    expect(tries(SEEN, readOptions([])).join("\n")).toMatch(/\.local\/export:\ncurl .*_admin\/export/);
    for (const argv of [["--official"], ["--free-ports", "--memory"]])
      expect(tries(SEEN, readOptions(argv)).join("\n")).not.toContain("_admin/export");
  });
});
