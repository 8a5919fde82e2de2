// Hears from the suite's output which functions its sources hold now, for its list keeps a scheduled one that is gone.

/** From `loadTriggers` in firebase-tools/lib/emulator/functionsEmulator.js; said at every load, in one line. */
const LOADED = /functions: Loaded functions definitions from source: (.*)\.$/;

export interface Loaded {
  hear(line: string): void;
  has(entryPoint: string): boolean;
}

/** The line does not say whose functions they are: with several folders of functions, none is taken for gone. */
export function listenForLoads(folders: number): Loaded {
  let names: ReadonlySet<string> | null = null;
  return {
    hear: (line) => {
      const list = LOADED.exec(line)?.[1];
      if (list !== undefined) names = new Set(list.split(", "));
    },
    has: (entryPoint) => folders > 1 || names === null || names.has(entryPoint),
  };
}
