// The launcher's command line: what it takes, and what it refuses with a reason.
import { describe, expect, test } from "vitest";
import { HELP, readOptions } from "../../src/launcher/options.ts";

describe("readOptions", () => {
  test("starts everything on the ports of firebase.json when nothing is said", () => {
    expect(readOptions([])).toEqual({
      help: false,
      official: false,
      fresh: false,
      memory: false,
      strict: false,
      admin: false,
      json: false,
      verbose: false,
      exec: null,
      ports: "fixed",
      project: null,
      local: null,
    });
  });

  test("reads ports, commands and folders", () => {
    const options = readOptions(["--port-offset", "100", "--exec", "npm test", "--local", "x"]);
    expect(options).toMatchObject({ ports: { offset: 100 }, exec: "npm test", local: "x" });
    expect(readOptions(["--free-ports", "--memory"]).ports).toBe("free");
    expect(readOptions(["--health", "/ready"]).health).toBe("/ready");
    expect(readOptions(["--health", "none"]).health).toBeNull();
  });

  test.each([
    [["--free-ports"], "--free-ports needs --memory or --local DIR"],
    [["--free-ports", "--memory", "--port-offset", "1"], "exclude each other"],
    [["--port-offset", "x"], "--port-offset x is not a number"],
    [["--port-offset", "-5"], "--port-offset -5 is not a number"],
    [["--health", "ready"], "--health ready is neither a path"],
    [["--official", "--admin"], "Google's emulators know neither"],
    [["--unknown"], "Unknown option '--unknown'"],
    [["word"], "Unexpected argument 'word'"],
  ])("refuses %j", (argv, reason) => {
    expect(() => readOptions(argv)).toThrow(reason);
  });

  test("is described by HELP, option by option", () => {
    const documented = [...HELP.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, name]) => name!);
    const taken = Object.keys(readOptions([])).filter((name) => name !== "ports");
    expect(documented.sort()).toEqual(
      [...taken.map((name) => `--${name}`), "--free-ports", "--port-offset", "--health"].sort(),
    );
  });
});
