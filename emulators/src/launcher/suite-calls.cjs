// How a call goes to the process of its function, and the answer back.
// The emulator's own way is made for one call a process: a call that breaks (a function that answers 413 and reads no
// further is enough) ends the process, and with it all other calls; it writes a second head after the first, which ends
// the suite; the first call to finish makes a process idle; and a function does not hear that its client has left.
"use strict";
const http = require("node:http");
const {
  RuntimeWorker,
  RuntimeWorkerState,
} = require("firebase-tools/lib/emulator/functionsRuntimeWorker.js");
const { FunctionsEmulator } = require("firebase-tools/lib/emulator/functionsEmulator.js");
const { answerProblem } = require("./suite-problem.cjs");

const { BUSY, FINISHING, IDLE } = RuntimeWorkerState;
/** What a connection to a process that has ended fails with. */
const GONE = new Set(["ENOENT", "ECONNREFUSED"]);

const { handleHttpsTrigger } = FunctionsEmulator.prototype;

/** Resolves when the call is over, however it ends. The body is whole: the suite has read it before. */
RuntimeWorker.prototype.request = function ({ method, path, headers: sent }, response, body, debug) {
  // Its client left while it waited for its turn.
  if (response.destroyed) return Promise.resolve();
  // The client was told to continue by the suite.
  const { expect: _, ...headers } = sent;
  const call = http.request({
    ...this.runtime.conn.httpReqOpts(),
    method,
    path,
    headers,
    ...(this.timeoutSeconds && !debug && { timeout: this.timeoutSeconds * 1_000 }),
  });
  if (debug) call.setSocketKeepAlive(false);
  const over = begin(this);
  let answer = null;
  call.on("response", (incoming) => {
    answer = incoming;
    incoming.on("error", () => response.destroy());
    response.writeHead(incoming.statusCode, incoming.headers);
    incoming.pipe(response);
  });
  call.on("timeout", () => {
    this.logger.log("ERROR", `Your function timed out after ~${this.timeoutSeconds}s.`);
    retire(this);
    answerProblem(response, 504, "The function did not answer in its time.");
    call.destroy();
  });
  call.on("error", (error) => {
    // What it did not want to read cannot be written; its answer is here.
    if (answer?.complete || response.destroyed) return;
    this.logger.log("ERROR", `Request to function failed: ${error}`);
    if (GONE.has(error.code)) answerProblem(response, 503, "The function's process has ended; try again.");
    else answerProblem(response, 502, "The function ended the call without an answer.");
  });
  response.on("error", () => call.destroy());
  // Also when the client leaves: the function hears it as the end of its connection.
  response.on("close", () => call.destroy());
  call.end(body);
  // The function may close its connection while a slow client still reads.
  return Promise.all([closed(call), closed(response)]).then(over);
};

function closed(stream) {
  return new Promise((resolve) => stream.once("close", resolve));
}

/** How many calls are in a process. */
const inFlight = new WeakMap();

/** Returns what is to be called at the call's end. */
function begin(worker) {
  const since = performance.now();
  worker.logInfo(`Beginning execution of "${worker.triggerKey}"`);
  inFlight.set(worker, (inFlight.get(worker) ?? 0) + 1);
  if (worker.state === IDLE) worker.state = BUSY;
  return () => {
    worker.logInfo(`Finished "${worker.triggerKey}" in ${performance.now() - since}ms`);
    const left = inFlight.get(worker) - 1;
    inFlight.set(worker, left);
    if (left > 0) return;
    if (worker.state === BUSY) worker.state = IDLE;
    else if (worker.state === FINISHING) worker.runtime.process.kill();
  };
}

/** It may hang for good: it gets no more calls, and is ended after its last, each of which has its time. */
function retire(worker) {
  if (worker.state === BUSY) worker.state = FINISHING;
}

/** The emulator leaves a call without any answer when the function's process cannot start, or does at once end. */
FunctionsEmulator.prototype.handleHttpsTrigger = async function (request, response) {
  try {
    await handleHttpsTrigger.call(this, request, response);
  } finally {
    answerProblem(response, 503, "The function cannot be started; see the log.");
  }
};
