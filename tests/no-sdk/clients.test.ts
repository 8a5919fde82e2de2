import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { canonicalJson, loadPolicy, readArtifact } from "@policyledger/core";
import { afterAll, describe, expect, test } from "vitest";
import { workedExample } from "../cases/make-worked-example.ts";
import { blocksOf, missingPython, python, run } from "./document.ts";

const noPython = missingPython();
const noCryptography = missingPython(["cryptography"]);
const example = workedExample();

describe("docs/clients/cyber_defense.py", () => {
  test("plays every episode of the case file as it says, also by its artifacts", async ({ skip }) => {
    skip(noPython !== null, noPython ?? "");
    const { code, out } = await run("python3", [
      "docs/clients/cyber_defense.py",
      "tests/cases/episodes.json",
    ]);
    expect(out).toMatch(/^(\d\d) of \1 episodes agree\n$/);
    expect(code).toBe(0);
  });

  test("finds an episode that goes otherwise", async ({ skip }) => {
    skip(noPython !== null, noPython ?? "");
    const found = await python(`
import json, cyber_defense
every = json.load(open("tests/cases/episodes.json"))["episodes"]
cases = [case for case in every if case["env_id"] == "cyber-defense-v1"]
for case in cases: case["steps"][-1][2] += 1
print([case["name"] for case in cases if cyber_defense.check(case)])
for case in cases: case["steps"][-1][2] -= 1
print(all(map(cyber_defense.check, cases)))
cyber_defense.Draws.draw = lambda self: 2**31
print([case["name"] for case in cases if len(case["steps"]) > 3 and cyber_defense.check(case)])
`);
    expect(found).toEqual(["[]", "True", "[]"]);
  });

  test("earns the reward of the worked example", async ({ skip }) => {
    skip(noPython !== null, noPython ?? "");
    const found = await python(`
import json, cyber_defense as game
artifact = json.loads(json.load(open("tests/cases/worked-example.json"))["artifact"])
print(game.play(game.policy_of(artifact), 42))
`);
    expect(found).toEqual([String(JSON.parse(example.claim).claimed_reward)]);
  });
});

describe("docs/clients/agent.py", () => {
  test("makes the bytes, the hash, the id and the signature of the worked example", async ({ skip }) => {
    skip(noCryptography !== null, noCryptography ?? "");
    const found = await python(`
import json, os, tempfile, agent
example = json.load(open("tests/cases/worked-example.json"))
path = os.path.join(tempfile.mkdtemp(), "key")
open(path, "w").write(example["secret_key"] + "\\n")
made = agent.submission_of(agent.load_or_make_key(path), "docs/example", json.loads(example["artifact"]), 42, 1099, {"preset": "standard"})
print(agent.canonical(made["artifact"]).decode())
print(made["claim"]["policy_hash"])
print(agent.canonical(made["claim"]).decode())
print(agent.sha256(agent.canonical(made["claim"])))
print(made["signature"])
`);
    const { artifact, policy_hash, claim, claim_id, signature } = example;
    expect(found).toEqual([artifact, policy_hash, claim, claim_id, signature]);
  });

  test("makes a key once, for its owner only", async ({ skip }) => {
    skip(noCryptography !== null, noCryptography ?? "");
    const found = await python(`
import os, tempfile, agent
path = os.path.join(tempfile.mkdtemp(), "key")
first, again = (agent.public_hex(agent.load_or_make_key(path)) for _ in range(2))
print(first == again, len(first), oct(os.stat(path).st_mode & 0o777))
`);
    expect(found).toEqual(["True 64 0o600"]);
  });

  test("writes numbers and text as RFC 8785 does", async ({ skip }) => {
    skip(noCryptography !== null, noCryptography ?? "");
    const values = [
      [0, -0, 1, -1, 0.5, 1099, 2 ** 53 - 1, 1e12, 123456789.125, 0.1 + 0.2, 1 / 3, -2.5e-3],
      [1e-4, 1.5e-5, 1e-6, 9.999e-7, 1e-7, 1.25e-10, 5e-324, 1.5e20, 1e16, 2 ** 60, -7.0e-9],
      { b: 'é\n\u001f\u007f"\\/', a: [true, null, []], "\u00e9": {}, A: "", "-0": -0 },
    ];
    const [found, floats] = await python(`
import json, agent
values = json.loads(${JSON.stringify(JSON.stringify(values))})
print(agent.canonical(values).decode())
print(agent.canonical([-0.0, 1.0, 1e20, 1e-7, 100.0]).decode())
`);
    expect(found).toBe(canonicalJson(values));
    expect(floats).toBe(canonicalJson([-0, 1, 1e20, 1e-7, 100]));
  });

  test("takes entries that hold, and no other", async ({ skip }) => {
    skip(noCryptography !== null, noCryptography ?? "");
    const found = await python(`
import copy, json, agent
first, second = ({**json.loads(entry["text"]), "current_hash": entry["current_hash"]} for entry in json.load(open("tests/cases/worked-example.json"))["entries"])
agent.check_entry(first, None)
agent.check_entry(second, first)
def refused(change, sealed=True, previous=first):
    entry = {**copy.deepcopy(second), **change}
    if sealed: entry["current_hash"] = agent.entry_hash(entry)
    try: agent.check_entry(entry, previous)
    except Exception as error: print(type(error).__name__, error)
    else: print("taken")
refused({"verified_reward": 9999}, sealed=False)
refused({"verified_reward": 9999})
refused({"index": 2})
refused({"previous_hash": "0" * 64})
refused({"timestamp": "2025-12-31T00:00:00.000Z"})
refused({"signature": first["signature"]})
refused({}, previous=None)
`);
    expect(found).toEqual([
      "ValueError entry 1 does not have its hash",
      "ValueError entry 1 is another claim's",
      "ValueError entry 2 is out of place",
      "ValueError entry 1 follows another one",
      "ValueError entry 1 is earlier",
      "InvalidSignature ",
      "ValueError entry 1 is out of place",
    ]);
  });
});

