// A thread that checks what it is sent, list by list.
import { parentPort } from "node:worker_threads";
import { check, type Task } from "./tasks.ts";

parentPort!.on("message", (tasks: readonly Task[]) => {
  try {
    parentPort!.postMessage({ findings: tasks.map(check) });
  } catch (error) {
    parentPort!.postMessage({ error });
  }
});
