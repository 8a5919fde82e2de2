// `policyledger envs`, and what all commands share: help, mistakes on the command line, colours, JSON.
import { describe, expect, test } from "vitest";
import { expectGolden, newHome, policyledger } from "./command.ts";

const home = newHome();
const run = (...args: string[]) => policyledger(args, { home });

test.each([["envs"], ["envs cyber-defense-v1"], ["envs --help"], ["envs nowhere-v1"], ["--help"]])(
  "policyledger %s",
  async (line) => {
    const args = line.split(" ");
    await expectGolden(line.replaceAll(/[^a-z0-9-]+/g, "-"), args, await run(...args));
  },
);

test("envs on a narrow and on a wide terminal keeps within its columns", async () => {
  for (const columns of [60, 200]) {
    const { out } = await policyledger(["envs"], { home, columns });
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(columns);
  }
});

test("envs --json is one line that holds what the table shows", async () => {
  const { out, code } = await run("envs", "energy-slot-v1", "--json");
  expect(code).toBe(0);
  const { environments } = JSON.parse(out);
  expect(environments.map(({ env_id }: { env_id: string }) => env_id)).toEqual(["energy-slot-v1"]);
  expect(environments[0].presets[0]).toMatchObject({
    preset: "standard",
    horizon: 24,
    expected_billionths: { rules: environments[0].presets[0].expected_billionths.optimum },
  });
});

describe("what all commands share", () => {
  test.each([
    [["envz"], 2, "did you mean `policyledger envs`?"],
    [["envs", "--jsn"], 2, "Unknown option '--jsn'"],
    [["envs", "a", "b"], 2, "wants [ENV], got a b"],
    [["--verbose"], 2, "there is no option --verbose before a command"],
    [
      ["plan"],
      2,
      "plan is one of: plan run, plan seal, plan check, plan submit\n  see `policyledger --help`",
    ],
    [["plan", "--help"], 2, "plan is one of: plan run,"],
    [["\u001b[31mred\u0007"], 2, "there is no command \ufffd[31mred\ufffd"],
  ])("%j ends with exit code %i and says what is wrong", async (args, exit, message) => {
    const { code, err, out } = await run(...args);
    expect({ code, out }).toEqual({ code: exit, out: "" });
    expect(err).toContain(message);
  });

  test("nothing is coloured unless a terminal reads it, or it is asked for", async () => {
    const sequence = "\u001b[";
    expect((await run("envs")).out).not.toContain(sequence);
    const forced = await policyledger(["envs"], { home, env: { FORCE_COLOR: "1" } });
    expect(forced.out).toContain(sequence);
    const unforced = await policyledger(["envs", "--no-color"], { home, env: { FORCE_COLOR: "1" } });
    expect(unforced.out).not.toContain(sequence);
  });

  test("--version is that of the package", async () => {
    expect(await run("--version")).toEqual({ code: 0, out: "0.1.0\n", err: "" });
  });
});
