// Proof files and quorums: what verifies offline, and that nothing else does.
import { describe, expect, test } from "vitest";
import { PolicyLedgerError } from "../../src/error.ts";
import { portableHost } from "../../src/host.ts";
import { utf8 } from "../../src/json.ts";
import { verifierKey } from "../../src/log/key.ts";
import { formatProofFile, parseProofFile, verifyProofFile } from "../../src/log/proof-file.ts";
import { checkQuorum, formatQuorum, keysOfQuorum, parseQuorum, type Quorum } from "../../src/log/quorum.ts";
import { refusal } from "../refusal.ts";
import { flips, host, LOG, WITNESSES } from "./samples.ts";
import { honest, SIZE, TIME } from "./worlds.ts";

const code = (run: () => unknown) => refusal(run).code;
const [consistent, replayed, other, third] = WITNESSES;
const quorum: Quorum = {
  rules: [
    { n: 2, of: [consistent.key, other.key, third.key] },
    { n: 1, of: [replayed.key] },
  ],
};
const known = { entry: honest.entries[21]!, keys: [LOG.key, ...keysOfQuorum(quorum)], quorum };
const checkpoint = honest.checkpoint(SIZE, consistent, replayed, third);
const FILE = formatProofFile({ index: 21, path: honest.inclusion(21, SIZE), checkpoint });

describe("proof files", () => {
  test("prove where an entry stands, in which log, at which size, and who saw it", () => {
    const proven = verifyProofFile(portableHost, utf8(FILE), known);
    expect(proven).toMatchObject({ origin: LOG.key.name, index: 21, size: SIZE, root: honest.root(SIZE) });
    expect(proven.signed.map(({ key, time }) => [key.name, time])).toEqual([
      [LOG.key.name, undefined],
      [consistent.key.name, TIME],
      [replayed.key.name, TIME],
      [third.key.name, TIME],
    ]);
    const text = Buffer.from(known.entry).toString();
    expect(verifyProofFile(host, FILE, { entry: text, keys: [LOG.key] }).signed).toHaveLength(1);
    expect(FILE.startsWith("c2sp.org/tlog-proof@v1\nindex 21\n")).toBe(true);
  });

  test("of every entry at every size verify, for that entry alone", () => {
    for (let size = 1; size <= 12; size++) {
      for (let index = 0; index < size; index++) {
        const parts = { index, path: honest.inclusion(index, size), checkpoint: honest.checkpoint(size) };
        const file = formatProofFile(parts);
        expect(parseProofFile(file)).toEqual(parts);
        for (const [i, entry] of honest.entries.slice(0, size).entries()) {
          const verify = () => verifyProofFile(host, file, { entry, keys: [LOG.key] });
          if (i === index) expect(verify()).toMatchObject({ index, size });
          else expect(code(verify)).toBe("invalid_proof");
        }
      }
    }
  });

  test("with any bit flipped are refused, where every cosignature is needed", () => {
    let refused = 0;
    for (const { bit, bytes } of flips(utf8(FILE))) {
      try {
        verifyProofFile(host, bytes, known);
        throw new Error(`accepted with bit ${bit} flipped`);
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyLedgerError);
        refused += 1;
      }
    }
    expect(refused).toBe(8 * utf8(FILE).length);
  });

  const [head, note] = [FILE.slice(0, FILE.indexOf("\n\n")), FILE.slice(FILE.indexOf("\n\n") + 2)];
  const lines = head.split("\n");
  test.each([
    ["nothing", ""],
    ["another version", FILE.replace("@v1", "@v2")],
    ["a space at the end of the first line", FILE.replace("@v1", "@v1 ")],
    ["extra data", FILE.replace("\nindex", "\nextra AAAA\nindex")],
    ["no index", FILE.replace("index 21\n", "")],
    ["an index with a zero in front", FILE.replace("index 21", "index 021")],
    ["a negative index", FILE.replace("index 21", "index -21")],
    ["an index with a sign", FILE.replace("index 21", "index +21")],
    ["an index of 2^53", FILE.replace("index 21", "index 9007199254740992")],
    ["an index of a million digits", FILE.replace("index 21", `index ${"9".repeat(1_000_000)}`)],
    ["two spaces", FILE.replace("index 21", "index  21")],
    ["a short hash", FILE.replace(lines[2]!, lines[2]!.slice(4))],
    ["a long hash", FILE.replace(lines[2]!, `AAAA${lines[2]}`)],
    ["hex", FILE.replace(lines[2]!, "ab".repeat(32))],
    ["an empty line more", FILE.replace("\n\n", "\n\n\n")],
    ["no empty line", FILE.replace("\n\n", "\n")],
    ["no checkpoint", `${head}\n\n`],
    ["lines that end with CR", FILE.replaceAll("\n", "\r\n")],
    ["55 hashes", `${lines.slice(0, 2).join("\n")}\n${`${lines[2]}\n`.repeat(55)}\n${note}`],
  ])("with %s are refused", (_, file) => {
    const refused = refusal(() => parseProofFile(file)).code;
    expect(["invalid_proof_file", "invalid_note", "invalid_checkpoint", "too_large"]).toContain(refused);
    expect(code(() => verifyProofFile(host, file, known))).toBe(refused);
  });

  test("do not verify with a hash more, less or swapped, another index, key or too few witnesses", () => {
    const path = honest.inclusion(21, SIZE);
    const file = (changes: object) => formatProofFile({ index: 21, path, checkpoint, ...changes });
    for (const changed of [
      path.slice(1),
      path.slice(0, -1),
      [...path, path[0]!],
      [path[0]!, ...path],
      path.toReversed(),
    ]) {
      expect(code(() => verifyProofFile(host, file({ path: changed }), known))).toBe("invalid_proof");
    }
    for (let index = 0; index <= SIZE + 1; index++) {
      if (index !== 21)
        expect(code(() => verifyProofFile(host, file({ index }), known))).toBe("invalid_proof");
    }
    for (const size of [22, 39]) {
      const older = file({ checkpoint: honest.checkpoint(size, consistent, replayed, third) });
      expect(code(() => verifyProofFile(host, older, known))).toBe("invalid_proof");
    }
    expect(code(() => verifyProofFile(host, FILE, { ...known, keys: keysOfQuorum(quorum) }))).toBe(
      "unsigned",
    );
    const fewer = file({ checkpoint: honest.checkpoint(SIZE, consistent, replayed) });
    expect(code(() => verifyProofFile(host, fewer, known))).toBe("no_quorum");
    // A quorum whose keys are not known finds nobody.
    expect(code(() => verifyProofFile(host, FILE, { ...known, keys: [LOG.key] }))).toBe("no_quorum");
  });
});

