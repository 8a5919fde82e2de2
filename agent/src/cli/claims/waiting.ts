// Waits for many claims at once to come to their end, and shows meanwhile how they stand.
import type { Job } from "@policyledger/core/api";
import { type Client, ClientError } from "../../sdk/index.ts";
import { duration, progress } from "../progress.ts";
import type { Terminal } from "../terminal.ts";

/** The last that the service said of a claim, and why no more is known where it is not at its end. */
export interface Waited {
  readonly job: Job | null;
  readonly error: ClientError | null;
}

export interface WaitFor {
  readonly client: Client;
  readonly terminal: Terminal;
  /** Ends the waiting; what is known by then is given. */
  readonly signal: AbortSignal;
  /** In seconds, for all of them. */
  readonly timeout: number;
}

/** Timers count milliseconds in 32 bits. */
export const MAX_TIMEOUT_S = 2_000_000;
/** Streams that are open at once; a service keeps a few dozen for everyone. */
const AT_ONCE = 6;
const TICK_MS = 100;
const FINAL: readonly Job["state"][] = ["RECORDED", "INVALID", "FAILED"];

export function isFinal(job: Job | null): job is Job {
  return job !== null && FINAL.includes(job.state);
}

export async function waitForClaims(
  ids: readonly string[],
  { client, terminal, signal, timeout }: WaitFor,
): Promise<ReadonlyMap<string, Waited>> {
  const waited = new Map<string, Waited>(ids.map((id) => [id, { job: null, error: null }]));
  const either = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(1_000 * timeout))]);
  const shown = show(waited, terminal);
  let next = 0;
  const one = async () => {
    while (next < ids.length && !either.aborted) {
      const id = ids[next++]!;
      try {
        for await (const job of client.watchClaim(id, { signal: either }))
          waited.set(id, { job, error: null });
      } catch (error) {
        if (either.aborted) return;
        if (!(error instanceof ClientError)) throw error;
        waited.set(id, { job: waited.get(id)!.job, error });
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, ids.length) }, one));
    return waited;
  } finally {
    shown.end();
  }
}

function show(waited: ReadonlyMap<string, Waited>, terminal: Terminal): { end(): void } {
  const bar =
    waited.size === 1
      ? stateLine(terminal)
      : progress(terminal, { label: "waiting", total: waited.size, unit: "claims" });
  const tick = setInterval(() => {
    const all = [...waited.values()];
    bar.set(all.filter(({ job, error }) => isFinal(job) || error !== null).length, summaryOf(all));
  }, TICK_MS);
  return {
    end: () => {
      clearInterval(tick);
      bar.end();
    },
  };
}

function summaryOf(all: readonly Waited[]): string {
  const counts = new Map<string, number>();
  for (const { job } of all) if (job !== null) counts.set(job.state, (counts.get(job.state) ?? 0) + 1);
  if (all.length === 1) return [...counts.keys()][0] ?? "";
  return [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
}

/** Of one claim, no part is done: what it has come through stands there, and for how long it is awaited. */
function stateLine({ isLive, draw, paint }: Terminal): ReturnType<typeof progress> {
  const started = performance.now();
  const states: string[] = [];
  let visible = false;
  return {
    set: (_, state = "") => {
      if (state !== "" && states.at(-1) !== state) states.push(state);
      const seconds = (performance.now() - started) / 1_000;
      if (!isLive || seconds < 0.3) return;
      visible = true;
      draw(`\rwaiting  ${states.join(" → ")} ${paint.dim(`… ${duration(seconds)}`)}\u001b[K`);
    },
    end: () => {
      if (visible) draw("\r\u001b[K");
    },
  };
}
