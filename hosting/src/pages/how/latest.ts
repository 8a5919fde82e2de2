// The newest policy of the ledger, held to its hash and to the entry before it, and what has become of it since.
import type { Marketplace } from "@policyledger/core/api";
import { client, environments } from "../../service.ts";
import { type Kinds, presetIn } from "../../ui/environment.ts";
import type { PolicyEntry } from "../../work/tasks.ts";
import { type Checked, checkWindow } from "../ledger/window-check.ts";

export interface Latest extends Checked {
  readonly entry: PolicyEntry;
  readonly kinds: Kinds;
}

/** Among so many of the newest, which may be plans. */
const LOOKED_AT = 50;

export async function loadLatest(signal: AbortSignal): Promise<Latest | null> {
  const [kinds, { entries }] = await Promise.all([
    environments(),
    client.listed({ order: "newest", limit: LOOKED_AT }, { signal }),
  ]);
  for (const checked of checkWindow(entries.toReversed()).toReversed()) {
    const { entry } = checked;
    if (entry.kind === "policy") return { ...checked, entry, kinds };
  }
  return null;
}

/** The board on which it is ranked by what it is worth; null where its configuration is its own. */
export async function loadBoard(
  { env_id, env_config }: PolicyEntry,
  kinds: Kinds,
  signal: AbortSignal,
): Promise<Marketplace | null> {
  const preset = presetIn(env_config);
  const isRanked = kinds.get(env_id)?.presets.some((one) => one.preset === preset);
  return isRanked ? client.leaderboard({ env_id, preset, by: "expected" }, { signal }) : null;
}

/** Its own place, or that of the entry with the same policy; null where neither is among those that are told. */
export function placeOf(
  board: Marketplace,
  { index, policy_hash }: PolicyEntry,
): Marketplace["entries"][number] | null {
  return (
    board.entries.find((place) => place.index === index) ??
    board.entries.find((place) => place.policy_hash === policy_hash) ??
    null
  );
}
