// A small file that is only ever replaced whole, by whoever saw its last version: name-1.json, name-2.json, … The next one
// is made by a link, which fails where there is one already. So of several processes one goes on and the others notice;
// there is no lock that a killed one could leave behind, and no half of a file.
import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { usage } from "../exit.ts";

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
    // Not by the process's number: in two containers that share a folder both may be number 1.
    const draft = join(folder, `${name}.${randomUUID()}.tmp`);
    const next = before + 1;
    try {
      writeDurably(draft, text);
      linkSync(draft, file(next));
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      if (["EPERM", "ENOTSUP", "EOPNOTSUPP"].some((code) => isCode(error, code))) throw withoutLinks(folder);
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
    removeLeftDrafts(folder, name);
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
  const opened = openSync(file, "wx", 0o600);
  try {
    writeSync(opened, text);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}

/** Older than any that is being written. */
const LEFT_MS = 60_000;

/** What was killed while it wrote leaves its draft. */
function removeLeftDrafts(folder: string, name: string): void {
  for (const each of readdirSync(folder)) {
    if (!each.startsWith(`${name}.`) || !each.endsWith(".tmp")) continue;
    const draft = join(folder, each);
    const made = statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > LEFT_MS) rmSync(draft, { force: true });
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

function withoutLinks(folder: string) {
  return usage(
    `Cannot keep anything in ${folder}: its file system makes no links`,
    "--home names another folder",
  );
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
