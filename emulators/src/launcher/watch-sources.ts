// Builds functions again when one of their sources changes; the Emulator Suite sees the new bundle and loads it by itself.
import { existsSync, type FSWatcher, watch } from "node:fs";
import { buildFunctions, sourceFolders } from "./build.ts";

/** An editor writes a file in several steps, and a switch of branches many files. */
const SETTLED_MS = 200;

interface Told {
  readonly onBuilt: (folder: string) => void;
  readonly onFailed: (folder: string, message: string) => void;
}

/** Holds no process open; folders whose functions are plain JavaScript need no build and are left to the suite. */
export function watchSources(functionFolders: readonly string[], told: Told): { close(): void } {
  const closers = functionFolders.map((folder) => watchOne(folder, told));
  return {
    close: () => {
      for (const close of closers) close();
    },
  };
}

function watchOne(folder: string, { onBuilt, onFailed }: Told): () => void {
  const watchers = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;
  let building = Promise.resolve();
  const watchFolders = () => {
    for (const source of sourceFolders(folder)) {
      if (watchers.has(source) || !existsSync(source)) continue;
      // A folder that goes away takes its watcher with it.
      watchers.set(
        source,
        watch(source, { persistent: false }, later).on("error", () => undefined),
      );
    }
  };
  const buildNow = async () => {
    try {
      if (await buildFunctions(folder)) onBuilt(folder);
    } catch (error) {
      onFailed(folder, (error as Error).message);
    }
    watchFolders();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      building = building.then(buildNow);
    }, SETTLED_MS);
    timer.unref();
  };
  watchFolders();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}
