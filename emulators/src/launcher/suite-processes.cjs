// One process for each function, that handles several calls at once.
// The Functions emulator starts a process for each call that finds none idle: a burst of fifty messages is fifty
// processes, and an event stream keeps one to itself. In the cloud an instance handles its `concurrency`, and so it
// does here. What is put in place of the emulator's own are the two methods that choose a process.
"use strict";
const {
  RuntimeWorkerPool,
  RuntimeWorkerState,
} = require("firebase-tools/lib/emulator/functionsRuntimeWorker.js");
const { FunctionsEmulator } = require("firebase-tools/lib/emulator/functionsEmulator.js");

const { BUSY, IDLE } = RuntimeWorkerState;
const { startRuntime } = FunctionsEmulator.prototype;

/** One that is idle, or else one that is at work. */
RuntimeWorkerPool.prototype.getIdleWorker = function (triggerId, runtime) {
  this.cleanUpWorkers();
  const workers = this.getTriggerWorkers(triggerId, runtime);
  if (workers.length === 0) this.setTriggerWorkers(triggerId, [], runtime);
  return workers.find(({ state }) => state === IDLE) ?? workers.find(({ state }) => state === BUSY);
};

const starting = new Map();

/** Calls that come while a function's process starts wait for it. */
FunctionsEmulator.prototype.startRuntime = function (backend, trigger) {
  const key = `${backend.codebase} ${trigger?.id}`;
  let started = starting.get(key);
  if (started === undefined) {
    started = startRuntime.call(this, backend, trigger).finally(() => starting.delete(key));
    starting.set(key, started);
  }
  return started;
};
