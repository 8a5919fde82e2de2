// The local Firestore as a process of its own, to be killed.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const COMMAND = fileURLToPath(new URL("../../../bin/firestore.mjs", import.meta.url));
const READY = /^Local Firestore listening on (\S+:\d+) /m;

export interface ServerProcess {
  /** `127.0.0.1:34567` */
  readonly host: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Rejects with what it printed if it ends before it is ready. */
export async function startProcess(data: string): Promise<ServerProcess> {
  const child = spawn(process.execPath, [COMMAND, "--host", "127.0.0.1", "--port", "0", "--data", data], {
    cwd: data,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const gone = once(child, "exit");
  try {
    const host = await readyOf(child);
    const kill = async () => {
      child.kill("SIGKILL");
      await gone;
    };
    return { host, kill };
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function readyOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const read = (chunk: Buffer) => {
      printed += chunk;
      const ready = READY.exec(printed);
      if (ready !== null) resolve(ready[1]);
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    child.once("exit", () => reject(new Error(`The server ended before it was ready: ${printed}`)));
  });
}
