// One stack a folder: a lock file names the process that uses it, and is taken over when that process is gone.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cannotWrite } from "./folders.ts";
import { type Process, stillRunning, treeOf } from "./process-tree.ts";

interface Holder extends Process {
  readonly since: string;
}

/** Makes the folder, and takes it for this process before anything in it is touched; the answer gives it back. */
export function lockFolder(local: string): () => void {
  const lock = join(local, "lock");
  const own = `${lock}.${process.pid}`;
  try {
    mkdirSync(local, { recursive: true });
    writeFileSync(own, JSON.stringify({ ...treeOf(process.pid)[0], since: new Date().toISOString() }));
  } catch (error) {
    throw cannotWrite(local, error);
  }
  try {
    while (!linked(own, lock)) {
      const holder = holderOf(lock);
      if (holder !== null && stillRunning([holder]).length > 0) throw new Error(inUse(local, holder));
      moveAway(lock, holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
  let isHeld = true;
  return () => {
    // Given back already, it may be another's by now.
    if (isHeld) rmSync(lock, { force: true });
    isHeld = false;
  };
}

/** Whole at once, and only if there is none: so nobody reads half of one. */
function linked(own: string, lock: string): boolean {
  try {
    linkSync(own, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Null if it has gone meanwhile, or is damaged. */
function holderOf(lock: string): Holder | null {
  try {
    return JSON.parse(readFileSync(lock, "utf8")) as Holder;
  } catch {
    return null;
  }
}

/** Of two that find the same stale lock, the slower may catch the quicker one's new lock: that one goes back. */
function moveAway(lock: string, stale: Holder | null): void {
  const aside = `${lock}.stale-${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const caught = holderOf(aside);
  if (caught?.pid === stale?.pid && caught?.started === stale?.started) rmSync(aside);
  else renameSync(aside, lock);
}

function inUse(local: string, { pid, since }: Holder): string {
  return [
    `Cannot start: ${local} is in use by another stack (process ${pid}, since ${since}).`,
    "Stop that one, or give this one a folder of its own:  --local DIR",
  ].join("\n");
}
