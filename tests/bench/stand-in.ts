// A stand-in as a process of its own, as the local stack runs it, for the figures to load.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface StandIn {
  readonly host: string;
  readonly port: number;
  /** Resident memory in MB. */
  memory(): number;
  stop(): Promise<void>;
}

/** Durable, in a new folder on this machine's disk, on any free port. */
export async function startStandIn(name: "firestore" | "pubsub"): Promise<StandIn> {
  const data = mkdtempSync(join(tmpdir(), "policyledger-bench-"));
  const program = fileURLToPath(new URL(`../../emulators/bin/${name}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [program, "--port=0", `--data=${data}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [ready] = (await once(createInterface(child.stdout), "line")) as [string];
  const [, host, port] = / on (\S+):(\d+) /.exec(ready)!;
  return {
    host: host!,
    port: Number(port),
    memory: () => residentMegabytes(child.pid!),
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      rmSync(data, { recursive: true });
    },
  };
}

/** What Linux says of a process: VmRSS in kB. */
export function residentMegabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1_024;
}
