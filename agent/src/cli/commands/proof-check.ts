// `policyledger proof check`: checks a .tlog-proof offline.
import { formatVerifierKey, keysOfQuorum, PolicyLedgerError, verifyProofFile } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Command } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { keysNamed, quorumIn, readNamed } from "../log/options.ts";
import { cosignedText } from "../log/text.ts";
import { counted, wrap } from "../terminal.ts";

export const proofCheck: Command = {
  name: "proof check",
  about: "checks offline that a proof file proves an entry",
  takes: "FILE",
  least: 1,
  most: 1,
  asks: false,
  options: {
    entry: { value: "FILE", about: "the entry, byte for byte as `proof --entry` keeps it" },
    key: { value: "VKEY", about: "the log's verifier key; may be given more than once", many: true },
    quorum: { value: "FILE", about: "how many of which witnesses must have cosigned" },
  },
  examples: [
    ['policyledger proof check 8.tlog-proof --entry 8.json --key "$KEY"', "no network, no service"],
    [
      'policyledger proof check 8.tlog-proof --entry 8.json --key "$KEY" --quorum quorum.json',
      "with witnesses",
    ],
  ],
  run: async ({ args, given, report, terminal }) => {
    const [file] = args as [string];
    const entryFile = given.text("entry");
    if (entryFile === undefined) throw usage("--entry is missing: what is proven is a file's content");
    const quorumFile = given.text("quorum");
    const quorum = quorumFile === undefined ? null : quorumIn(quorumFile);
    const keys = [...keysNamed("key", given.texts("key")), ...(quorum === null ? [] : keysOfQuorum(quorum))];
    const [proof, entry] = [readNamed(file), readNamed(entryFile)];
    try {
      const { origin, index, size, root, signed } = verifyProofFile(nodeHost, proof, { entry, keys, quorum });
      const cosigned = signed.filter(({ key }) => key.type === "witness");
      const json = {
        ok: true,
        ...{ origin, index, size, root },
        signed: signed.map(({ key, time }) => ({
          key: formatVerifierKey(key),
          ...(time !== undefined && { time }),
        })),
      };
      report(json, () => {
        const what = `${entryFile} is entry ${index} of ${counted(size, "entry", "entries")} of ${origin}, whose root is ${root}`;
        const by = cosigned.length === 0 ? "" : `; cosigned by ${cosigned.map(cosignedText).join(", ")}`;
        return `${terminal.paint.green("✓")} ${wrap(`${what}${by}`, terminal.width, 2)}`;
      });
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof PolicyLedgerError)) throw error;
      throw new CliError(
        EXIT.broken,
        `${file} does not prove ${entryFile}: ${error.code}: ${error.message}`,
        {
          faults: error.faults,
          cause: error,
        },
      );
    }
  },
};
