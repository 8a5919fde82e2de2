// Proves that the entries of claims stand in the log, all under one checkpoint.
import type { LogClient } from "../../log/index.ts";
import { ClientError } from "../../sdk/index.ts";
import type { Call } from "../command.ts";
import { EXIT, exitOf } from "../exit.ts";
import { quorumOf, writeNamed } from "../log/options.ts";
import type { Outcome } from "./outcome.ts";
import { signed } from "./texts.ts";

/** Why they are not proven, when they are not yet; what contradicts the log is thrown. */
export async function proveOutcomes(
  outcomes: readonly Outcome[],
  {
    log,
    signal,
    timeout,
  }: { readonly log: LogClient; readonly signal: AbortSignal; readonly timeout: number },
): Promise<ClientError | null> {
  const recorded = outcomes.filter(
    ({ sealed, contradictions }) => sealed !== null && contradictions.length === 0,
  );
  const last = recorded.reduce<Outcome | null>(
    (a, b) => (a === null || indexOf(b) > indexOf(a) ? b : a),
    null,
  );
  if (last === null) return null;
  try {
    last.proven = await log.proveSoon(last.sealed!, { signal, timeout: 1_000 * timeout });
    const { view } = last.proven;
    for (const outcome of recorded) {
      outcome.proven ??= await log.prove(outcome.sealed!, { signal, view });
    }
    return null;
  } catch (error) {
    // What was recorded is told all the same, and this behind it.
    if (error instanceof ClientError) return error;
    throw error;
  }
}

function indexOf({ sealed }: Outcome): number {
  return sealed!.entry.index;
}

/** `--proof FILE`, of the one claim. */
export function keepProof(
  { given, terminal }: Pick<Call, "given" | "terminal">,
  [only]: readonly Outcome[],
): void {
  const file = given.text("proof");
  if (file === undefined || !only?.proven) return;
  writeNamed(file, only.proven.file);
  terminal.note(`kept in ${file}`);
}

/**
 * A log that has not signed yet is late; one that lies is an error like any other. One that never signed is no failure of
 * whoever did not ask for more than that the claim is recorded.
 */
export function tellUnproven(
  error: ClientError,
  { given, home, terminal }: Pick<Call, "given" | "home" | "terminal">,
  exit: number,
): number {
  const isLate = ["no_log", "not_in_time", "no_quorum"].includes(error.code);
  if (!isLate) throw error;
  const how = error.code === "no_log" ? "" : " `policyledger proof INDEX` proves it later.";
  terminal.note(signed(terminal.paint.yellow("!"), `not proven: ${error.message}.${how}`, terminal));
  const isAsked =
    given.is("wait") || given.text("proof") !== undefined || given.text("log-key") !== undefined;
  const isWanted = isAsked || quorumOf({ given, home }) !== null;
  return exit !== EXIT.ok || (error.code === "no_log" && !isWanted) ? exit : exitOf(error);
}
