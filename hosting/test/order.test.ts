// The order in which a board's places must stand.
import { describe, expect, test } from "vitest";
import { outOfOrder } from "../src/pages/boards/order.ts";

const place = (rank: number, index: number, verified_reward: number, expected?: number) => ({
  ...{ rank, index, verified_reward, agent_id: "a/b", seed: 1, timestamp: "2026-01-01T00:00:00.000Z" },
  ...{ claim_id: "0".repeat(64), policy_hash: "0".repeat(64) },
  ...(expected !== undefined && { expected }),
});

describe("the order of a board", () => {
  test.each([
    ["nobody at all", []],
    ["larger rewards first", [place(1, 0, 9), place(2, 5, 8)]],
    ["of equal ones the later first", [place(1, 5, 8), place(2, 3, 8)]],
  ])("by reward: %s", (_, entries) => {
    expect(outOfOrder({ by: "verified_reward", entries })).toBeNull();
  });

  test.each([
    ["larger ones first", [place(1, 4, 1, 9), place(2, 0, 9, 8)]],
    ["of equal ones the earlier first", [place(1, 3, 8, 8), place(2, 5, 9, 8)]],
  ])("by expected return: %s", (_, entries) => {
    expect(outOfOrder({ by: "expected", entries })).toBeNull();
  });

  test.each([
    ["a larger reward behind", "verified_reward", [place(1, 0, 8), place(2, 5, 9)], 2],
    ["of equal rewards the later behind", "verified_reward", [place(1, 3, 8), place(2, 5, 8)], 2],
    ["of equal expectations the earlier behind", "expected", [place(1, 5, 8, 8), place(2, 3, 8, 8)], 2],
    ["an expectation that nobody computed", "expected", [place(1, 0, 8, 9), place(2, 1, 9)], 2],
    ["a rank left out", "expected", [place(1, 0, 8, 9), place(3, 1, 9, 8)], 3],
    ["a first place that is called second", "verified_reward", [place(2, 0, 8)], 2],
  ] as const)("%s is found", (_, by, entries, rank) => {
    expect(outOfOrder({ by, entries: [...entries] })).toBe(rank);
  });
});
