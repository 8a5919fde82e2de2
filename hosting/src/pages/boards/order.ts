// Whether a board stands in the order that it names.
import type { Marketplace } from "@policyledger/core/api";

type Place = Marketplace["entries"][number];

/** The first rank at which it does not, or null. */
export function outOfOrder({ by, entries }: Pick<Marketplace, "by" | "entries">): number | null {
  const wrong = entries.find((place, i) => {
    const before = entries[i - 1];
    return place.rank !== i + 1 || (before !== undefined && !stands(before, place, by));
  });
  return wrong?.rank ?? null;
}

/** Equal ones: by expectation the earlier entry is first, by reward the later one. */
function stands(first: Place, second: Place, by: Marketplace["by"]): boolean {
  if (by === "verified_reward") {
    return first.verified_reward === second.verified_reward
      ? first.index > second.index
      : first.verified_reward > second.verified_reward;
  }
  if (first.expected === undefined || second.expected === undefined) return false;
  return first.expected === second.expected ? first.index < second.index : first.expected > second.expected;
}
