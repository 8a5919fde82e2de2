// `policyledger best`: the first place of a board, with its entry.
import { DEFAULT_PRESET } from "@policyledger/core";
import type { BestPolicy } from "../../sdk/index.ts";
import { requireBestOfBoard } from "../board/places.ts";
import { BOARD_OPTIONS, boardMeant, byText, DEFAULT_ENV, queryOf, type Wanted } from "../board/wanted.ts";
import { entryUrl, rewardIn } from "../claims/texts.ts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit.ts";
import { provenJson, provenOrNull, provenText } from "../log/text.ts";
import { fields, foreign, type Terminal } from "../terminal.ts";
import { worthText } from "../worth.ts";

export const best: Command = {
  name: "best",
  about: "the first place of a board, and how to check and reuse it",
  takes: "",
  least: 0,
  most: 0,
  asks: true,
  proves: true,
  options: BOARD_OPTIONS,
  more: [
    "That the entry stands in the log is proven. That it is the best is the service's word; `reuse` checks it, and all else, before it runs anything.",
  ],
  examples: [
    ["policyledger best", "of cyber-defense-v1, standard, by verified reward"],
    ["policyledger best --env energy-slot-v1 --by expected --json", "another board, for machines"],
  ],
  run: async ({ given, signal, terminal, client: service, log, report }) => {
    const wanted = boardMeant(given);
    const client = service();
    const found = await client.best(queryOf(wanted), { signal });
    requireBestOfBoard(found, wanted);
    const proven = await provenOrNull(log(), found.entry, signal);
    const { entry, ...said } = found;
    const whole = { ...said, entry: { ...entry.entry, current_hash: entry.current_hash } };
    const json = { endpoint: client.endpoint, ...whole, proof: proven === null ? null : provenJson(proven) };
    report(json, () =>
      [textOf(found, wanted, client.endpoint, terminal), provenText(proven, terminal)].join("\n\n"),
    );
    return EXIT.ok;
  },
};

function textOf(
  { best: place, entry, optimum }: BestPolicy,
  wanted: Wanted,
  endpoint: string,
  terminal: Terminal,
): string {
  const { paint } = terminal;
  const { kind, preset, by } = wanted;
  const unit = kind.rewardUnit;
  const { index, seed, expected } = place;
  const rows: [string, string][] = [
    ["policy", place.policy_hash],
    ["agent", foreign(place.agent_id)],
    ["key", entry.entry.public_key],
    ["reward", `${rewardIn(place.verified_reward, unit)} on seed ${seed}`],
  ];
  if (expected !== undefined) {
    rows.push(["expected", worthText(expected, optimum, unit)]);
  }
  rows.push(
    ["entry", `${index}, ${place.timestamp}`],
    ["hash", entry.current_hash],
    ["claim", place.claim_id],
    ["link", entryUrl(endpoint, index)],
  );

  return [
    `${paint.bold(`${kind.id} ${preset}`)} ${byText(by)}`,
    "",
    fields(terminal, rows),
    "",
    fields(terminal, [
      ["look at it", `policyledger show --entry ${index}`],
      ["check it", `policyledger verify --entry ${index}`],
      ["run it", `policyledger reuse${boardOptions(wanted)}`],
    ]),
  ].join("\n");
}

/** What `reuse` would not take by itself. */
function boardOptions({ kind, preset, by }: Wanted): string {
  return [
    kind.id === DEFAULT_ENV ? "" : ` --env ${kind.id}`,
    preset === DEFAULT_PRESET ? "" : ` --preset ${preset}`,
    by === "expected" ? " --by expected" : "",
  ].join("");
}
