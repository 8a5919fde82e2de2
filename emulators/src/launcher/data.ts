// Decides what a stack starts with: what earlier runs left, or the committed sample data, or nothing.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The file by which the Emulator Suite knows a folder that `--import` can read. */
const EXPORT_METADATA = "firebase-export-metadata.json";
/** Beside the data: a start with them became ready, so there is nothing left to import. */
const BEGUN = "begun";

/** Removes what earlier runs kept, and says what that was. */
export function removeData(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name !== BEGUN) : [];
  const bytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (files.length === 0) return `Nothing to remove: ${folder} was empty.`;
  return `Removed from ${folder}: ${files.sort().join(", ")} (${Math.ceil(bytes / 1024)} KiB).`;
}

/**
 * The folder to import, or null. A start that was cut short leaves files and perhaps no data: so the import is passed
 * until a start became ready, and the local Firestore, which knows whether it ever held data, refuses it if it did.
 */
export function dataToImport(samples: string, data: string, memory: boolean): string | null {
  const isNew = memory || !existsSync(join(data, BEGUN));
  return isNew && existsSync(join(samples, EXPORT_METADATA)) ? samples : null;
}

export function markBegun(data: string): void {
  writeFileSync(join(data, BEGUN), "");
}
