import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry, PolicyEntry } from "../src/entry.ts";
import type { JsonObject } from "../src/json.ts";
import {
  BOARD_LENGTH,
  type Board,
  best,
  EMPTY_RANKING,
  foldRanking,
  type Place,
  type Ranking,
} from "../src/ranking.ts";
import { refusal } from "./refusal.ts";
import { CYBER, contents, ENERGY, host, seal } from "./samples.ts";

/** Configurations, and by hand the board that each belongs to. */
const CONFIGS: readonly (readonly [env_id: string, env_config: JsonObject, preset: string | null])[] = [
  [CYBER, {}, "standard"],
  [CYBER, { preset: "standard" }, "standard"],
  [CYBER, { horizon: 24, severity_percent: [50, 30, 20], high_stays_percent: 60 }, "standard"],
  [CYBER, { preset: "extended", horizon: 24 }, "standard"],
  [CYBER, { horizon: 12 }, "short_burst"],
  [CYBER, { preset: "short_burst" }, "short_burst"],
  [CYBER, { horizon: 13 }, null],
  [CYBER, { preset: "no such" }, null],
  [CYBER, { unknown: 1 }, null],
  [ENERGY, {}, "standard"],
  [ENERGY, { preset: "half_battery", battery_tenths: 10 }, "standard"],
  [ENERGY, { battery_tenths: 5 }, "half_battery"],
  ["chess-v1", {}, null],
];

const hash = (n: number) => n.toString(16).padStart(64, "0");

/** An entry as far as the ranking looks at it. */
function entryAt(index: number, config: number, changes: Partial<PolicyEntry>): PolicyEntry {
  const [env_id, env_config] = CONFIGS[config]!;
  return {
    v: 1,
    kind: "policy",
    index,
    previous_hash: hash(index),
    timestamp: `2026-01-01T00:00:00.${String(index % 1_000).padStart(3, "0")}Z`,
    claim_id: hash(index),
    agent_id: `agent-${index % 3}`,
    public_key: hash(1),
    signature: "0".repeat(128),
    env_id,
    env_config,
    seed: index,
    policy_hash: hash(index),
    verified_reward: 0,
    ...changes,
  };
}

/** Lists of entries with many ties and repeated policies; `policies` of them, over the first `configs`. */
function lists(length: number, policies: number, configs: number): fc.Arbitrary<readonly Entry[]> {
  const one = fc.record({
    config: fc.nat(configs - 1),
    policy: fc.nat(policies - 1),
    reward: fc.integer({ min: -3, max: 3 }),
    evaluated: fc.option(
      fc.record({ behaviour: fc.nat(policies - 1), expected: fc.integer({ min: -2, max: 2 }) }),
    ),
    plan: fc.nat(9).map((n) => n === 0),
  });
  return fc.array(one, { maxLength: length, size: "max" }).map((drawn) =>
    drawn.map(({ config, policy, reward, evaluated, plan }, index) => {
      const evaluation =
        evaluated === null
          ? {}
          : {
              evaluation: {
                method: "exact-v1" as const,
                expected: evaluated.expected,
                optimum: 9,
                behaviour_hash: hash(evaluated.behaviour),
              },
            };
      const entry = entryAt(index, config, {
        policy_hash: hash(policy),
        verified_reward: reward,
        ...evaluation,
      });
      return plan ? ({ ...entry, kind: "plan" } as unknown as Entry) : entry;
    }),
  );
}

/** The ranking once more: for each board all its entries, grouped, sorted and cut. */
function naiveRanking(entries: readonly Entry[]): Ranking {
  const boards: Record<string, Board> = {};
  for (const key of new Set(CONFIGS.map(([id, , preset]) => `${id}/${preset}`))) {
    const [env_id, preset] = key.split("/");
    const configs = CONFIGS.filter(([id, , name]) => id === env_id && name === preset).map(
      ([, config]) => config,
    );
    const members = entries.filter(
      (entry): entry is PolicyEntry =>
        entry.kind === "policy" && entry.env_id === env_id && configs.includes(entry.env_config),
    );
    if (preset === "null" || members.length === 0) continue;
    const places = members.map(placeOf);
    boards[`${env_id}/${preset}`] = {
      env_id: env_id!,
      preset: preset!,
      by_reward: ranked(
        places,
        ({ policy_hash }) => policy_hash,
        (a, b) => b.verified_reward - a.verified_reward || b.index - a.index,
      ),
      by_expected: ranked(
        places.filter(({ expected }) => expected !== undefined),
        ({ behaviour_hash }) => behaviour_hash!,
        (a, b) => b.expected! - a.expected! || a.index - b.index,
      ),
    };
  }
  return { v: 1, size: entries.length, boards };
}

function ranked(
  places: readonly Place[],
  key: (place: Place) => string,
  order: (a: Place, b: Place) => number,
): readonly Place[] {
  const sorted = [...places].sort(order);
  const taken = new Set<string>();
  const first = sorted.filter((place) => !taken.has(key(place)) && taken.add(key(place)));
  return first.slice(0, 100);
}

