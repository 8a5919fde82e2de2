// What the command's exit code says, and the errors that lead to each.
import { type Fault, PolicyLedgerError } from "@policyledger/core";
import { ClientError } from "../sdk/index.ts";

export const EXIT = {
  /** Done, and what was to be checked holds. */
  ok: 0,
  /** What was checked does not hold: a claim, an entry, a ledger, a policy, an answer. */
  broken: 1,
  /** The command line, a file that was named, or the configuration is not as it should be. */
  usage: 2,
  /** The service cannot be reached, or refuses. */
  service: 3,
  /** What was waited for has not come. */
  waiting: 4,
  /** A mistake of ours. */
  bug: 70,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

/** An end of a command that is no mistake of ours; its message is all that is shown. */
export class CliError extends Error {
  readonly exit: number;
  /** What to do about it. */
  readonly advice: string | undefined;
  /** All that is wrong, where it is more than the message says. */
  readonly faults: readonly Fault[];

  constructor(
    exit: number,
    message: string,
    more: { advice?: string; faults?: readonly Fault[]; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = "CliError";
    this.exit = exit;
    this.advice = more.advice;
    this.faults = more.faults ?? [];
  }
}

export function usage(message: string, advice?: string): CliError {
  return new CliError(EXIT.usage, message, advice === undefined ? {} : { advice });
}

/** What was checked does not hold. */
export function broken(message: string, cause?: unknown): CliError {
  return new CliError(EXIT.broken, message, { cause });
}

export function exitOf(error: unknown): number {
  if (error instanceof CliError) return error.exit;
  // What the core refuses came from a file or from the service, whose text it is; commands say which where it matters.
  if (error instanceof PolicyLedgerError) return EXIT.broken;
  if (!(error instanceof ClientError)) return EXIT.bug;
  switch (error.code) {
    case "invalid_argument":
      return EXIT.usage;
    case "false_answer":
    case "unknown_key":
    case "contradiction":
      return EXIT.broken;
    case "not_in_time":
    case "no_quorum":
      return EXIT.waiting;
    case "unreachable":
    case "refused":
    case "unreadable_answer":
    case "no_log":
      return EXIT.service;
  }
}
