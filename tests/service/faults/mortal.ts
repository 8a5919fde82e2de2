// Starts the process of a station that is to be killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Order } from "./station-process.ts";

export interface Mortal {
  /** Starts its work; what it says at the end is of no interest: it should not come to that. */
  order(order: Order): void;
  kill(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("station-process.ts", import.meta.url));

export async function startMortal(): Promise<Mortal> {
  const child: ChildProcess = spawn(process.execPath, ["--conditions=source", SCRIPT], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, METADATA_SERVER_DETECTION: "none" },
  });
  const gone = once(child, "exit");
  await Promise.race([once(child.stdout!, "data"), gone]);
  if (child.exitCode !== null) throw new Error(`bug: the station's process ended with ${child.exitCode}`);
  return {
    order: (order) => void child.stdin!.write(`${JSON.stringify(order)}\n`),
    kill: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
