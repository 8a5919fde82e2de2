// Proves the launcher as a user meets it: a process that starts, keeps data, names what is wrong, and leaves nothing behind.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { type Process, signal, stillRunning, treeOf } from "../../src/launcher/process-tree.ts";
import { REPOSITORY } from "../../src/launcher/project.ts";
import { type Launched, launch, newLocal, type Ready, SAMPLE, START } from "./launched.ts";
import { waitFor } from "./wait-for.ts";

const SAMPLE_HOSTING_PORT = 15_000;
const SECRETS = "functions/.secret.local";

const SPAWN = 'require("node:child_process").spawn';
const INHERIT = '{ stdio: "inherit" }';

describe("npm start", () => {
  const locals: string[] = [];
  const servers: Server[] = [];
  let launched: Launched | undefined;

  afterEach(async () => {
    launched?.child.kill("SIGINT");
    await launched?.ended;
    launched = undefined;
    for (const server of servers.splice(0)) server.close();
    for (const local of locals.splice(0)) rmSync(local, { recursive: true, force: true });
  });

  function place(): string {
    const local = newLocal();
    locals.push(local);
    return local;
  }

  function start(local: string, ...more: string[]): Launched {
    launched = launch(["--free-ports", "--local", local, ...more]);
    return launched;
  }

  async function noneOf(processes: readonly Process[]): Promise<void> {
    await waitFor("the end of every process", () =>
      stillRunning(processes).length === 0 ? true : undefined,
    );
  }

  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    test(`ends with code 0 and leaves no process and no temporary file behind on ${name}`, async () => {
      const { pid, ready, ended, tree } = start(place(), "--memory");
      await ready;
      const processes = tree();
      expect(processes.length).toBeGreaterThanOrEqual(4);
      const temporary = temporaryFolderOf(processes);
      signal(pid, name);
      expect(await ended).toEqual({ code: 0, signal: null });
      expect(stillRunning(processes)).toEqual([]);
      expect(existsSync(temporary)).toBe(false);
    });
  }

  test.each([
    ["ends with code 0 on Ctrl-C", 1, 0],
    ["stops at once, with code 1, on a second Ctrl-C", 2, 1],
  ])("%s while a function never answers", async (_, presses, code) => {
    const { pid, ready, ended, text, tree } = start(place(), "--memory");
    const { urls } = await ready;
    const hanging = fetch(`${urls.hosting}/api/v1/hang`).catch(() => undefined);
    await waitFor("the call to arrive", () => (text().includes("hanging on") ? true : undefined));
    const processes = tree();
    for (let press = 0; press < presses; press++) {
      signal(pid, "SIGINT");
      // Sooner, it would count as the same one.
      await sleep(400);
    }
    expect((await ended).code).toBe(code);
    await noneOf(processes);
    await hanging;
  });

  test("gives up a start that is under way on Ctrl-C", async () => {
    const { pid, ended, text, tree } = start(place(), "--memory");
    await waitFor("the suite to start", () => (tree().length > 2 ? true : undefined));
    const processes = tree();
    signal(pid, "SIGINT");
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(text()).toContain("Stopped; nothing is left running.");
    await noneOf(processes);
  });

  test("leaves no orphan when it is killed outright", async () => {
    const { pid, ready, tree } = start(place(), "--memory");
    await ready;
    const processes = tree();
    const temporary = temporaryFolderOf(processes);
    signal(pid, "SIGKILL");
    await noneOf(processes);
    expect(existsSync(temporary)).toBe(false);
  });

  for (const killed of ["the launcher", "the suite"]) {
    test(`leaves no function in an endless loop behind when ${killed} is killed outright`, async () => {
      const { pid, ready, text, tree } = start(place(), "--memory");
      const { urls, pids } = await ready;
      const calling = fetch(`${urls.hosting}/api/v1/busy`).catch(() => undefined);
      await waitFor("the loop", () => (text().includes("busy for ever") ? true : undefined));
      const processes = tree();
      signal(killed === "the suite" ? pids.suite! : pid, "SIGKILL");
      await noneOf(processes);
      await calling;
    });
  }

  test("does not touch the folder of a stack that runs, and names the process that holds it", async () => {
    const local = place();
    const first = start(local);
    const { urls, environment } = await first.ready;
    await write({ urls } as Ready, "kept");
    for (const flag of ["--fresh", "--memory"]) {
      const second = launch(["--free-ports", "--local", local, flag]);
      expect((await second.ended).code).toBe(1);
      expect(second.text()).toContain(`is in use by another stack (process ${first.pid},`);
    }
    expect(await read({ urls } as Ready, "kept")).toEqual({ text: "kept" });
    expect(environment.METADATA_SERVER_DETECTION).toBe("none");
    await stop(first);
  });

  test.each([
    [
      "a program",
      (args: string) => [process.execPath, "-e", `${SPAWN}(process.execPath, ${args}, ${INHERIT})`],
    ],
    ["npm", () => ["npm", "start", "--silent", "--", "--project", SAMPLE]],
  ])("ends when %s that started it dies", async (_, command) => {
    const flags = ["--json", "--free-ports", "--memory", "--local", place()];
    const [program, ...args] = command(JSON.stringify([START, "--project", SAMPLE, ...flags]));
    const parent = spawn(program!, [...args, ...(program === "npm" ? flags : [])], {
      cwd: REPOSITORY,
      stdio: ["ignore", "pipe", "ignore"],
    });
    await new Promise((resolve) => createInterface({ input: parent.stdout! }).once("line", resolve));
    const processes = treeOf(parent.pid!);
    expect(processes.length).toBeGreaterThanOrEqual(5);
    parent.kill("SIGKILL");
    await noneOf(processes);
  });

  test("names a taken port, what it is for, and who holds it", async () => {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    launched = launch(["--port-offset", String(port - SAMPLE_HOSTING_PORT), "--local", place(), "--memory"]);
    const { ended, text } = launched;
    expect((await ended).code).toBe(1);
    expect(text()).toMatch(
      new RegExp(`port ${port}, for Hosting.*, is taken by .*node.* \\(process ${process.pid}\\)`),
    );
  });

  test.each([
    ["firestore", "Firestore, the database", /firestore-debug\.log:\n\s+Local Firestore listening/],
    ["pubsub", "Pub/Sub, the queue", /pubsub-debug\.log:\n\s+Local Pub\/Sub listening/],
    ["suite", "The Emulator Suite", /suite\.log:\n/],
  ])("says that %s died, shows its log, stops the rest and ends with code 1", async (part, name, log) => {
    const { ready, ended, text, tree } = start(place(), "--memory");
    const { pids } = await ready;
    const processes = tree();
    signal(pids[part]!, "SIGKILL");
    expect((await ended).code).toBe(1);
    expect(text()).toContain(`${name} (process ${pids[part]}) has ended`);
    expect(text()).toMatch(log);
    await noneOf(processes);
  });

  test("keeps data between runs, and --fresh removes it and says so", async () => {
    const local = place();
    const first = start(local);
    await write(await first.ready, "kept");
    await stop(first);

    const second = start(local);
    expect(await read(await second.ready, "kept")).toEqual({ text: "kept" });
    await stop(second);

    const third = start(local, "--fresh");
    expect(await read(await third.ready, "kept")).toBeNull();
    expect(third.text()).toMatch(/Removed from .*firestore\.sqlite.*KiB/);
    await stop(third);
  });

  test("runs the command of --exec with the stack's addresses and ends with its code", async () => {
    const command = `curl -s "$POLICYLEDGER_URL/api/v1/health" && test -n "$FIRESTORE_EMULATOR_HOST" && exit 7`;
    const { ended, text } = start(place(), "--memory", "--exec", command);
    expect((await ended).code).toBe(7);
    expect(text()).toContain('{"status":"ok"}');
  });

  test("writes nothing but its own folder, and the secrets that functions want", async () => {
    const local = place();
    const before = filesIn(SAMPLE);
    const { ready } = start(local, "--memory");
    await ready;
    await stop(launched!);
    expect(filesIn(SAMPLE).filter((name) => !before.includes(name))).toEqual(
      before.includes(SECRETS) ? [] : [SECRETS],
    );
    expect(before.filter((name) => !filesIn(SAMPLE).includes(name))).toEqual([]);
    expect(readdirSync(`${local}/logs`).sort()).toEqual([
      "firestore-debug.log",
      "pubsub-debug.log",
      "suite.log",
    ]);
  });
});

async function stop({ pid, ended }: Launched): Promise<void> {
  signal(pid, "SIGINT");
  expect((await ended).code).toBe(0);
}

async function write({ urls }: Ready, text: string): Promise<void> {
  const response = await fetch(`${urls.hosting}/api/keeps/${text}`, {
    method: "PUT",
    body: JSON.stringify({ text }),
    headers: { "content-type": "application/json" },
  });
  expect(response.status).toBe(200);
}

async function read({ urls }: Ready, name: string): Promise<unknown> {
  const response = await fetch(`${urls.hosting}/api/keeps/${name}`);
  return ((await response.json()) as { data: unknown }).data;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

/** The suite holds its name in its environment. */
function temporaryFolderOf(processes: readonly Process[]): string {
  const environments = processes.map(({ pid }) =>
    execFileSync("ps", ["eww", "-o", "args=", String(pid)], { encoding: "utf8" }),
  );
  const folders = environments.map((text) => /TMPDIR=(\S*policyledger-\S+)/.exec(text)?.[1]);
  // The launcher itself has that of the tests.
  const found = folders.find((folder) => folder !== undefined && folder !== tmpdir());
  if (found === undefined) throw new Error("No process of the stack has a temporary folder of its own.");
  return found;
}
