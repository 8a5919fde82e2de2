// What this browser remembers of logs, so that what it is shown later must continue what it has seen.
import type { Memory, Remembered } from "@policyledger/agent/log";

const ORIGINS = "policyledger-log-at:";
const LOGS = "policyledger-log:";

/** In the browser's own storage; where that is closed, for as long as the page is open. */
export const browserMemory: Memory = {
  originAt: async (endpoint) => read(ORIGINS + endpoint),
  recall: async (origin) => parsed(read(LOGS + origin)),
  replace: (endpoint, before, after) =>
    alone(async () => {
      if (JSON.stringify(parsed(read(LOGS + after.origin))) !== JSON.stringify(before)) return false;
      write(LOGS + after.origin, JSON.stringify(after));
      write(ORIGINS + endpoint, after.origin);
      return true;
    }),
};

/** Verifier keys of all logs that this browser has seen. */
export function rememberedKeys(): string[] {
  const names = new Set(inPage.keys());
  try {
    for (let i = 0; i < localStorage.length; i++) names.add(localStorage.key(i)!);
  } catch {
    // Then the page's own.
  }
  const keys = [...names].filter((name) => name.startsWith(LOGS)).flatMap(keysAt);
  return [...new Set(keys)];
}

/** None where what is stored cannot be read: looking at an entry says so. */
function keysAt(name: string): readonly string[] {
  try {
    return parsed(read(name))?.keys ?? [];
  } catch {
    return [];
  }
}

const inPage = new Map<string, string>();

function read(key: string): string | null {
  try {
    return localStorage.getItem(key) ?? inPage.get(key) ?? null;
  } catch {
    return inPage.get(key) ?? null;
  }
}

function write(key: string, value: string): void {
  inPage.set(key, value);
  try {
    localStorage.setItem(key, value);
  } catch {
    // Then the page remembers.
  }
}

function parsed(text: string | null): Remembered | null {
  return text === null ? null : (JSON.parse(text) as Remembered);
}

/** One tab at a time. */
function alone(run: () => Promise<boolean>): Promise<boolean> {
  return navigator.locks === undefined ? run() : navigator.locks.request("policyledger-log", run);
}
