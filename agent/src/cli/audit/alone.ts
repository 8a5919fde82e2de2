// One audit of a ledger at a time on a machine: two would write into each other's files.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { usage } from "../exit.ts";

export async function alone<T>(folder: string, work: () => T | Promise<T>): Promise<T> {
  const file = join(folder, "audit.lock");
  take(file);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function take(file: string): void {
  for (;;) {
    try {
      writeFileSync(file, `${process.pid}\n`, { flag: "wx", mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = holderOf(file);
    if (holder !== null && isRunning(holder)) {
      throw usage(
        `another audit of this ledger is at work (process ${holder})`,
        `wait until it is done; if there is none, remove ${file}`,
      );
    }
    // Whoever held it was killed.
    rmSync(file, { force: true });
  }
}

/** Null where it has just ended, or died before it said who it is. */
function holderOf(file: string): number | null {
  try {
    return Number.parseInt(readFileSync(file, "utf8"), 10) || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, but as somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
