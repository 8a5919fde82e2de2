// When the clock runs what, with a time that the test sets; and the call itself, against a small server.
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, test } from "vitest";
import { callScheduled } from "../../src/launcher/call-scheduled.ts";
import { makeClock } from "../../src/launcher/clock.ts";
import type { Ports } from "../../src/launcher/project.ts";
import type { Scheduled } from "../../src/launcher/scheduled.ts";

const PERIOD = 60_000;

function scheduled(name: string, everyMs: number | null = PERIOD): Scheduled {
  const [key, job] = [`${name}-0`, `job-${name}`];
  return { name, key, job, schedule: "as it may be", everyMs, timeoutMs: 1 };
}

describe("makeClock", () => {
  /** A clock whose runs end when the test says so, with what it says. */
  function clockOf(...functions: Scheduled[]) {
    const listed = functions;
    const runs: { name: string; end: (failure: string | null) => Promise<void> }[] = [];
    const told: string[] = [];
    const tick = makeClock({
      list: async () => [...listed],
      run: ({ name }) =>
        new Promise((resolve) => {
          const end = async (failure: string | null) => {
            resolve(failure);
            await new Promise(setImmediate);
          };
          runs.push({ name, end });
        }),
      tell: ({ kind, text }) => void told.push(`${kind}: ${text}`),
    });
    return { listed, runs, told, tick };
  }

  test("runs a function at the first tick, and then whenever a period is over", async () => {
    const { runs, tick } = clockOf(scheduled("sweep"));
    const started: number[] = [];
    for (let now = 1_000; now <= 1_000 + 3 * PERIOD; now += 5_000) {
      const before = runs.length;
      await tick(now);
      if (runs.length > before) started.push(now - 1_000);
      await runs.at(-1)!.end(null);
    }
    expect(started).toEqual([0, PERIOD, 2 * PERIOD, 3 * PERIOD]);
  });

  test("does not let the delays of ticks add up", async () => {
    const { runs, tick } = clockOf(scheduled("sweep"));
    for (const now of [0, PERIOD + 4_000, 2 * PERIOD + 1_000]) {
      await tick(now);
      await runs.at(-1)!.end(null);
    }
    expect(runs).toHaveLength(3);
  });

  test("never runs a function beside itself, and once when the long run is over", async () => {
    const { runs, tick } = clockOf(scheduled("slow"), scheduled("quick"));
    await tick(0);
    for (let period = 1; period <= 4; period++) {
      await runs.findLast(({ name }) => name === "quick")!.end(null);
      await tick(period * PERIOD);
    }
    const count = (wanted: string) => runs.filter(({ name }) => name === wanted).length;
    expect([count("slow"), count("quick")]).toEqual([1, 5]);
    await runs[0]!.end(null);
    await tick(4 * PERIOD + 5_000);
    expect(count("slow")).toBe(2);
    await runs.findLast(({ name }) => name === "slow")!.end(null);
    await tick(4 * PERIOD + 10_000);
    expect(count("slow")).toBe(2);
  });

  test("tells of a failure when what it says changes, and not each time", async () => {
    const { runs, told, tick } = clockOf(scheduled("sweep"));
    const failures = ["500 no", "500 no", "500 other", null, "500 other"];
    for (const [i, failure] of failures.entries()) {
      await tick(i * PERIOD);
      await runs.at(-1)!.end(failure);
    }
    expect(told).toEqual([
      "problem: The scheduled run of sweep failed: 500 no",
      "problem: The scheduled run of sweep failed: 500 other",
      "problem: The scheduled run of sweep failed: 500 other",
    ]);
  });

  test("names a function whose schedule it does not keep once, and never runs it", async () => {
    const { runs, told, tick } = clockOf(scheduled("nightly", null));
    for (const now of [0, PERIOD, 2 * PERIOD]) await tick(now);
    expect(runs).toEqual([]);
    expect(told).toEqual([
      `log: nightly ("as it may be") does not run by itself here; which schedules do stands in the launcher's README.`,
    ]);
  });

  test("takes up a function that a changed source brings, and leaves one alone that is gone", async () => {
    const { listed, runs, tick } = clockOf(scheduled("first"));
    await tick(0);
    await runs[0]!.end(null);
    listed.splice(0, 1, scheduled("second"));
    await tick(PERIOD);
    expect(runs.map(({ name }) => name)).toEqual(["first", "second"]);
  });
});

describe("callScheduled", () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function portsOf(listener: RequestListener): Promise<Ports> {
    const listening = createServer(listener);
    server = listening;
    await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
    return { functions: (listening.address() as { port: number }).port } as Ports;
  }

  const ONE = { key: "us-central1-sweep-0", job: "firebase-schedule-sweep-us-central1", timeoutMs: 5_000 };
  const running = new AbortController().signal;

  test("posts to the function's key, with the headers of Cloud Scheduler", async () => {
    const seen: IncomingMessage[] = [];
    const ports = await portsOf((request, response) => {
      seen.push(request);
      response.end();
    });
    expect(await callScheduled(ports, ONE, running)).toBeNull();
    expect(seen).toHaveLength(1);
    const { method, url, headers } = seen[0]!;
    expect([method, url]).toEqual([
      "POST",
      "/functions/projects/demo-policyledger/triggers/us-central1-sweep-0",
    ]);
    expect(headers["x-cloudscheduler-jobname"]).toBe(ONE.job);
    const time = headers["x-cloudscheduler-scheduletime"] as string;
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(30_000);
  });

  test("says how a function failed, in no more than a line or two", async () => {
    const ports = await portsOf((_, response) => response.writeHead(500).end("x".repeat(10_000)));
    expect(await callScheduled(ports, ONE, running)).toBe(`500 ${"x".repeat(200)}`);
  });

  test("says when there is nobody to call", async () => {
    const ports = await portsOf(() => undefined);
    await new Promise((resolve) => server!.close(resolve));
    expect(await callScheduled(ports, ONE, running)).toMatch(/^connect ECONNREFUSED /);
  });

  test("gives up on a function that never answers, and on one that never ends its answer", async () => {
    for (const listener of [() => undefined, (_, response) => response.write("{")] as RequestListener[]) {
      const ports = await portsOf(listener);
      const failure = await callScheduled(ports, { ...ONE, timeoutMs: 30 }, running, 20);
      expect(failure).toBe("no answer within 0.05 s");
      server!.closeAllConnections();
      server!.close();
    }
  });

  test("ends at once, as no failure, when the stack is stopped", async () => {
    const stopped = new AbortController();
    const ports = await portsOf(() => stopped.abort());
    expect(await callScheduled(ports, ONE, stopped.signal)).toBeNull();
    expect(await callScheduled(ports, ONE, stopped.signal)).toBeNull();
  });
});
