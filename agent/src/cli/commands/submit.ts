// `policyledger submit`: replays claims here, signs and sends them, waits for their verdicts, and checks that what the
// ledger then holds is what was sent.
import { isMany } from "../claim-file.ts";
import { claimsIn } from "../claims/own.ts";
import { ROUND } from "../claims/sending.ts";
import { SUBMIT_OPTIONS, submitClaims } from "../claims/submitting.ts";
import type { Command } from "../command.ts";

export const submit: Command = {
  name: "submit",
  about: "signs and submits claims, and waits until they stand in the ledger",
  takes: "FILE…",
  least: 1,
  most: Number.MAX_SAFE_INTEGER,
  asks: true,
  proves: true,
  options: SUBMIT_OPTIONS,
  more: [
    "A file is one that `train` wrote, a signed submission, or, with a name that ends in .ndjson, one of either a line. Each claim " +
      "is replayed here first, and one that does not hold is not sent. Submitting again is safe: the same claim is one claim. " +
      "In the end the entry is fetched and compared with the claim, the verdict with the replay here, and the entry is proven to stand in the log.",
    "Exits with 1 if a claim does not hold or is refused, or the service says what is not so; with 3 if one could not be sent, " +
      "or the log has never signed and a proof is asked for (--wait, --proof, --log-key, a quorum); with 4 if one is not decided or not proven in time.",
  ],
  examples: [
    ["policyledger submit run/claim.json", "one claim, from its file into the ledger"],
    ["policyledger submit runs/*/claim.json --json", "many, for machines"],
    ["policyledger submit claims.ndjson --no-wait", "thousands; `policyledger status --wait` waits later"],
  ],
  run: (call) => {
    const { args } = call;
    return submitClaims(call, claimsIn(args, ROUND), args.length > 1 || isMany(args[0]!));
  },
};
