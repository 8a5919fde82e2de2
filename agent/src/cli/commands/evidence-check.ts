// `policyledger evidence check`: checks offline what somebody has against a log.
import { checkEvidence, type Evidence, PolicyLedgerError, parseEvidence } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Command } from "../command.ts";
import { CliError, EXIT } from "../exit.ts";
import { keysNamed, readNamed } from "../log/options.ts";
import { wrap } from "../terminal.ts";

const UNPROVEN: Readonly<Record<Evidence["what"], string>> = {
  rollback: "It proves nothing by itself: notes do not say which of them was shown first.",
  split_view:
    "It does not prove two histories: the log has not shown that both are one, and may still do so.",
};

export const evidenceCheck: Command = {
  name: "evidence check",
  about: "checks offline what somebody has against a log",
  takes: "FILE",
  least: 1,
  most: 1,
  asks: false,
  options: {
    key: { value: "VKEY", about: "the log's verifier key; may be given more than once", many: true },
  },
  more: [
    "Two notes that the log has signed, and what was got to show that the smaller is the beginning of the larger. Exits with 0 if " +
      "that is what the evidence says it is, proof or suspicion, and with 1 if it shows nothing.",
  ],
  examples: [['policyledger evidence check evidence.json --key "$KEY"', "somebody else's"]],
  run: async ({ args, given, report, terminal }) => {
    const [file] = args as [string];
    const keys = keysNamed("key", given.texts("key"));
    try {
      const evidence = parseEvidence(readNamed(file));
      const { what, proven, message } = checkEvidence(nodeHost, keys, evidence);
      report({ ok: true, what, proven, message }, () => {
        const { paint, width } = terminal;
        const verdict = proven ? "It proves that the log signed two histories." : UNPROVEN[what];
        return `${proven ? paint.red("✗") : paint.yellow("!")} ${wrap(`${what}: ${message}. ${verdict}`, width, 2)}`;
      });
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof PolicyLedgerError)) throw error;
      throw new CliError(EXIT.broken, `${file} shows nothing: ${error.code}: ${error.message}`, {
        cause: error,
      });
    }
  },
};
