// A small file that is only ever replaced whole, by whoever saw its last version: name-1.json, name-2.json, … The next one
// is made by a link, which fails where there is one already. So of several processes one goes on and the others notice;
// there is no lock that a killed one could leave behind, and no half of a file.
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

interface Version {
  readonly number: number;
  readonly text: string;
}

interface Versions {
  /** The last one; null before the first. */
  read(): Version | null;
  /**
   * Replaces version `before`, 0 for none. True once the new one would outlive a loss of power; false, and nothing has
   * changed, when somebody was faster.
   */
  replace(before: number, text: string): boolean;
  remove(): void;
}

export function versionsOf(folder: string, name: string): Versions {
  const file = (number: number) => join(folder, `${name}-${number}.json`);
  const numbers = () => numbersIn(folder, name);

  function read(): Version | null {
    for (;;) {
      const number = Math.max(0, ...numbers());
      if (number === 0) return null;
      try {
        return { number, text: readFileSync(file(number), "utf8") };
      } catch (error) {
        // Replaced and taken away meanwhile: there is a later one.
        if (!isCode(error, "ENOENT")) throw error;
      }
    }
  }

  function replace(before: number, text: string): boolean {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = join(folder, `${name}.${process.pid}.tmp`);
    const next = before + 1;
    try {
      writeDurably(draft, text);
      linkSync(draft, file(next));
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    // The place was free because versions beyond it had been made and this one taken away.
    if (numbers().some((number) => number > next)) {
      rmSync(file(next), { force: true });
      return false;
    }
    syncFolder(folder);
    for (const number of numbers()) if (number < next) rmSync(file(number), { force: true });
    return true;
  }

  return {
    read,
    replace,
    remove: () => {
      for (const number of numbers()) rmSync(file(number), { force: true });
    },
  };
}

function numbersIn(folder: string, name: string): number[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
  return names.flatMap((each) => {
    const number = each.startsWith(`${name}-`)
      ? /^([1-9][0-9]*)\.json$/.exec(each.slice(name.length + 1))
      : null;
    return number === null ? [] : [Number(number[1])];
  });
}

function writeDurably(file: string, text: string): void {
  rmSync(file, { force: true });
  const opened = openSync(file, "wx", 0o600);
  try {
    writeSync(opened, text);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Some systems cannot open a folder; they keep its order of writes otherwise. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const opened = openSync(folder, "r");
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
