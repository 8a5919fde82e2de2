// Of all that the suite says, users see what functions print and what goes wrong.
import { describe, expect, test } from "vitest";
import { makeSorter, type Shown } from "../../src/launcher/suite-output.ts";

function sorted(...lines: string[]): (Shown | null)[] {
  return lines.map(makeSorter());
}

describe("makeSorter", () => {
  test("shows what a function printed, without the suite's mark", () => {
    expect(sorted(">  hello", "\u001b[90m> \u001b[39m hello")).toEqual([
      { kind: "log", text: "hello" },
      { kind: "log", text: "hello" },
    ]);
  });

  test("writes the logger's JSON as text, with its level when that is more than information", () => {
    expect(
      sorted(
        '>  {"severity":"INFO","message":"stored"}',
        '>  {"severity":"WARNING","message":"late","by":3}',
        '>  {"a":1}',
        ">  {not json",
      ),
    ).toEqual([
      { kind: "log", text: "stored" },
      { kind: "log", text: 'WARNING late {"by":3}' },
      { kind: "log", text: '{"a":1}' },
      { kind: "log", text: "{not json" },
    ]);
  });

  test("shows warnings and errors with all their lines", () => {
    expect(
      sorted("⚠  functions: Error: no", "    at handler (index.ts:1)", "i  functions: Finished", "    done"),
    ).toEqual([
      { kind: "problem", text: "functions: Error: no" },
      { kind: "problem", text: "    at handler (index.ts:1)" },
      null,
      null,
    ]);
    expect(sorted("⬢  functions: Failed to load")).toEqual([
      { kind: "problem", text: "functions: Failed to load" },
    ]);
  });

  test("shows the stack of a function that cannot be loaded once, each time that it fails", () => {
    const lines = [
      "Error: no",
      "    at index.js:3",
      "",
      "⬢  functions: Failed to load function definition from source: FirebaseError",
      "Failed to generate manifest: no",
      "Error: no",
      "    at index.js:3",
    ];
    const once = [
      "no",
      "    at index.js:3",
      "functions: Failed to load function definition from source: FirebaseError",
      "Failed to generate manifest: no",
    ];
    const shown = sorted(...lines, "⚠  functions: more", ...lines).flatMap((one) => one?.text ?? []);
    expect(shown).toEqual([...once, "functions: more", ...once]);
  });

  test("keeps back what the suite says in every run", () => {
    expect(
      sorted(
        "i  emulators: Starting emulators: functions",
        "✔  functions: Loaded functions definitions from source: api.",
        "⚠  firestore: Env variable override detected. Using firestore emulator at /x",
        "⚠  emulators: You are not currently authenticated so some features may not work correctly.",
        "[hosting] Rewriting /api to http://127.0.0.1:5001/ for local Function us-central1/api",
        "┌──────┐",
        "",
      ),
    ).toEqual([null, null, null, null, null, null, null]);
  });
});
