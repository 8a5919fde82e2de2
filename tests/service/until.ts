// Waits until something holds, and says what was there instead when it does not come to hold.
import { setTimeout as sleep } from "node:timers/promises";

export async function until<T>(
  what: string,
  look: () => Promise<T | null | false>,
  milliseconds = 30_000,
): Promise<T> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`After ${milliseconds} ms still not: ${what}`);
    await sleep(20);
  }
}
