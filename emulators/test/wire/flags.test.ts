// The command line of the stand-ins.
import { expect, test } from "vitest";
import { portOf, readFlags, storageOf } from "../../src/wire/flags.ts";

const KNOWN = ["host", "port", "data"];

test("readFlags reads both forms, and passes over what it does not know", () => {
  const { text, switches } = readFlags(
    ["--host=h", "--port", "1", "--new-flag", "value", "--other=2", "--memory", "--admin=false"],
    KNOWN,
  );
  expect(text).toEqual({ host: "h", port: "1" });
  expect([...switches]).toEqual([
    ["memory", true],
    ["admin", false],
  ]);
});

test.each([
  [["--port"], "--port needs a value"],
  [["--port="], "--port needs a value"],
  [["--data", "--memory"], "--data needs a value"],
  [["--memory=yes"], '--memory is true or false, not "yes"'],
])("readFlags refuses %j", (argv, message) => {
  expect(() => readFlags(argv, KNOWN)).toThrow(message);
});

test("portOf refuses what is not a port", () => {
  expect(portOf(undefined, 8080)).toBe(8080);
  expect(portOf("0", 8080)).toBe(0);
  for (const text of ["x", "-1", "65536", "1.5", "1e3", "0x10", ""])
    expect(() => portOf(text, 8080)).toThrow(`--port ${text} is not a whole number up to 65535`);
});

test("storageOf takes the flags first, then the environment", () => {
  const env = { POLICYLEDGER_EMULATOR_DATA: "there", POLICYLEDGER_EMULATOR_STRICT: "1" };
  expect(storageOf(readFlags([], KNOWN), {})).toEqual({ data: ".local", strict: false, admin: false });
  expect(storageOf(readFlags([], KNOWN), env)).toEqual({ data: "there", strict: true, admin: false });
  expect(storageOf(readFlags(["--data", "here", "--admin"], KNOWN), env)).toEqual({
    data: "here",
    strict: true,
    admin: true,
  });
  expect(storageOf(readFlags(["--strict=false"], KNOWN), env).strict).toBe(false);
  expect(storageOf(readFlags(["--memory"], KNOWN), env).data).toBe(null);
});
