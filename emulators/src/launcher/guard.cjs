// Loaded first into every process of the stack: ends it when the launcher is gone, however the launcher ended.
// Each of them has a pipe as its standard input whose other end the launcher holds, directly or through the suite;
// nothing is ever written to it, and the system closes it when its holder dies.
"use strict";
const { fstatSync, rmSync } = require("node:fs");

/** Longer than the suite takes to stop its parts, so that this is the last resort. */
const PATIENCE_MS = 8_000;

const isSuite = process.env.POLICYLEDGER_GUARD === "suite";
if (isSuite) {
  // What it starts is guarded too, but is no suite.
  process.env.POLICYLEDGER_GUARD = "part";
  const temporary = process.env.TMPDIR;
  process.on("exit", () => rmSync(temporary, { recursive: true, force: true }));
} else {
  // What a function starts by itself is not ours to end.
  delete process.env.POLICYLEDGER_GUARD;
  delete process.env.NODE_OPTIONS;
}

if (isPipe()) {
  process.stdin.on("end", leave).on("error", leave).resume();
  process.stdin.unref();
}

function isPipe() {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}

function leave() {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), PATIENCE_MS).unref();
  // The suite stops its parts on SIGINT, and ends.
  process.kill(process.pid, isSuite ? "SIGINT" : "SIGTERM");
}
