// Times: microseconds since 1970 inside, google.protobuf.Timestamp on the wire.
import type { Message } from "../wire/service.ts";

/** Wire timestamps have nanoseconds; Firestore keeps whole microseconds and cuts off the rest. */
export function microsOf({ seconds, nanos }: Message): bigint {
  return BigInt(seconds) * 1_000_000n + BigInt(Math.floor(nanos / 1_000));
}

export function timestampOf(micros: bigint): { seconds: number; nanos: number } {
  const nanos = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return { seconds: Number((micros - nanos) / 1_000_000n), nanos: Number(nanos) * 1_000 };
}

/** The clock in microseconds. */
export function nowMicros(): bigint {
  return BigInt(Date.now()) * 1_000n;
}
