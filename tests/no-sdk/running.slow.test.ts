import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auditChain, canonicalJson, entryHash, type PolicyEntry, reusePolicy } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, startStack } from "../../emulators/src/launcher/stack.ts";
import { agents, blocksOf, missing, missingPython, python, root, run } from "./document.ts";

const noShell = missing(["bash", "curl", "jq", "openssl", "sha256sum", "xxd"]);
const noPython = missingPython(["cryptography"]);
const noGymnasium = missingPython(["gymnasium", "numpy"]);

/** The one thing that differs from what the document says: where the service is. */
const LOCAL = "http://127.0.0.1:5000/api/v1";

let stack: Stack;
let api: string;
/** As the repository's folder is to whoever follows the document, and gone with what they leave in it. */
let folder: string;

beforeAll(async () => {
  if (noShell !== null && noPython !== null) return;
  folder = mkdtempSync(join(tmpdir(), "policyledger-agents-"));
  cpSync(`${root}docs/clients`, join(folder, "docs/clients"), { recursive: true });
  stack = await startStack({ ports: "free", memory: true, local: ".local/no-sdk" });
  api = `${stack.urls.hosting}/api/v1`;
});

afterAll(async () => {
  await stack?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

describe("the commands of docs/agents.md", () => {
  const blocks = blocksOf("sh");
  /** The last one runs the Python client. */
  const commands = blocks.filter(({ text }) => !text.startsWith("python3 "));

  test("are answered by the running service as the document says", async ({ skip }) => {
    skip(noShell !== null, noShell ?? "");
    expect(commands.length).toBe(blocks.length - 1);
    const { code, out, err } = await run("bash", ["-c", scriptOf(commands.map(({ text }) => text))], folder);
    expect(code).toBe(0);
    expect(asked(err)).toEqual(ANSWERS);
    const outputs = out.split("#block\n").slice(1);
    expect(outputs).toHaveLength(commands.length);
    for (const [i, { text, shown }] of commands.entries()) {
      expect({ text, wrong: wrongIn(shown, outputs[i]!) }).toEqual({ text, wrong: [] });
    }
    expect(commands.flatMap(({ shown }) => shown).length).toBe(16);
  });

  test("leave the worked example in the ledger as it was signed", async ({ skip }) => {
    skip(noShell !== null, noShell ?? "");
    const { entries } = await json(`${api}/ledger?order=oldest&limit=500`);
    const found = entries.filter((entry: { agent_id: string }) => entry.agent_id === "docs/example");
    expect(found.map(({ kind }: { kind: string }) => kind)).toEqual(["policy", "plan"]);
    const claim = /^CLAIM='(.*)'$/m.exec(agents)![1]!;
    expect(found[0].claim_id).toBe(nodeHost.sha256(claim));
    expect(found[0].signature).toBe(/^SIGNATURE=(.*)$/m.exec(agents)![1]);
  });
});

describe("the Python client", () => {
  test("claims, and its entry holds to an audit and to reuse", async ({ skip }) => {
    skip(noPython !== null, noPython ?? "");
    const command = blocksOf("sh").find(({ text }) => text.startsWith("python3 "))!.text;
    const { code, out, err } = await run("bash", ["-c", `URL=${api}\n${command}`], folder);
    expect([code, err]).toEqual([0, ""]);
    const [, index, hash] = /^entry (\d+) holds it: hash ([0-9a-f]{64}), link and signature checked$/m.exec(
      out,
    )!;
    const [, claimId] = /^claim ([0-9a-f]{64}) is accepted$/m.exec(out)!;
    const { entries, size, head } = await json(`${api}/ledger?order=oldest&limit=500`);
    const texts: string[] = entries.map(textOf);
    const report = auditChain(nodeHost, texts, { expected: { size, head }, signatures: true });
    expect(report).toMatchObject({ ok: true, size, tail: "checked" });
    const { current_hash: _, ...entry } = entries[Number(index)];
    expect(entryHash(nodeHost, texts[Number(index)]!)).toBe(hash);
    expect(entry).toMatchObject({ claim_id: claimId, env_id: "cyber-defense-v1", seed: 42 });
    const policy = await (await fetch(`${api}/policies/${entry.policy_hash}`)).text();
    const { reward } = reusePolicy(nodeHost, entry as PolicyEntry, policy).run(entry.seed);
    expect(reward).toBe(entry.verified_reward);
    expect(out).toContain(`earns ${reward / 10} points from seed 42 in standard`);
  });

  test("is told why a claim is refused", async ({ skip }) => {
    skip(noPython !== null, noPython ?? "");
    const args = ["docs/clients/agent.py", api, "--label", "service/mine"];
    const { code, err } = await run("python3", args, folder);
    expect(code).toBe(1);
    expect(err).toContain("403 reserved_label: ");
    expect(err).toContain("\n  /claim/agent_id: ");
  });

  const running = blocksOf("python").filter(({ text }) => text.includes(LOCAL));
  test.for(running)("answers the document's code as shown: $shown", async ({ text, shown }, { skip }) => {
    skip(noPython !== null, noPython ?? "");
    expect(await python(text.replace(LOCAL, api), folder)).toEqual(shown);
  });

  test("plays as an environment of Gymnasium", async ({ skip }) => {
    skip(noGymnasium !== null, noGymnasium ?? "");
    const block = blocksOf("python").find(({ text }) => text.includes("gymnasium"))!;
    const printed = await python(`${block.text}
from gymnasium.utils.env_checker import check_env
check_env(Env(), skip_render_check=True)
env = Env()
env.reset(seed=1)
steps = [env.step(3) for _ in range(24)]
print(sum(terminated or truncated for _, _, terminated, truncated, _ in steps))
`);
    expect(printed).toEqual(["1"]);
  });
});

/** All blocks in one shell, with curl telling on standard error what it was answered. */
function scriptOf(texts: readonly string[]): string {
  const told = "%{stderr}%{http_code} %{url_effective}\\n";
  const prelude = `curl() { command curl --silent --max-time 60 --write-out '${told}' "$@"; }\n`;
  const script = prelude + texts.map((text) => `echo '#block'\n${text}`).join("echo\n");
  expect(script.split(LOCAL)).toHaveLength(2);
  return script.replace(LOCAL, api);
}

/** Each status with its path; the same ones in a row, such as polls, once. */
function asked(err: string): string[] {
  const lines = [...err.matchAll(/^(\d{3}) \S+?\/api\/v1(\S*)$/gm)].map(
    ([, status, path]) => `${status} ${path!.replaceAll(/[0-9a-f]{64}/g, "ID").replace(/\d+$/, "N")}`,
  );
  expect(err.trim().split("\n")).toHaveLength(lines.length);
  return lines.filter((line, i) => line !== lines[i - 1]);
}

const ANSWERS = [
  "200 /environments",
  "200 /verify",
  "202 /claims",
  "200 /claims/ID",
  "200 /health",
  "200 /claims/ID",
  "204 /claims/ID",
  "200 /claims",
  "200 /claims/ID",
  "200 /ledger/N",
  "200 /log",
  "200 /log/inclusion?index=34&size=N",
  "200 /marketplace?env_id=cyber-defense-v1&preset=standard&by=expected&limit=N",
  "200 /marketplace/best?env_id=cyber-defense-v1&preset=standard&by=expected",
  "200 /policies/ID",
  "202 /train",
  "200 /train/ID/events",
  "200 /train/ID",
  "202 /claims",
  "200 /claims/ID",
  "200 /plans/ID",
  "200 /plans/ID/receipts",
];

/** What the document shows and the output does not have, in that order; of JSON, the last values. */
function wrongIn(shown: readonly string[], output: string): unknown[] {
  const lines = output.replaceAll('}{"', '}\n{"').split("\n");
  if (!shown[0]?.startsWith("{")) {
    let at = -1;
    return shown.filter((line) => {
      // What goes before may not end its line.
      at = lines.findIndex((text, i) => i > at && text.endsWith(line));
      return at < 0;
    });
  }
  const values = lines.filter((line) => line.startsWith("{")).slice(-shown.length);
  return shown.filter((line, i) => {
    try {
      expect(JSON.parse(values[i] ?? "null")).toMatchObject(JSON.parse(line));
      return false;
    } catch {
      return true;
    }
  });
}

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes, each looked at where it is used
async function json(url: string): Promise<any> {
  return (await fetch(url)).json();
}

function textOf({ current_hash: _, ...entry }: { current_hash: string }): string {
  return canonicalJson(entry);
}
