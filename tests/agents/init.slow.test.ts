// `policyledger init`: nobody else reads the key, no key is lost, and what is not given is asked for.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { ask } from "../../agent/src/cli/ask.ts";
import { terminalOn } from "../../agent/src/cli/terminal.ts";
import { agentNamed } from "../../scripts/agents.ts";
import { expectGolden, newHome, policyledger } from "./command.ts";

const ENDPOINT = "http://127.0.0.1:5000";
const COMPLETE = ["init", "--endpoint", ENDPOINT, "--agent", "ada/first"];

function freshHome(): string {
  return join(newHome(), "kept");
}

const run = (home: string, ...args: string[]) => policyledger(args, { home, cwd: tmpdir() });

test("init makes a key pair and a configuration that only their owner can read", async () => {
  const home = freshHome();
  const ran = await run(home, ...COMPLETE);
  const key = JSON.parse(readFileSync(join(home, "key.json"), "utf8"));
  expect(key).toMatchObject({ v: 1, kind: "ed25519", secret_key: expect.stringMatching(/^[0-9a-f]{64}$/) });
  await expectGolden("init", COMPLETE, ran, [
    [home, "HOME"],
    [key.public_key, "PUBLIC_KEY"],
  ]);
  expect(ran.out + ran.err).not.toContain(key.secret_key);
  const modes = ["", "key.json", "config.json"].map((name) => statSync(join(home, name)).mode & 0o777);
  expect(modes).toEqual([0o700, 0o600, 0o600]);
  expect(readdirSync(home).sort()).toEqual(["config.json", "key.json"]);
});

test("init --help", async () => {
  await expectGolden("init---help", ["init", "--help"], await run(freshHome(), "init", "--help"));
});

test("run again, it changes the configuration and keeps the key", async () => {
  const home = freshHome();
  await run(home, ...COMPLETE);
  const before = readFileSync(join(home, "key.json"));
  const { code, out } = await run(home, "init", "--agent", "ada/second", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ key: "kept", agent_id: "ada/second", endpoint: ENDPOINT });
  expect(readFileSync(join(home, "key.json"))).toEqual(before);
  expect(JSON.parse(readFileSync(join(home, "config.json"), "utf8"))).toEqual({
    endpoint: ENDPOINT,
    agent_id: "ada/second",
  });
});

test("--new-key keeps the old key under another name, twice too", async () => {
  const home = freshHome();
  await run(home, ...COMPLETE);
  for (let i = 0; i < 2; i++) {
    const before = readFileSync(join(home, "key.json"));
    const { out, err } = await run(home, "init", "--new-key", "--json");
    const { old_key_file, public_key } = JSON.parse(out);
    expect(readFileSync(old_key_file)).toEqual(before);
    expect(statSync(old_key_file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(before.toString()).public_key).not.toBe(public_key);
    expect(err).toContain("ada/first stays with the old key");
  }
  expect(readdirSync(home).length).toBe(4);
});

test("--key takes a secret key from a file, and no other over one that is there", async () => {
  const home = freshHome();
  const from = newHome();
  const [ada, bob] = [agentNamed("ada"), agentNamed("bob")];
  writeFileSync(join(from, "ada"), `${ada.secretKey}\n`);
  writeFileSync(join(from, "bob"), JSON.stringify({ secret_key: bob.secretKey }));
  writeFileSync(join(from, "none"), "{}");
  const taken = await run(home, ...COMPLETE, "--key", join(from, "ada"), "--json");
  expect(JSON.parse(taken.out)).toMatchObject({ key: "imported", public_key: ada.publicKey });
  expect((await run(home, ...COMPLETE, "--key", join(from, "ada"))).out).toContain("is kept");
  const other = await run(home, ...COMPLETE, "--key", join(from, "bob"));
  expect([other.code, other.err]).toEqual([2, expect.stringContaining("there is another key already")]);
  const none = await run(home, ...COMPLETE, "--key", join(from, "none"));
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("holds no secret key")]);
  const replaced = await run(home, ...COMPLETE, "--key", join(from, "bob"), "--new-key", "--json");
  expect(JSON.parse(replaced.out)).toMatchObject({ key: "imported", public_key: bob.publicKey });
});

test("with POLICYLEDGER_SECRET_KEY no key is written", async () => {
  const home = freshHome();
  const { secretKey, publicKey } = agentNamed("env");
  const env = { POLICYLEDGER_SECRET_KEY: secretKey };
  const { out } = await policyledger([...COMPLETE, "--json"], { home, cwd: tmpdir(), env });
  expect(JSON.parse(out)).toMatchObject({ key: "environment", public_key: publicKey });
  expect(readdirSync(home)).toEqual(["config.json"]);
  const { code } = await policyledger([...COMPLETE, "--new-key"], { home, cwd: tmpdir(), env });
  expect(code).toBe(2);
});

test("a folder that others can look into is left as it is, and said to be so", async () => {
  const home = freshHome();
  mkdirSync(home, { mode: 0o755 });
  const { code, err } = await run(home, ...COMPLETE);
  expect([code, err]).toEqual([0, expect.stringMatching(/chmod\s+700/)]);
  expect(statSync(join(home, "key.json")).mode & 0o777).toBe(0o600);
});

describe("nothing is written where", () => {
  test.each([
    ["no terminal is there to ask on", ["init", "--agent", "ada"], "give --endpoint URL and --agent ID"],
    ["the label is reserved", [...COMPLETE.slice(0, 3), "--agent", "service/x"], "is reserved"],
    ["the label is none", [...COMPLETE.slice(0, 3), "--agent", "a b\u001b[31m"], "is not 1 to 64 of"],
    [
      "the address is none",
      ["init", "--endpoint", "ftp://x", "--agent", "ada"],
      "wanted http:// or https://",
    ],
  ])("%s", async (_, args, message) => {
    const home = freshHome();
    const { code, err, out } = await run(home, ...args);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(message)]);
    expect(err).not.toContain("\u001b");
    expect(() => statSync(home)).toThrow("ENOENT");
  });
});

describe("questions on a terminal", () => {
  const questions = [
    { text: "Colour?", usual: "red", fault: (answer: string) => (answer === "none" ? "that is none" : null) },
    { text: "Size?", usual: "small", fault: () => null },
  ];
  function asked(signal = new AbortController().signal) {
    const input = new PassThrough();
    let err = "";
    const stderr = { write: (text: string) => (err += text) };
    const terminal = terminalOn({ stdout: stderr, stderr, env: {} });
    const output = new PassThrough();
    output.on("data", (text) => {
      err += text;
    });
    return { input, answers: ask(questions, terminal, signal, { input, output }), said: () => err };
  }
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

  test("are answered, Enter takes what is proposed, and a wrong answer is asked again", async () => {
    const { input, answers, said } = asked();
    for (const line of ["none", " blue ", ""]) {
      input.write(`${line}\n`);
      await turn();
    }
    expect(await answers).toEqual(["blue", "small"]);
    expect(said()).toContain("! that is none");
    expect(said()).toContain("Colour? [red] ");
  });

  test("end with the input, and with Ctrl-C", async () => {
    const ended = asked();
    ended.input.end("blue\n");
    await expect(ended.answers).rejects.toThrow("nothing was written");
    const controller = new AbortController();
    const stopped = asked(controller.signal);
    controller.abort();
    await expect(stopped.answers).rejects.toThrow("aborted");
  });
});
