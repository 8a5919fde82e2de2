import { expect, test } from "vitest";
import { auditChain } from "../src/chain.ts";
import { contents, host, seal } from "./samples.ts";
import { bitFlips } from "./tampering.ts";

const ledger = seal(contents());
const texts = ledger.map(({ text }) => text);
const expected = { size: texts.length, head: ledger.at(-1)!.current_hash };

test.each(texts.map((text, i) => [i, text] as const))(
  "auditChain finds every flipped bit of entry %i of twelve, and names it, with and without an expected head",
  (i, text) => {
    const missed: string[] = [];
    for (const { what, text: flipped } of bitFlips(text)) {
      const list = texts.with(i, flipped);
      const closed = auditChain(host, list, { expected }).fault?.index;
      if (closed !== i) missed.push(`${what}: named ${closed}`);
      if (i === texts.length - 1) continue;
      const open = auditChain(host, list).fault?.index;
      if (open !== i) missed.push(`${what}: named ${open} without an expected head`);
    }
    expect(missed).toEqual([]);
  },
);
