// Asks again until there is an answer, for things that happen in another process.
import { setTimeout as sleep } from "node:timers/promises";

const WITHIN_MS = 30_000;
const EVERY_MS = 50;

export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + WITHIN_MS;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await sleep(EVERY_MS);
  }
  throw new Error(`Waited ${WITHIN_MS} ms in vain for ${what}.`);
}
