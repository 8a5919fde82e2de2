// Finds the processes below one, so that a stop can wait for every one of them and end those that stay.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** When it began: a number may be given to another process later, and this tells them apart. */
  readonly started: string;
}

function allProcesses(): Process[] {
  return process.platform === "linux" ? fromProc() : fromPs();
}

/** A process and all below it. */
export function treeOf(root: number, all: readonly Process[] = allProcesses()): Process[] {
  const found = all.filter(({ pid }) => pid === root);
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid));
  return found;
}

/** What still runs of those that were known, and all that is below them now, also where a parent has died meanwhile. */
export function grown(known: readonly Process[], all: readonly Process[] = allProcesses()): Process[] {
  const isKnown = (one: Process) =>
    known.some(({ pid, started }) => pid === one.pid && started === one.started);
  const found = new Map<number, Process>();
  for (const { pid } of all.filter(isKnown)) for (const one of treeOf(pid, all)) found.set(one.pid, one);
  return [...found.values()];
}

export function stillRunning(known: readonly Process[]): Process[] {
  const now = new Map(allProcesses().map((one) => [one.pid, one.started]));
  return known.filter(({ pid, started }) => now.get(pid) === started);
}

/** The parent and the program's name of one process; null once it has ended. */
export function lookAt(pid: number): { readonly parent: number; readonly name: string } | null {
  try {
    if (process.platform !== "linux") {
      const line = execFileSync("ps", ["-o", "ppid=,comm=", "-p", String(pid)], { encoding: "utf8" }).trim();
      const [, parent, path] = /^(\d+)\s+(.*)$/.exec(line) ?? [];
      return { parent: Number(parent), name: path!.slice(path!.lastIndexOf("/") + 1) };
    }
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = stat.lastIndexOf(")");
    return {
      parent: Number(stat.slice(end + 2).split(" ")[1]),
      name: stat.slice(stat.indexOf("(") + 1, end),
    };
  } catch {
    return null;
  }
}

/** Says nothing when the process has ended already. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** proc_pid_stat(5): the name stands in brackets and may hold anything; after it, state, parent, …, start time as 20th. */
function fromProc(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        // Dead, and only waiting for its parent to take notice.
        if (fields[0] === "Z") return [];
        return [{ pid: Number(pid), parent: Number(fields[1]), started: fields[19]! }];
      } catch {
        // It ended meanwhile.
        return [];
      }
    });
}

function fromPs(): Process[] {
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,state=,lstart="], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state!.startsWith("Z"))
    .map(([pid, parent, , ...started]) => ({
      pid: Number(pid),
      parent: Number(parent),
      started: started.join(" "),
    }));
}
