// Runs scheduled functions at their periods, which the Emulator Suite does not do: the local stack's Cloud Scheduler.
import { callScheduled } from "./call-scheduled.ts";
import type { Loaded } from "./loaded.ts";
import type { Ports } from "./project.ts";
import { triggersAt } from "./ready.ts";
import { type Scheduled, scheduledAmong } from "./scheduled.ts";
import type { Shown } from "./suite-output.ts";

/** How often it looks which functions there are and which are due. */
export const TICK_MS = 5_000;
/** After all is ready: what the last run left undone is taken up before anybody misses it. */
const FIRST_TICK_MS = 200;

interface Surroundings {
  /** Asked at every tick, for functions are loaded anew while the stack runs. */
  list(): Promise<readonly Scheduled[]>;
  /** Says what went wrong, or null; MUST NOT reject. */
  run(one: Scheduled): Promise<string | null>;
  tell(shown: Shown): void;
}

interface Known {
  dueAt: number;
  isRunning: boolean;
  /** What the last run said. */
  failure: string | null;
}

/** Holds no process open. */
export function startClock(
  ports: Ports,
  loaded: Pick<Loaded, "has">,
  tell: (shown: Shown) => void,
): { stop(): void } {
  const stopped = new AbortController();
  const { signal } = stopped;
  const tick = makeClock({
    list: async () => {
      try {
        const triggers = await triggersAt(ports, signal);
        return scheduledAmong(triggers.filter(({ entryPoint }) => loaded.has(entryPoint)));
      } catch {
        // A suite that does not answer has ended, or ends: whoever watches it says so.
        return [];
      }
    },
    run: (one) => callScheduled(ports, one, signal),
    tell,
  });
  let timer: NodeJS.Timeout;
  const later = (milliseconds: number) => {
    if (signal.aborted) return;
    timer = setTimeout(() => void tick(performance.now()).then(() => later(TICK_MS)), milliseconds);
    timer.unref();
  };
  later(FIRST_TICK_MS);
  return {
    stop: () => {
      clearTimeout(timer);
      stopped.abort();
    },
  };
}

/** The answer is to be called again and again, with the time in milliseconds; what is due then is started. */
export function makeClock({ list, run, tell }: Surroundings): (now: number) => Promise<void> {
  const known = new Map<string, Known>();

  const meet = (one: Scheduled, now: number): Known => {
    const met: Known = { dueAt: now, isRunning: false, failure: null };
    known.set(one.job, met);
    if (one.everyMs === null) tell({ kind: "log", text: notKept(one) });
    return met;
  };

  const start = async (one: Scheduled, state: Known) => {
    state.isRunning = true;
    const failure = await run(one);
    state.isRunning = false;
    if (failure !== null && failure !== state.failure)
      tell({ kind: "problem", text: `The scheduled run of ${one.name} failed: ${failure}` });
    state.failure = failure;
  };

  return async (now) => {
    for (const one of await list()) {
      const state = known.get(one.job) ?? meet(one, now);
      // A run that takes longer than the period is not joined by another: what was due meanwhile follows it.
      if (one.everyMs === null || state.isRunning || now < state.dueAt) continue;
      state.dueAt = following(state.dueAt, one.everyMs, now);
      void start(one, state);
    }
  };
}

/** By the clock, not from run to run, so that the ticks' delays do not add up; but what was missed is not made up for. */
function following(dueAt: number, everyMs: number, now: number): number {
  return dueAt + everyMs > now ? dueAt + everyMs : now + everyMs;
}

function notKept({ name, schedule }: Scheduled): string {
  return `${name} ("${schedule}") does not run by itself here; which schedules do stands in the launcher's README.`;
}
