// `policyledger proof`: that an entry stands in the log, as a file that proves it offline.
import type { Sealed } from "@policyledger/core";
import type { Call, Command } from "../command.ts";
import { CliError, EXIT, usage } from "../exit.ts";
import { writeNamed } from "../log/options.ts";
import { provenJson, provenSaid, saidText } from "../log/text.ts";
import { fields, foreign } from "../terminal.ts";

export const proof: Command = {
  name: "proof",
  about: "proves that an entry stands in the log, and writes the proof to a file",
  takes: "INDEX|CLAIM_ID",
  least: 1,
  most: 1,
  asks: true,
  proves: true,
  options: {
    out: { value: "FILE", about: "keep the proof, a .tlog-proof that verifies offline" },
    entry: { value: "FILE", about: "keep the entry, byte for byte as it was hashed" },
  },
  more: [
    "What is proven: the entry is at that place of the log that the checkpoint commits to, the checkpoint is signed by the log's key " +
      "and continues the one that was seen before, and, where a quorum is demanded, as many witnesses have seen the same log. Whether the entry is true is for `verify`.",
  ],
  examples: [
    ["policyledger proof 8 --out 8.tlog-proof --entry 8.json", "both files that `proof check` takes"],
    [
      'policyledger proof 8 --log-key "$KEY" --quorum quorum.json',
      "under a key and witnesses that you chose",
    ],
  ],
  run: async (call) => {
    const { args, given, signal, terminal } = call;
    const sealed = await entryNamed(call, args[0]!);
    const proven = await call.log().prove(sealed, { signal });
    keep(call, given.text("out"), proven.file);
    keep(call, given.text("entry"), sealed.text);
    const { entry, current_hash } = sealed;
    call.report({ entry: { ...entry, current_hash }, proof: provenJson(proven), file: proven.file }, () =>
      [
        fields(terminal, [
          ["entry", `${entry.index}, ${entry.timestamp}`],
          ["hash", current_hash],
        ]),
        "",
        saidText(provenSaid(proven), terminal),
      ].join("\n"),
    );
    return EXIT.ok;
  },
};

/** An entry by its index, or by the id of its claim. */
async function entryNamed({ client: service, signal }: Call, name: string): Promise<Sealed> {
  const client = service();
  if (/^(?:0|[1-9][0-9]{0,15})$/.test(name)) return client.entry(Number(name), { signal });
  if (!/^[0-9a-f]{64}$/.test(name)) {
    throw usage(`wanted the index of an entry, or a claim's id of 64 hex digits, got ${foreign(name, 80)}`);
  }
  const { state, index } = await client.claim(name, { signal });
  if (index === undefined)
    throw new CliError(EXIT.waiting, `claim ${name} is ${state}: it has no entry to prove`);
  const sealed = await client.entry(index, { signal });
  if (sealed.entry.claim_id === name) return sealed;
  throw new CliError(
    EXIT.broken,
    `the service says that entry ${index} is claim ${name}; it is ${sealed.entry.claim_id}`,
  );
}

function keep({ terminal }: Call, file: string | undefined, text: string): void {
  if (file === undefined) return;
  writeNamed(file, text);
  terminal.note(`kept in ${file}`);
}
