// Decides what a stack starts with: what the last run left, or the committed sample data, or nothing.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** The file by which the Emulator Suite knows a folder that `--import` can read. */
const EXPORT_METADATA = "firebase-export-metadata.json";

/** Removes what earlier runs kept, and says what that was. */
export function removeData(folder: string): string {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const bytes = files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  if (files.length === 0) return `Nothing to remove: ${folder} was empty.`;
  return `Removed from ${folder}: ${files.sort().join(", ")} (${Math.ceil(bytes / 1024)} KiB).`;
}

/** The folder to import, or null: kept data is never overwritten by the sample data. */
export function dataToImport(samples: string, data: string, memory: boolean): string | null {
  const isNew = memory || !existsSync(data) || readdirSync(data).length === 0;
  return isNew && existsSync(join(samples, EXPORT_METADATA)) ? samples : null;
}