describe("ask of docs/clients/agent.py", () => {
  type Reply = (at: number) => { status: number; after?: number; code?: string } | "gone";
  const times: Record<string, number[]> = {};
  const replies: Record<string, Reply> = {
    "/busy": (at) => (at === 0 ? { status: 429, after: 1, code: "rate_limited" } : { status: 200 }),
    "/down": (at) => (at === 0 ? { status: 503, after: 0, code: "unavailable" } : { status: 200 }),
    "/proxy": (at) => (at === 0 ? { status: 502 } : { status: 200 }),
    "/gone": (at) => (at === 0 ? "gone" : { status: 200 }),
    "/wrong": () => ({ status: 422, code: "invalid_claim" }),
    "/untrained": () => ({ status: 503, code: "training_unavailable" }),
    "/always": () => ({ status: 503, after: 0, code: "unavailable" }),
  };
  const server = createServer((request, response) => {
    const path = request.url!;
    times[path] ??= [];
    const reply = replies[path]!(times[path].length);
    times[path].push(performance.now());
    if (reply === "gone") return void request.socket.destroy();
    const headers = reply.after === undefined ? {} : { "retry-after": String(reply.after) };
    const { status, code } = reply;
    response
      .writeHead(status, headers)
      .end(code ? JSON.stringify({ code, detail: "no", errors: [] }) : "<p>");
  });
  afterAll(() => void server.close());

  test("sends again what may be, not before it is told to, and nothing else", async ({ skip }) => {
    skip(noCryptography !== null, noCryptography ?? "");
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const found = await python(`
import agent
for path in ${JSON.stringify(Object.keys(replies))}:
    try: print(path, agent.ask("${url}" + path, {"a": 1}, attempts=3).decode())
    except agent.Refused as error: print(path, error)
`);
    expect(found).toEqual([
      "/busy <p>",
      "/down <p>",
      "/proxy <p>",
      "/gone <p>",
      "/wrong 422 invalid_claim: no",
      "/untrained 503 training_unavailable: no",
      "/always 503 unavailable: no",
    ]);
    expect(Object.values(times).map((all) => all.length)).toEqual([2, 2, 2, 2, 1, 1, 3]);
    expect(times["/busy"]![1]! - times["/busy"]![0]!).toBeGreaterThanOrEqual(1_000);
  });
});

describe("the artifacts that docs/agents.md makes", () => {
  const blocks = blocksOf("python").filter(({ text }) => /action_table|"linear"/.test(text));

  test("are artifacts, canonical as they are hashed, and choose as what they were made from", async ({
    skip,
  }) => {
    skip(noCryptography !== null, noCryptography ?? "");
    expect(blocks).toHaveLength(2);
    // A model and a table as other libraries have them; numpy itself where it is here.
    const lines = await python(`
import sys, types
try: import numpy
except ImportError: sys.modules["numpy"] = types.SimpleNamespace(array=list)
class model:
    def predict(observation, deterministic=False):
        assert deterministic
        return (3 if observation[0] == 2 else 2 if observation[1] > 0 else 1, None)
Q = [[0.0] * 5 if code % 3 == 2 else [0.25, code / 7, 1e-7 * code, 15.4, -code] for code in range(108)]
${blocks.map(({ text }) => text).join("\n")}
import agent, cyber_defense
made = [from_model, from_table, q_table, rules, linear]
for artifact in made: print(agent.canonical(artifact).decode())
for artifact in made:
    policy = cyber_defense.policy_of(artifact)
    print("".join(str(policy(seen)) for seen in cyber_defense.OBSERVATIONS))
`);
    const chosen = lines.slice(0, 5).map((text) => [...loadPolicy(readArtifact(text)).behaviour].join(""));
    expect(chosen).toEqual(lines.slice(5));
    expect(chosen[0]!.slice(0, 12)).toBe("111111111111");
    expect(chosen[0]!.slice(-1)).toBe("3");
    const rows = [...chosen[1]!].filter((_, code) => code % 3 !== 2);
    expect(rows).toEqual([...chosen[2]!].filter((_, code) => code % 3 !== 2));
    expect(chosen[4]).toBe("4".repeat(108));
  });
});
