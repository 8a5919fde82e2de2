// Checks a policy in a thread of its own, which can be ended whatever the policy does: not to return breaks the contract too.
import { Worker } from "node:worker_threads";
import { count, type Terminal } from "../terminal.ts";
import { brokenBy } from "./broken-by.ts";
import { newLastCall, readCall } from "./last-call.ts";
import type { Checked, CheckTask } from "./worker.ts";

interface Watched {
  readonly seconds: number;
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

const FIX = "Every call must return, with an answer; if it is only slow, give it a longer --time-limit";

export async function checkedInThread(
  task: Omit<CheckTask, "lastCall">,
  { seconds, signal, terminal }: Watched,
): Promise<Checked> {
  const first = showWaiting(terminal, "checking", seconds);
  const checked = await inThread({ ...task, lastCall: null }, seconds, signal).finally(first.end);
  if (checked !== "late") return checked;
  // What it was at is found out only now, by doing all of it again: writing each call down would have cost time.
  const lastCall = newLastCall();
  const second = showWaiting(terminal, "it does not return; finding out where", seconds);
  const again = await inThread({ ...task, lastCall }, seconds, signal).finally(second.end);
  const call = again === "late" ? readCall(lastCall) : null;
  const where = call === null ? "" : `: it was at ${call}`;
  return endedBy(`it did not return within ${seconds} s${where}`, task.env_id);
}

/** What the policy prints goes to standard error. */
async function inThread(task: CheckTask, seconds: number, signal: AbortSignal): Promise<Checked | "late"> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
    workerData: task,
    stdout: true,
  });
  worker.stdout.pipe(process.stderr);
  const settled = new AbortController();
  const until = { once: true, signal: settled.signal };
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Checked | "late">((resolve, reject) => {
      timer = setTimeout(() => resolve("late"), seconds * 1_000);
      worker.once("message", resolve);
      worker.once("error", (error) => resolve(endedBy(`it ended its thread: ${String(error)}`, task.env_id)));
      worker.once("exit", () => resolve(endedBy("it ended its thread", task.env_id)));
      signal.addEventListener("abort", () => reject(signal.reason), until);
    });
  } finally {
    clearTimeout(timer);
    settled.abort();
    await worker.terminate();
  }
}

function endedBy(message: string, env_id: string | null): Checked {
  return { report: brokenBy("returns", message, FIX), env_id };
}

/** How long it takes is the policy's affair: what is shown is how long it has taken. */
function showWaiting(terminal: Terminal, label: string, seconds: number): { end(): void } {
  if (!terminal.isLive) return { end: () => {} };
  let taken = 0;
  const timer = setInterval(() => {
    taken += 1;
    terminal.draw(`\r${label}: ${count(taken)} s, at most ${seconds} s\u001b[K`);
  }, 1_000);
  return {
    end: () => {
      clearInterval(timer);
      if (taken > 0) terminal.draw("\r\u001b[K");
    },
  };
}
