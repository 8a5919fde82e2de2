// Evidence against a log: kept in a file, so that it can be shown to others, who check it with the log's key alone.
import { join } from "node:path";
import { formatEvidence } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { ContradictionError } from "../../log/index.ts";
import { CliError, EXIT } from "../exit.ts";
import { type Home, replaceFile } from "../home.ts";

/** Keeps what a contradiction carries, and says where; every other error as it is. */
export function withEvidence(error: unknown, home: Pick<Home, "folder">): unknown {
  if (!(error instanceof ContradictionError)) return error;
  const file = keepEvidence(home, error);
  const verdict = error.proven
    ? "The log has signed two histories; the evidence proves it to anybody"
    : "The log has not shown that it kept its word; it may still do so";
  return new CliError(EXIT.broken, `${error.message}. ${verdict}`, {
    advice: `evidence: ${file}\n  policyledger evidence check ${file} ${error.keys.map((key) => `--key ${key}`).join(" ")}`,
    cause: error,
  });
}

function keepEvidence(home: Pick<Home, "folder">, { evidence }: ContradictionError): string {
  const text = formatEvidence(evidence);
  // Named after what it holds: who looks again and again at the same contradiction keeps it once.
  const file = join(home.folder, "logs", `evidence-${nodeHost.sha256(text).slice(0, 16)}.json`);
  replaceFile(file, text);
  return file;
}
