// `policyledger leaderboard`, `best` and `show`: what is on a board, whether the ledger says so too, and what a policy does.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { explainPolicy, makeEnvironment, readArtifact } from "@policyledger/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { writeUnsigned } from "./claims.ts";
import { expectGolden, newHome, policyledger } from "./command.ts";
import { lying } from "./lies.ts";
import { CYBER, startWorld, type World } from "./world.ts";

let world: World;
const home = newHome();

beforeAll(async () => {
  world = await startWorld();
});
afterEach(() => world.tamper(null));
afterAll(() => world.close());

// biome-ignore lint/suspicious/noExplicitAny: answers are taken apart in whatever way
type Answer = any;

const run = (args: readonly string[], columns = 80) =>
  policyledger(args, { home, endpoint: world.url, columns });

async function golden(name: string, line: string, columns = 80) {
  const args = line.split(" ");
  const ran = await run(args, columns);
  await expectGolden(name, args, ran, [[world.url, "SERVICE"]]);
  expect(Math.max(...ran.out.split("\n").map((text) => [...text].length))).toBeLessThanOrEqual(columns);
  return ran;
}

test.each([
  ["leaderboard", "leaderboard", 80],
  ["leaderboard-expected-check", "leaderboard --by expected --check", 80],
  ["leaderboard-all-check", "leaderboard --all --check", 80],
  ["leaderboard-limit", "leaderboard --limit 2", 80],
  ["leaderboard-wide", "leaderboard", 200],
  ["leaderboard-empty", "leaderboard --preset short_burst", 80],
  ["leaderboard---help", "leaderboard --help", 80],
  ["best", "best", 80],
  ["best-energy", "best --env energy-slot-v1 --by expected", 80],
  ["best---help", "best --help", 80],
  ["show", "show", 80],
  ["show-energy", "show --env energy-slot-v1", 80],
  ["show-situations", "show --situations", 80],
  ["show-situations-wide", "show --situations", 200],
  ["show-random", "show --entry 3", 80],
  ["show-rules", "show --entry 2 --preset extended", 80],
  ["show---help", "show --help", 80],
])("the output of %s is as it was", async (name, line, columns) => {
  expect((await golden(name, line, columns)).code).toBe(0);
});

test.each([
  ["leaderboard --env nowhere-v1", 2, "there is no environment nowhere-v1"],
  ["leaderboard --preset nothing", 2, "cyber-defense-v1 has no preset nothing"],
  ["leaderboard --by luck", 2, "--by is one of verified_reward, expected"],
  ["leaderboard --all --limit 3", 2, "--all is of every board"],
  ["best --preset short_burst", 3, "Nobody is on the board of cyber-defense-v1, short_burst"],
  ["show missing.json", 2, "there is no such file"],
  ["show --entry 99", 3, "no entry 99"],
  ["show --entry 1 --env energy-slot-v1", 2, "this one was named"],
])("%s ends with exit code %i: %s", async (line, exit, message) => {
  const { code, out, err } = await run(line.split(" "));
  expect([code, out]).toEqual([exit, ""]);
  expect(err).toContain(message);
});

