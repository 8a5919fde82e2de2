// The same fuzzing as fuzz.test.ts, for as many minutes as SOAK_MINUTES says (10 unless told), divided among the ways
// in. A failure prints fast-check's seed and path.
import fc from "fast-check";
import { test } from "vitest";
import { doors, hostileFor, knock } from "./fuzzing.ts";

const minutes = Number(process.env.SOAK_MINUTES ?? 10);

test.each(doors.map((door) => [door.name, door] as const))(
  "%s answers hostile inputs for minutes on end",
  (_, door) => {
    fc.assert(
      fc.property(hostileFor(door), (input) => {
        knock(door, input, 2_000);
      }),
      { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: (minutes * 60_000) / doors.length },
    );
  },
);
