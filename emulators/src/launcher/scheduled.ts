// Finds the scheduled functions among all that the Functions emulator lists, and reads how often each of them runs.
import type { Trigger } from "./ready.ts";

export interface Scheduled {
  readonly name: string;
  /** By which the Functions emulator calls it. */
  readonly key: string;
  /** What Cloud Scheduler calls it. */
  readonly job: string;
  readonly schedule: string;
  /** Null for a schedule that is not kept here. */
  readonly everyMs: number | null;
  /** How long it may run. */
  readonly timeoutMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The one form of App Engine's cron.yaml that is a mere period. */
const PERIOD = /^every +(\d+) +(minutes?|mins?|hours?)$/i;
/** Of unix cron: every minute, or every so many. */
const CRON = /^\*(?:\/(\d+))?(?: +\*){4}$/;
const MOST_CRON_MINUTES = 59;

/**
 * When triggers were disabled and enabled again through the hub, the old record of a function stays in the list before
 * the new one, and the new one's key has the next number.
 */
export function scheduledAmong(triggers: readonly Trigger[]): Scheduled[] {
  const records = Map.groupBy(
    triggers.filter(({ schedule }) => schedule !== undefined),
    ({ id }) => id,
  );
  return [...records].map(([id, all]) => {
    const { name, region, platform, timeoutSeconds, schedule } = all.at(-1)!;
    const text = schedule!.schedule;
    return {
      name,
      key: `${id}-${all.length - 1}`,
      // `scheduleIdForFunction` in firebase-tools/lib/deploy/functions/backend.js.
      job: `firebase-schedule-${name}-${region}`,
      schedule: text,
      // The first generation wants an event instead of a call.
      everyMs: platform === "gcfv2" ? periodOf(text) : null,
      timeoutMs: timeoutSeconds * 1000,
    };
  });
}

/** In milliseconds; null if it is no mere period. */
export function periodOf(schedule: string): number | null {
  const [, count, unit] = PERIOD.exec(schedule.trim()) ?? [];
  if (count !== undefined && unit !== undefined)
    return Number(count) * (unit.toLowerCase().startsWith("h") ? HOUR_MS : MINUTE_MS) || null;
  const cron = CRON.exec(schedule.trim());
  const minutes = Number(cron?.[1] ?? 1);
  return cron !== null && minutes >= 1 && minutes <= MOST_CRON_MINUTES ? minutes * MINUTE_MS : null;
}
