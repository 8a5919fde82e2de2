// Every bit of a chain of receipts, flipped one after the other.
import { expect, test } from "vitest";
import { utf8 } from "../../src/json.ts";
import { receiptsText } from "../../src/nk2/receipt-file.ts";
import { check, isFlipFound, replay, run } from "./receipts-sample.ts";

test("a change of any bit of a chain's text is found by both verifiers", () => {
  const bytes = utf8(receiptsText(run.receipts));
  const bits = Array.from({ length: 8 * bytes.length }, (_, bit) => bit);
  expect(bits.filter((bit) => !isFlipFound(bytes, bit, check))).toEqual([]);
  expect(bits.filter((bit) => !isFlipFound(bytes, bit, replay))).toEqual([]);
});