describe("leaderboard --check", () => {
  const MARKET = "/api/v1/marketplace";
  const swapped = ({ entries: [a, b, ...rest] }: Answer) => ({
    entries: [{ ...b, rank: 1 }, { ...a, rank: 2 }, ...rest],
  });
  test.each([
    [
      "a higher reward",
      ({ entries }: Answer) => void Object.assign(entries[1], { verified_reward: 1_100 }),
      "place 2 differs",
    ],
    ["two places swapped", swapped, "place 1 differs"],
    [
      "the last place left out",
      ({ entries, size }: Answer) => ({ entries: entries.slice(0, -1), size: size - 1 }),
      "the service says that 3 are on the board",
    ],
    [
      "the last place not listed",
      ({ entries }: Answer) => ({ entries: entries.slice(0, -1) }),
      "place 4 differs",
    ],
    [
      "another's label",
      ({ entries }: Answer) => void Object.assign(entries[0], { agent_id: "mallory" }),
      "place 1 differs",
    ],
    ["another board", () => ({ preset: "extended" }), "the service answers with that of"],
    [
      "a head that is none",
      () => ({ head: "0".repeat(64) }),
      "the chain that the service shows does not hold",
    ],
  ])("finds %s", async (_, change, message) => {
    world.tamper(lying(MARKET, change));
    const { code, out, err } = await run(["leaderboard", "--check"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(message);
  });

  test("without it the lie stands, and the line below says whose word it is", async () => {
    world.tamper(lying(MARKET, swapped));
    const { code, out } = await run(["leaderboard"]);
    expect([code, out]).toEqual([0, expect.stringContaining("This is what the service says")]);
  });
});

test("best of a service whose place is not its entry's is refused", async () => {
  world.tamper(lying("/api/v1/marketplace/best", ({ best }) => void Object.assign(best, { seed: 1 })));
  const { code, out, err } = await run(["best"]);
  expect([code, out]).toEqual([1, ""]);
  expect(err).toContain("says of the best policy that its seed is 1; entry 8 says 1000");
});

test("what a service answers cannot move the cursor or colour the terminal", async () => {
  const detail = "gone\u001b[2J\u001b]0;owned\u0007\u202e";
  const problem = { type: "about:blank", title: detail, status: 404, detail, code: "not_found", errors: [] };
  world.tamper(() => ({ status: 404, text: JSON.stringify(problem) }));
  for (const command of ["leaderboard", "best", "show", "reuse"]) {
    const { code, out, err } = await run([command]);
    expect([code, out]).toEqual([3, ""]);
    expect(err).toContain("gone\ufffd[2J");
    expect(err).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  }
});

test("--json holds what the tables show", async () => {
  const answer = async (line: string) => JSON.parse((await run([...line.split(" "), "--json"])).out);
  const { entries, checked, optimum } = await answer("leaderboard --by expected --check");
  expect(entries.map(({ index }: Answer) => index)).toEqual([7, 2, 0, 3]);
  expect({ size: checked.size, optimum: Math.round(optimum / 1e7) }).toEqual({ size: 9, optimum: 110_112 });
  expect((await answer("leaderboard --all")).boards).toHaveLength(9);
  const best = await answer("best");
  expect([best.entry.index, best.entry.current_hash.length, best.best.seed]).toEqual([8, 64, 1_000]);
});

describe("show", () => {
  test("explains as the core does, whichever way the policy is named", async () => {
    const byBoard = JSON.parse((await run(["show", "--json"])).out);
    const hash = byBoard.policy_hash;
    const text = await (await fetch(`${world.url}/api/v1/policies/${hash}`)).text();
    writeFileSync(join(home, "artifact.json"), text);
    const own = explainPolicy(makeEnvironment(CYBER, { preset: "standard" }), readArtifact(text));
    expect(byBoard.explanation).toEqual(JSON.parse(JSON.stringify(own)));
    for (const named of [[hash], ["artifact.json"], ["--entry", "8"]]) {
      const { explanation, expected_billionths } = JSON.parse((await run(["show", ...named, "--json"])).out);
      expect({ explanation, expected_billionths }).toEqual({
        explanation: byBoard.explanation,
        expected_billionths: byBoard.expected_billionths,
      });
    }
  });

  test("reads the policy of a claim that nobody signed, and asks nobody", async () => {
    writeUnsigned(home, "claim.json", 1);
    const ran = await policyledger(["show", "claim.json"], { home, endpoint: "http://127.0.0.1:1" });
    await expectGolden("show-claim", ["show", "claim.json"], ran);
    expect(ran.code).toBe(0);
  });

  test("every situation stands in the grid with its action's letter", async () => {
    for (const line of ["show", "show --env energy-slot-v1"]) {
      const { out } = await run(line.split(" "));
      const { explanation } = JSON.parse((await run([...line.split(" "), "--json"])).out);
      const grid = out.slice(out.indexOf("In each situation")).split("\n").slice(3).join("\n");
      const [cells, legend] = grid.split("\n\n") as [string, string];
      for (const { name, situations } of explanation.actions) {
        const letter = legend.match(new RegExp(`(\\S) ${name}(?:\\s|$)`))![1]!;
        // Labels are words of two letters and more, of cells there are runs of letters of actions only.
        const drawn = cells.match(/(?<![A-Z_])[IMRBSU·]+(?![A-Z_])/g)!.join("");
        expect([name, drawn.split(letter).length - 1]).toEqual([name, situations]);
      }
    }
  });

  test("an artifact that is not the policy's is refused", async () => {
    world.tamper((path, text) => (path.startsWith("/api/v1/policies") ? text.replace("0", "1") : text));
    const { code, out, err } = await run(["show"]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("with an artifact that hashes to");
  });
});