describe("quorums", () => {
  const at = (...witnesses: (typeof WITNESSES)[number][]) =>
    witnesses.map(({ key }) => ({ key, time: TIME }));

  test("are met by n of each rule's keys, whoever else signed", () => {
    checkQuorum(quorum, at(consistent, third, replayed));
    checkQuorum(quorum, [{ key: LOG.key }, ...at(other, consistent, third, replayed)]);
    for (const too of [
      [],
      [consistent],
      [consistent, other, third],
      [consistent, replayed],
      [replayed, replayed],
    ]) {
      const refused = refusal(() => checkQuorum(quorum, at(...(too as (typeof WITNESSES)[number][]))));
      expect(refused.code).toBe("no_quorum");
    }
    const twice = refusal(() => checkQuorum(quorum, at(other, other, other)));
    expect(twice.faults.map(({ path }) => path)).toEqual(["/rules/0", "/rules/1"]);
    expect(twice.message).toContain(
      `wanted 2 of 3, got 1; missing: ${consistent.key.name}, ${third.key.name}`,
    );
    // "consistent" is not "replayed": that both are one operator's helps neither.
    expect(refusal(() => checkQuorum(quorum, at(consistent, other))).message).toContain(replayed.key.name);
  });

  test("are data that is read as it was written", () => {
    const text = formatQuorum(quorum);
    expect(parseQuorum(host, JSON.parse(text))).toEqual(quorum);
    expect(keysOfQuorum(quorum).map(({ name }) => name)).toHaveLength(4);
  });

  test("are refused when they say less than they seem to", () => {
    const [a, b] = [consistent.key, other.key];
    const renamed = verifierKey(host, "witness", "renamed.example", a.publicKey);
    for (const rules of [
      [],
      [{ n: 0, of: [a] }],
      [{ n: 2, of: [a] }],
      [{ n: 1.5, of: [a, b] }],
      [{ n: 1, of: [] }],
      [{ n: 2, of: [a, a] }],
      [{ n: 2, of: [a, renamed] }],
      [
        { n: 1, of: [a] },
        { n: 1, of: [renamed] },
      ],
      [{ n: 1, of: [LOG.key] }],
    ]) {
      expect(code(() => formatQuorum({ rules }))).toBe("invalid_quorum");
      expect(code(() => checkQuorum({ rules }, at(consistent)))).toBe("invalid_quorum");
    }
    const json = JSON.parse(formatQuorum(quorum));
    for (const changes of [
      { v: 2 },
      { kind: "x" },
      { more: 1 },
      { rules: [] },
      { rules: [{ n: 1, of: ["x"], more: 1 }] },
      { rules: Array(65).fill(json.rules[0]) },
    ]) {
      expect(code(() => parseQuorum(host, { ...json, ...changes }))).toBe("invalid_quorum");
    }
    expect(code(() => parseQuorum(host, { ...json, rules: [{ n: 1, of: ["x"] }] }))).toBe("invalid_key");
  });
});
