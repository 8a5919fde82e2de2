// What takes long in the worker hears that it is to stop.
import { expect, test } from "vitest";
import { pauses } from "../src/work/pause.ts";

/** Longer than any pause is away. */
const LONG_MS = 5_000;

test("work that pauses ends soon after it was told to stop", async () => {
  const stopped = new AbortController();
  setTimeout(() => stopped.abort(new Error("stop")), 10);
  const pause = pauses(stopped.signal);
  const begun = performance.now();
  const working = async () => {
    while (performance.now() - begun < LONG_MS) await pause();
  };
  await expect(working()).rejects.toThrow("stop");
  expect(performance.now() - begun).toBeLessThan(LONG_MS);
});
