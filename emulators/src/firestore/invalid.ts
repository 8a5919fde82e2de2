// The error for what a client got wrong.
import { Code, StatusError } from "../wire/status.ts";

export function invalid(message: string): StatusError {
  return new StatusError(Code.INVALID_ARGUMENT, message);
}
