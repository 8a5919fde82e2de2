// Says which process listens on a TCP port: from /proc on Linux, from `lsof` elsewhere.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

export interface PortOwner {
  readonly pid: number;
  readonly name: string;
}

/** Null if nobody is found, for instance because the process belongs to another user. */
export function portOwner(port: number): PortOwner | null {
  return process.platform === "linux" ? ownerInProc(port) : ownerByLsof(port);
}

/** Programs that tell little without the file that they run. */
const RUNS_SCRIPTS = /^(node|nodejs|bun|deno|(python|ruby|perl)[\d.]*)$/;
/** The state of a listening socket in /proc/net/tcp (include/net/tcp_states.h of Linux). */
const TCP_LISTEN = "0A";

function ownerInProc(port: number): PortOwner | null {
  const wanted = new Set(
    ["/proc/net/tcp", "/proc/net/tcp6"]
      .flatMap(linesOf)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === TCP_LISTEN && portOf(local!) === port)
      .map((columns) => `socket:[${columns[9]}]`),
  );
  if (wanted.size === 0) return null;
  const pid = readdirSync("/proc").find((name) => /^\d+$/.test(name) && holdsOneOf(name, wanted));
  return pid === undefined ? null : { pid: Number(pid), name: commandOf(pid) };
}

function portOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf(":") + 1), 16);
}

function holdsOneOf(pid: string, sockets: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(targetOf(`/proc/${pid}/fd/${fd}`)));
  } catch {
    // Another user's process, or one that ended meanwhile.
    return false;
  }
}

function targetOf(descriptor: string): string {
  try {
    return readlinkSync(descriptor);
  } catch {
    // Closed meanwhile.
    return "";
  }
}

function commandOf(pid: string): string {
  return commandName(readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean));
}

/** A program without its path and, where that tells more, the file that it runs. */
export function commandName([program = "", ...words]: readonly string[]): string {
  const short = (path: string) => path.slice(path.lastIndexOf("/") + 1);
  const script = RUNS_SCRIPTS.test(short(program)) ? words.find((word) => !word.startsWith("-")) : undefined;
  return script === undefined ? short(program) : `${short(program)} ${short(script)}`;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").slice(1, -1);
  } catch {
    // A kernel without IPv6 has no tcp6.
    return [];
  }
}

function ownerByLsof(port: number): PortOwner | null {
  try {
    const fields = execFileSync("lsof", ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-Fpc"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const pid = /^p(\d+)$/m.exec(fields)?.[1];
    return pid === undefined ? null : { pid: Number(pid), name: /^c(.+)$/m.exec(fields)?.[1] ?? "a process" };
  } catch {
    // lsof is missing, or it found nothing, which it reports as a failure.
    return null;
  }
}
