// Waits until something holds, and says what was there instead when it does not come to hold.
import { setTimeout as sleep } from "node:timers/promises";

export async function until<T>(
  what: string,
  look: () => Promise<T | null | false>,
  { within = 30_000, every = 20 }: { readonly within?: number; readonly every?: number } = {},
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`After ${within / 1_000} s still not: ${what}`);
    await sleep(every);
  }
}
