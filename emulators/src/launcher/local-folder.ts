// Which folder a run keeps its data and logs in, and the end of those that nobody will find again.
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Options } from "./options.ts";
import { lookAt } from "./process-tree.ts";

type Choice = Pick<Options, "local" | "ports">;

/** Stacks side by side must not write the same data. */
export function localFolder(root: string, options: Choice): string {
  if (options.local !== null) return options.local;
  const local = join(root, ".local");
  if (isPassing(options)) return join(local, `free-${process.pid}`);
  return typeof options.ports === "object" ? join(local, `offset-${options.ports.offset}`) : local;
}

/** Nobody finds a run on free ports again. */
export function isPassing({ local, ports }: Choice): boolean {
  return ports === "free" && local === null;
}

/** Removes what passing runs left that failed or were killed: their logs were of use until now. */
export function sweepPassing(root: string): void {
  const local = join(root, ".local");
  if (!existsSync(local)) return;
  for (const name of namesIn(local)) {
    const pid = /^free-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && lookAt(Number(pid)) === null)
      rmSync(join(local, name), { recursive: true, force: true });
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No folder: the start will say so.
    return [];
  }
}
