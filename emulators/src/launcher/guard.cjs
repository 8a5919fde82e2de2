// Loaded first into every process of the stack: ends it when the launcher is gone, however the launcher ended.
// Each of them has a pipe as its standard input whose other end the launcher holds, directly or through the suite;
// nothing is ever written to it, and the system closes it when its holder dies.
"use strict";
const { fstatSync, rmSync } = require("node:fs");
const { isMainThread, Worker } = require("node:worker_threads");

/** Longer than the suite takes to stop its parts, so that this is the last resort. */
const PATIENCE_MS = 8_000;
/** What firebase-tools starts for each function at work. */
const FUNCTION_PROCESS = /functionsEmulatorRuntime(\.js)?$/;

// A function's own threads load this file, too.
if (isMainThread) guard();

function guard() {
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
  if (!isPipe()) return;
  if (FUNCTION_PROCESS.test(process.argv[1])) listenInThread();
  else listenHere(isSuite);
}

function listenHere(isSuite) {
  const leave = () => {
    setTimeout(() => process.kill(process.pid, "SIGKILL"), PATIENCE_MS).unref();
    // Before the suite listens, the signal would end it without its last words, which remove the temporary folder.
    if (isSuite && process.listenerCount("SIGINT") === 0) process.exit(1);
    // The suite stops its parts on SIGINT, and ends.
    process.kill(process.pid, isSuite ? "SIGINT" : "SIGTERM");
  };
  process.stdin.on("end", leave).on("error", leave).resume();
  process.stdin.unref();
}

/**
 * A function in an endless loop hears nothing on its main thread. Only here, because a thread costs about 20 MB. It
 * takes neither the flags nor the environment of the process, or it would load this file and whatever else they name.
 */
function listenInThread() {
  const thread = new Worker(
    `const { Socket } = require("node:net");
     const leave = () => process.kill(process.pid, "SIGKILL");
     new Socket({ fd: 0, readable: true, writable: false }).on("close", leave).on("error", () => {}).resume();`,
    { eval: true, execArgv: [], env: {}, resourceLimits: { maxYoungGenerationSizeMb: 1 } },
  );
  thread.unref();
  // Without it, the function still works; only an endless loop would outlive the launcher.
  thread.on("error", () => undefined);
}

function isPipe() {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isSocket();
  } catch {
    return false;
  }
}