function placeOf(entry: PolicyEntry): Place {
  const { index, claim_id, agent_id, policy_hash, seed, verified_reward, timestamp, evaluation } = entry;
  const place = { index, claim_id, agent_id, policy_hash, seed, verified_reward, timestamp };
  if (evaluation === undefined) return place;
  return { ...place, expected: evaluation.expected, behaviour_hash: evaluation.behaviour_hash };
}

const fold = (entries: readonly Entry[]) => foldRanking(EMPTY_RANKING, entries);

describe("foldRanking", () => {
  test("ranks as sorting all entries does", () => {
    fc.assert(
      fc.property(lists(60, 8, CONFIGS.length), (entries) => {
        expect(fold(entries)).toEqual(naiveRanking(entries));
      }),
      { numRuns: 150, endOnFailure: true },
    );
  });

  test("keeps the first hundred places, as sorting all entries and cutting does", () => {
    expect(BOARD_LENGTH).toBe(100);
    fc.assert(
      fc.property(lists(700, 260, 2), (entries) => {
        expect(fold(entries)).toEqual(naiveRanking(entries));
      }),
      // Shrinking a list of hundreds takes minutes.
      { numRuns: 20, endOnFailure: true },
    );
    const many = Array.from({ length: 150 }, (_, i) => entryAt(i, 0, { verified_reward: i }));
    const { by_reward, by_expected } = fold(many).boards[`${CYBER}/standard`]!;
    expect(by_reward.map(({ index }) => index)).toEqual(Array.from({ length: 100 }, (_, i) => 149 - i));
    expect(by_expected).toEqual([]);
  });

  test("gives the same in any number of folds, with entries repeated and late", () => {
    fc.assert(
      fc.property(
        lists(40, 6, CONFIGS.length),
        fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 5 }),
        (entries, cuts) => {
          let ranking: Ranking = EMPTY_RANKING;
          for (const [from, to] of [...cuts, [0, entries.length] as const]) {
            const start = Math.min(from, ranking.size);
            const part = entries.slice(start, Math.max(start, to));
            const before = structuredClone(ranking);
            const next = foldRanking(ranking, part);
            expect(ranking).toEqual(before);
            ranking = JSON.parse(JSON.stringify(next));
            expect(foldRanking(ranking, part)).toEqual(ranking);
            expect(
              foldRanking(
                ranking,
                [...part].reverse().filter(({ index }) => index < ranking.size),
              ),
            ).toEqual(ranking);
          }
          expect(ranking).toEqual(fold(entries));
        },
      ),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test("refuses a gap, and names what it waits for", () => {
    const three = [0, 1, 2].map((i) => entryAt(i, 0, {}));
    for (const list of [[three[1]!], [three[0]!, three[2]!]]) {
      const error = refusal(() => fold(list));
      expect(error.code).toBe("invalid_ranking");
      expect(error.message).toMatch(/must see entry [01] next/);
    }
  });

  test("gives ties by reward to the most recent entry, ties by expectation to the first", () => {
    const evaluation = (behaviour: number, expected: number) => ({
      evaluation: { method: "exact-v1" as const, expected, optimum: 9, behaviour_hash: hash(behaviour) },
    });
    const { by_reward, by_expected } = fold([
      entryAt(0, 0, { verified_reward: 5, ...evaluation(1, 3) }),
      entryAt(1, 1, { verified_reward: 5, ...evaluation(2, 3) }),
      entryAt(2, 2, { verified_reward: 4, ...evaluation(1, 3) }),
      entryAt(3, 0, { verified_reward: 5, policy_hash: hash(0), ...evaluation(1, 3) }),
    ]).boards[`${CYBER}/standard`]!;
    expect(by_reward.map(({ index }) => index)).toEqual([3, 1, 2]);
    expect(by_expected.map(({ index }) => index)).toEqual([0, 1]);
  });

  test("has a place for each policy of a sealed ledger, and none for a plan or an own configuration", () => {
    const ranking = fold(seal(contents()).map(({ entry }) => entry));
    expect(ranking.size).toBe(12);
    expect(Object.keys(ranking.boards).sort()).toEqual([
      "cyber-defense-v1/short_burst",
      "cyber-defense-v1/standard",
      "energy-slot-v1/half_battery",
      "energy-slot-v1/standard",
    ]);
    expect(ranking.boards[`${CYBER}/standard`]!.by_reward.map(({ index }) => index).sort()).toEqual([11, 8]);
    expect(host.sha256(JSON.stringify(ranking))).toBe(
      host.sha256(JSON.stringify(fold(seal(contents()).map(({ text }) => JSON.parse(text))))),
    );
  });
});

describe("best", () => {
  test("is the first place of a board, null while there is none", () => {
    const evaluation = { method: "exact-v1" as const, expected: 2, optimum: 9, behaviour_hash: hash(1) };
    const ranking = fold([
      entryAt(0, 0, { verified_reward: 1, evaluation }),
      entryAt(1, 0, { verified_reward: 2 }),
    ]);
    expect(best(ranking, CYBER, "standard")?.index).toBe(1);
    expect(best(ranking, CYBER, "standard", "expected")?.index).toBe(0);
    expect(best(ranking, CYBER, "extended")).toBeNull();
    expect(best(ranking, "__proto__", "x")).toBeNull();
    expect(best(EMPTY_RANKING, CYBER, "standard")).toBeNull();
  });
});
