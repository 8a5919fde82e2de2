// The gRPC codes by name, and the one way in which the suite says that a call was refused.
import { expect } from "vitest";

export const Code = {
  OK: 0,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
} as const;
export type Code = (typeof Code)[keyof typeof Code];

/** Waits for the refusal and checks its code, and its message where the service's text is known. */
export async function refused(call: Promise<unknown>, code: Code, message: RegExp = /./): Promise<void> {
  const outcome = await call.then(
    () => "not refused",
    (error: { code?: unknown; message?: unknown }) => ({ code: error.code, message: error.message }),
  );
  expect(outcome).toEqual({ code, message: expect.stringMatching(message) });
}
