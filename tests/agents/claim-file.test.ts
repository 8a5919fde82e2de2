// Claim files: what is written reads back, in both forms, and what is none is refused with all that is wrong.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readClaimFile, type UnsignedPolicy, writeClaimFile } from "../../agent/src/cli/claim-file.ts";
import { CliError } from "../../agent/src/cli/exit.ts";
import { bodyOf } from "../../scripts/agents.ts";
import { signedClaim, writeUnsigned } from "./claims.ts";
import { newHome } from "./command.ts";

const home = newHome();
const at = (name: string) => join(home, name);

test("a submission is kept as it goes over the wire, and reads back", () => {
  const submission = signedClaim("files", 1);
  writeClaimFile(at("signed.json"), submission);
  expect(JSON.parse(readFileSync(at("signed.json"), "utf8"))).toEqual(JSON.parse(bodyOf(submission)));
  expect([...readClaimFile(at("signed.json"))]).toEqual([{ where: at("signed.json"), claim: submission }]);
});

test("a claim that nobody signed has what is not the agent's, and gets its hash from its artifact", () => {
  writeUnsigned(home, "unsigned.json", 7);
  const { claim, artifact } = signedClaim("files", 7);
  const { env_id, env_config, seed, policy_hash, claimed_reward } = claim;
  const kept = JSON.parse(readFileSync(at("unsigned.json"), "utf8"));
  expect(kept).toEqual({
    artifact: JSON.parse(artifact),
    assertion: { env_id, env_config, seed, claimed_reward },
  });
  const [read] = [...readClaimFile(at("unsigned.json"))];
  expect(read!.claim).toEqual({
    artifact,
    assertion: { env_id, env_config, seed, policy_hash, claimed_reward },
  });
});

test("the claim file of docs/formats.md makes the claim of its worked example", () => {
  const docs = readFileSync(new URL("../../docs/formats.md", import.meta.url), "utf8");
  const [, example] = /### Claim file.*?```json\n([^\n]*)\n```/s.exec(docs)!;
  writeFileSync(at("docs.json"), example!);
  const [filed] = [...readClaimFile(at("docs.json"))];
  const { claim, artifact } = JSON.parse(
    readFileSync(new URL("../cases/worked-example.json", import.meta.url), "utf8"),
  );
  const { env_id, env_config, seed, policy_hash, claimed_reward } = JSON.parse(claim);
  expect(filed!.claim).toEqual({
    artifact,
    assertion: { env_id, env_config, seed, policy_hash, claimed_reward },
  });
  writeClaimFile(at("docs-again.json"), filed!.claim as UnsignedPolicy);
  expect(readFileSync(at("docs-again.json"), "utf8")).toBe(`${example}\n`);
});

test("a file of many has one of either a line, named by its line; empty ones are passed over", () => {
  writeUnsigned(home, "one.json", 3);
  const unsigned = readFileSync(at("one.json"), "utf8");
  writeFileSync(at("many.ndjson"), `${bodyOf(signedClaim("files", 2))}\r\n\n${unsigned}`);
  const many = [...readClaimFile(at("many.ndjson"))];
  expect(many.map(({ where }) => where)).toEqual([`${at("many.ndjson")}:1`, `${at("many.ndjson")}:3`]);
  expect(many.map(({ claim }) => "signature" in claim)).toEqual([true, false]);
});

describe("what is no claim file is refused", () => {
  const good = { env_id: "cyber-defense-v1", env_config: {}, seed: 1, claimed_reward: 1 };
  test.each([
    ["not JSON", "{", "is not a claim file: Cannot parse JSON", []],
    ["no claim", "[1]", "is not a claim file: Cannot accept claim", []],
    [
      "every field of an assertion that is not as it should be",
      JSON.stringify({ artifact: {}, assertion: { ...good, seed: -1, claimed_reward: 0.5 } }),
      "/assertion/seed",
      ["/assertion/seed", "/assertion/claimed_reward"],
    ],
    [
      "an assertion that says whose it is",
      JSON.stringify({ artifact: {}, assertion: { ...good, agent_id: "x" }, more: 1 }),
      "there is no such field",
      ["/more", "/assertion/agent_id"],
    ],
    ["no artifact", JSON.stringify({ assertion: good }), "/artifact", ["/artifact"]],
    ["no object in its place", JSON.stringify({ artifact: {}, assertion: 5 }), "/assertion", null],
  ])("%s", (name, text, message, paths) => {
    const file = at(`bad-${name.length}.json`);
    writeFileSync(file, text);
    const error = refused(file);
    expect(error).toBeInstanceOf(CliError);
    expect(error.exit).toBe(2);
    expect(error.message).toContain(message);
    expect(error.message.startsWith(`${file} is not a claim file`)).toBe(true);
    if (paths !== null && paths.length > 0) expect(error.faults.map(({ path }) => path)).toEqual(paths);
  });

  test.each([
    ["missing.json", "there is no such file"],
    [".", "it is a folder"],
  ])("%s", (name, message) => {
    expect(refused(at(name)).message).toBe(`Cannot read ${at(name)}: ${message}`);
  });

  test("a list without a claim", () => {
    writeFileSync(at("empty.ndjson"), "\n\n");
    expect(refused(at("empty.ndjson")).message).toContain("holds no claim");
  });
});

function refused(file: string): CliError {
  try {
    return [...readClaimFile(file)] as never;
  } catch (error) {
    return error as CliError;
  }
}
