// Which functions are scheduled, how often they run, and by which key they are called.
import { describe, expect, test } from "vitest";
import type { Trigger } from "../../src/launcher/ready.ts";
import { periodOf, scheduledAmong } from "../../src/launcher/scheduled.ts";

const MINUTE_MS = 60_000;

function trigger(name: string, schedule?: string, more: Partial<Trigger> = {}): Trigger {
  return {
    name,
    entryPoint: name,
    region: "us-central1",
    id: `us-central1-${name}`,
    platform: "gcfv2",
    timeoutSeconds: 60,
    ...(schedule !== undefined && { schedule: { schedule } }),
    ...more,
  };
}

describe("periodOf", () => {
  test.each([
    ["every 1 minutes", 1],
    ["every 5 minutes", 5],
    ["every 90 mins", 90],
    ["every 1 minute", 1],
    ["every 2 hours", 120],
    ["Every  24  Hours ", 1440],
    ["* * * * *", 1],
    ["*/1 * * * *", 1],
    ["*/15 * * * *", 15],
    ["*/59  * * * *", 59],
  ])("reads %j as %i minutes", (schedule, minutes) => {
    expect(periodOf(schedule)).toBe(minutes * MINUTE_MS);
  });

  test.each([
    "",
    "every day 03:00",
    "every 0 minutes",
    "every 5 minutes from 10:00 to 14:00",
    "every 5 minutes synchronized",
    "every monday 09:00",
    "every -1 minutes",
    "every 1.5 hours",
    "0 3 * * *",
    "*/0 * * * *",
    "*/60 * * * *",
    "*/5 * * * 1",
    "*/5 * * *",
    "*/5 * * * * *",
    "5 * * * *",
  ])("knows no period for %j", (schedule) => {
    expect(periodOf(schedule)).toBeNull();
  });
});

describe("scheduledAmong", () => {
  test("leaves out what is not scheduled, and names key and job as the emulator and Cloud Scheduler do", () => {
    const listed = [trigger("api"), trigger("sweep", "every 5 minutes", { timeoutSeconds: 540 })];
    expect(scheduledAmong(listed)).toEqual([
      {
        name: "sweep",
        key: "us-central1-sweep-0",
        job: "firebase-schedule-sweep-us-central1",
        schedule: "every 5 minutes",
        everyMs: 5 * MINUTE_MS,
        timeoutMs: 540_000,
      },
    ]);
  });

  test("takes the newest record of a function that was disabled and enabled again, with its key", () => {
    const listed = [trigger("sweep", "every 5 minutes"), trigger("sweep", "every 7 minutes")];
    expect(scheduledAmong(listed)).toMatchObject([{ key: "us-central1-sweep-1", everyMs: 7 * MINUTE_MS }]);
  });

  test("keeps the same name in two regions apart", () => {
    const west = { region: "us-west1", id: "us-west1-sweep" };
    const listed = [trigger("sweep", "* * * * *"), trigger("sweep", "* * * * *", west)];
    expect(scheduledAmong(listed).map(({ key }) => key)).toEqual(["us-central1-sweep-0", "us-west1-sweep-0"]);
  });

  test("keeps no time for the first generation, whose functions want an event", () => {
    const listed = [trigger("old", "every 5 minutes", { platform: "gcfv1" })];
    expect(scheduledAmong(listed)).toMatchObject([{ name: "old", everyMs: null }]);
  });
});
