// LOG_KEY: which keys sign, and what is refused without a word of a secret.
import { publicKeyOf } from "@policyledger/core/node";
import { expect, test } from "vitest";
import { logSigners } from "../src/log-keys.ts";

const [current, before, third] = ["11", "22", "33"].map((byte) => byte.repeat(32)) as [
  string,
  string,
  string,
];
const refusal = (secret: string): string => {
  try {
    logSigners(secret, "log.example");
  } catch (error) {
    return (error as Error).message;
  }
  return "taken";
};

test("no key is none, one signs alone, and two sign with the current one first", () => {
  const keysOf = (secret?: string) => logSigners(secret, "log.example").map(({ key }) => key.publicKey);
  expect([keysOf(), keysOf(""), keysOf(" \n")]).toEqual([[], [], []]);
  expect(keysOf(`${current}\n`)).toEqual([publicKeyOf(current)]);
  expect(keysOf(`${current} ${before}`)).toEqual([current, before].map(publicKeyOf));
});

test("the same key twice, a third one, and what is no key are refused, and no secret is in the message", () => {
  const refusals = [
    `${current} ${current}`,
    `${current} ${before} ${third}`,
    `${current} ${before.slice(1)}`,
  ].map(refusal);
  expect(refusals).toEqual([
    "Cannot use LOG_KEY: one key stands there twice",
    "Cannot use LOG_KEY: 3 keys, at most 2 can sign",
    expect.stringContaining("wanted 64 lowercase hex digits"),
  ]);
  expect(refusals.join()).not.toMatch(/(?:11|22|33){4}/);
});
