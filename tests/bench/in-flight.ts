// How much is done in a second while so many things are under way at once.

const WARM_UP_MS = 2_000;
const MEASURED_MS = 5_000;

/** Each of `count` loops does its work over and over; `once` answers with how many things it did. */
export async function inFlight(count: number, once: () => Promise<number>): Promise<number> {
  const start = performance.now();
  let done = 0;
  const loop = async () => {
    for (;;) {
      const things = await once();
      const passed = performance.now() - start;
      if (passed > WARM_UP_MS + MEASURED_MS) return;
      if (passed > WARM_UP_MS) done += things;
    }
  };
  await Promise.all(Array.from({ length: count }, loop));
  return (done * 1_000) / MEASURED_MS;
}
