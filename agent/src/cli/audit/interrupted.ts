// What to say when an audit of a service comes to no end: how much of it need not be done again.
import { ClientError } from "../../sdk/index.ts";
import { CliError, EXIT, exitOf } from "../exit.ts";
import { counted } from "../terminal.ts";
import { seenIn } from "./kept.ts";

export function withKept(
  error: unknown,
  {
    folder,
    signal,
    replay,
  }: { readonly folder: string; readonly signal: AbortSignal; readonly replay: boolean },
): unknown {
  if (error instanceof CliError) return error;
  if (!signal.aborted && !(error instanceof ClientError)) return error;
  const kept = counted(seenIn(folder)?.size ?? 0, "entry", "entries");
  const advice = `the next audit goes on from there${replay ? "; replays begin anew" : ""}`;
  if (signal.aborted)
    return new CliError(EXIT.interrupted, `interrupted: ${kept} checked and kept`, { advice });
  const { message, faults } = error as ClientError;
  if (seenIn(folder) === null || exitOf(error) !== EXIT.service) return error;
  return new CliError(EXIT.service, message, {
    faults,
    advice: `${kept} checked and kept: ${advice}`,
    cause: error,
  });
}
