// Files that the viewer checks by itself, without a network, in a real browser.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { artifactText, formatVerifierKey, portableHost, verifierKey } from "@policyledger/core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { submissionOf } from "../../scripts/agents.ts";
import { agentNamed, bodyOf, CYBER, lie, policyOf } from "../service/agents.ts";
import { hasBrowser, useViewer } from "./world.ts";

const COMMAND = fileURLToPath(new URL("../../agent/bin/policyledger.js", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "policyledger-browser-"));

describe.skipIf(!hasBrowser)("verify", () => {
  const viewer = useViewer("browser-verify");
  let exported: string;
  beforeAll(async () => {
    const file = join(home, "ledger.ndjson");
    const env = { ...process.env, POLICYLEDGER_HOME: home };
    await promisify(execFile)(process.execPath, [COMMAND, "export", file, "--endpoint", viewer.url()], {
      env,
    });
    exported = readFileSync(file, "utf8");
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** A page that has lost its network, once it was there. */
  async function offline(): Promise<Page> {
    const page = await viewer.open("/verify");
    await page.getByText("from now on this page needs no network").waitFor();
    await page.context().setOffline(true);
    return page;
  }

  async function check(
    page: Page,
    files: Readonly<Record<string, string | Buffer>>,
    said = Object.keys(files)[0]!,
  ): Promise<string> {
    await page.getByLabel("or choose them").setInputFiles(
      Object.entries(files).map(([name, text]) => ({
        name,
        mimeType: "application/octet-stream",
        buffer: Buffer.from(text),
      })),
    );
    const report = page.locator(".report").filter({ hasText: said });
    await report.waitFor({ timeout: 120_000 });
    return report.innerText();
  }

  test("a claim that holds, a lie, one with another's signature, and what is no claim at all", async () => {
    const page = await offline();
    const claim = submissionOf(agentNamed("browser/file"), policyOf(), CYBER, 5);
    expect(await check(page, { "my claim.json": bodyOf(claim) })).toMatch(
      /A claim of a policy: it holds[\s\S]*Identity[\s\S]*Artifact[\s\S]*Replay[\s\S]*Reward[\s\S]*as claimed/,
    );
    await page.getByRole("region", { name: "A claim of a policy: it holds" }).waitFor();
    const untrue = await check(page, { "lie.json": bodyOf(lie(agentNamed("browser/file"), 5)) });
    expect(untrue).toMatch(/it does not hold[\s\S]*✓\s*Replay[\s\S]*✗\s*Reward[\s\S]*reward_mismatch/);
    const other = { ...claim, claim: { ...claim.claim, policy_hash: "0".repeat(64) } };
    expect(await check(page, { "hash.json": bodyOf(other) })).toMatch(
      /✗\s*Artifact[\s\S]*hash_mismatch[\s\S]*\?\s*Replay[\s\S]*It did not come to that/,
    );
    const { signature } = submissionOf(agentNamed("browser/other"), policyOf(), CYBER, 5);
    expect(await check(page, { "signed.json": bodyOf({ ...claim, signature }) })).toMatch(
      /it does not hold[\s\S]*not one of key/,
    );
    const half = JSON.stringify({ claim: { v: 1, kind: "policy", agent_id: 7 }, signature: "x" });
    expect(await check(page, { "half.json": half })).toMatch(/\/claim\/agent_id[\s\S]*\/signature/);
  });

  test("an artifact, and one that is none", async () => {
    const page = await offline();
    const text = artifactText(policyOf());
    expect(await check(page, { "policy.json": text })).toMatch(
      /An artifact: it holds[\s\S]*its hash is [0-9a-f]{64}/,
    );
    const broken = text.replace('"default_action":', '"default_action":9');
    expect(await check(page, { "broken.json": broken })).toMatch(/An artifact: it does not hold/);
  });

  test("an exported ledger, and one in which a single digit was changed", async () => {
    const page = await offline();
    expect(await check(page, { "ledger.ndjson": exported })).toMatch(
      /it holds[\s\S]*earned again what they say/,
    );
    const changed = exported.replace(
      /"verified_reward":(\d)/,
      (_, digit) => `"verified_reward":${(Number(digit) + 1) % 10}`,
    );
    expect(await check(page, { "changed.ndjson": changed })).toMatch(/it does not hold[\s\S]*Entry 0/);
    expect(await check(page, { "cut.ndjson": exported.slice(0, -100) })).toMatch(/it does not hold/);
    expect(await check(page, { "end.ndjson": exported.slice(0, -1) })).toMatch(/The last line does not end/);
    const long = exported.slice(0, exported.indexOf("\n") + 1) + "0".repeat(3_000_000);
    expect(await check(page, { "long.ndjson": long })).toMatch(/A line takes more than \d+ bytes/);
  });

  test("a proof with its entry, under the key that this browser remembers", async () => {
    const page = await viewer.open("/entry/3");
    await page.getByText("hashes lead from this entry").waitFor();
    const proof = await (await fetch(viewer.url("/api/v1/log/proofs/3"))).text();
    const { current_hash: _, ...entry } = (await (
      await fetch(viewer.url("/api/v1/ledger/3"))
    ).json()) as Record<string, unknown>;
    const sorted = (value: unknown): unknown =>
      value !== null && typeof value === "object" && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([key, inner]) => [key, sorted(inner)]),
          )
        : value;
    const text = JSON.stringify(sorted(entry));
    await page.getByRole("link", { name: "Verify" }).click();
    await page.getByRole("heading", { name: "Verify a file" }).waitFor();
    expect(await check(page, { "entry.tlog-proof": proof, "entry.json": text })).toMatch(
      /A proof: it holds[\s\S]*in which this is entry 3/,
    );
    const other = text.replace('"index":3', '"index":4');
    expect(await check(page, { "other.tlog-proof": proof, "entry.json": other })).toMatch(/it does not hold/);
    expect(await check(page, { "alone.tlog-proof": proof })).toMatch(/not all could be checked/);
    const another = { "another.json": other, "second.tlog-proof": proof, "entry.json": text };
    expect(await check(page, another, "second.tlog-proof")).toMatch(/A proof: it holds/);
    const large = { "large.tlog-proof": proof, "entry.json": text + " ".repeat(70_000) };
    expect(await check(page, large, "too large")).toMatch(/entry\.json/);
    const key = page.getByLabel("The log's key, for a proof or evidence");
    const files = { "keyed.tlog-proof": proof, "entry.json": text };
    await key.fill("not a key");
    expect(await check(page, files)).toMatch(/✗\s*Key[\s\S]*name\+id\+base64/);
    const name = (await (await fetch(viewer.url("/checkpoint"))).text()).split("\n")[0]!;
    const { public_key } = submissionOf(agentNamed("browser/another"), policyOf(), CYBER, 5).claim;
    await key.fill(formatVerifierKey(verifierKey(portableHost, "log", name, public_key)));
    const strange = { "strange.tlog-proof": proof, "entry.json": text };
    expect(await check(page, strange)).toMatch(/✓\s*Key[\s\S]*✗\s*Inclusion and signature/);
    const known = (await page.evaluate(
      "Object.entries(localStorage).flatMap(([name, value]) => name.startsWith('policyledger-log:') ? JSON.parse(value).keys : [])",
    )) as string[];
    await page.evaluate("localStorage.clear()");
    await page.reload();
    await page.getByText("remembers no log's key yet").waitFor();
    expect(await check(page, { "unknown.tlog-proof": proof, "entry.json": text })).toMatch(/\?\s*Key/);
    await key.fill(known[0]!);
    expect(await check(page, { "given.tlog-proof": proof, "entry.json": text })).toMatch(/A proof: it holds/);
  });

  test("what is hostile is refused, and never becomes part of the page", async () => {
    const page = await offline();
    const markup = '<img src=x onerror="document.title=1">';
    expect(await check(page, { "deep.json": `{"claim":${"[".repeat(50_000)},"signature":1` })).toMatch(
      /does not hold/,
    );
    expect(await check(page, { "huge.json": Buffer.alloc(3_000_000, " ") })).toMatch(/too large/);
    expect(await check(page, { "noise.bin": Buffer.from([0xff, 0xfe, 0, 1, 2]) })).toMatch(
      /no claim, artifact/,
    );
    expect(await check(page, { [`${markup}.json`]: `{"env_id":"${markup.replaceAll('"', "'")}"}` })).toMatch(
      /does not hold/,
    );
    expect(await page.locator("img").count()).toBe(0);
  });
});
