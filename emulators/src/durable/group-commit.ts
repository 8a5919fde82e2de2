// Durable writes in groups: what came in during one turn of the event loop shares one SQLite transaction.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Opens a database of a stand-in. The write-ahead log outlives the process in the system's memory, whatever kills it;
 * only a power cut can take the last commits, and `strict` waits for the disk, so that not even that does.
 */
export function openDatabase(
  folder: string | null,
  name: string,
  { strict }: { strict: boolean },
): DatabaseSync {
  if (folder !== null) mkdirSync(folder, { recursive: true });
  const db = new DatabaseSync(folder === null ? ":memory:" : join(folder, `${name}.sqlite`));
  try {
    db.exec("PRAGMA busy_timeout = 0");
    // One process owns the file: two would each hold a memory of their own.
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.exec("PRAGMA journal_mode = WAL");
    db.exec(`PRAGMA synchronous = ${strict ? "FULL" : "NORMAL"}`);
  } catch (error) {
    db.close();
    if ((error as { errcode?: number }).errcode !== SQLITE_BUSY) throw error;
    throw new Error(`The data in ${folder} is in use by another process (${name}.sqlite is locked).`);
  }
  return db;
}

/** https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

interface Waiting {
  readonly work: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = () => void;

export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #fatal: (error: unknown) => void;
  #group: Waiting[] = [];

  /** `fatal` is called when SQLite itself fails: memory may then be ahead of the disk. */
  constructor(db: DatabaseSync, fatal: (error: unknown) => void) {
    this.#db = db;
    this.#fatal = fatal;
  }

  /**
   * Runs `work` within the next group's transaction; resolves once that is committed. `work` is synchronous, and throws
   * before its first write or not at all: what one member of a group wrote is not taken back alone.
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#group.push({ work, resolve, reject });
      if (this.#group.length === 1) setImmediate(() => this.flush());
    });
  }

  /** Nothing else runs between a work's effect on memory and its commit, so nobody sees what a crash could undo. */
  flush(): void {
    if (this.#group.length === 0) return;
    const group = this.#group;
    this.#group = [];
    let outcomes: Outcome[];
    try {
      this.#db.exec("BEGIN IMMEDIATE");
      outcomes = group.map(settle);
      this.#db.exec("COMMIT");
    } catch (error) {
      for (const { reject } of group) reject(error);
      this.#fatal(error);
      return;
    }
    for (const tell of outcomes) tell();
  }
}

function settle({ work, resolve, reject }: Waiting): Outcome {
  try {
    const value = work();
    return () => resolve(value as never);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_SQLITE_ERROR") throw error;
    return () => reject(error);
  }
}
