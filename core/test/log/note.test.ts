// Signed notes, their keys and checkpoints: published examples, the forms that are refused, and every flipped bit.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PolicyLedgerError } from "../../src/error.ts";
import { portableHost } from "../../src/host.ts";
import { utf8 } from "../../src/json.ts";
import { fromBase64, toBase64 } from "../../src/log/base64.ts";
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from "../../src/log/checkpoint.ts";
import { cosignedBytes, readCosignature } from "../../src/log/cosignature.ts";
import { EMPTY_ROOT } from "../../src/log/hashes.ts";
import { formatVerifierKey, isKeyName, parseVerifierKey, verifierKey } from "../../src/log/key.ts";
import { formatNote, openNote, parseNote, parseSignatureLines } from "../../src/log/note.ts";
import { cosign, signCheckpoint, signNote, withSignatures } from "../../src/log/sign.ts";
import { cpuTime } from "../cpu-time.ts";
import { refusal } from "../refusal.ts";
import { flips, host, LOG, ORIGIN, secretOf, WITNESSES } from "./samples.ts";

const ROOT = "0a".repeat(32);
const CHECKPOINT = signCheckpoint(host, { size: 7, root: ROOT }, LOG.signer);
const TEXT = parseNote(CHECKPOINT).text;
const TIME = 1_790_000_000;
const cosigned = (...witnesses: (typeof WITNESSES)[number][]) =>
  formatNote(
    withSignatures(
      parseNote(CHECKPOINT),
      witnesses.map(({ signer }) => cosign(host, TEXT, TIME, signer)),
    ),
  );
const code = (run: () => unknown) => refusal(run).code;

describe("base64", () => {
  test("is Node's, and has one text for each sequence of bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString("base64");
        expect(toBase64(bytes)).toBe(text);
        expect(fromBase64(text)).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+/]{0,9}={0,3}$/), (text) => {
        const bytes = fromBase64(text);
        if (bytes !== null) expect(toBase64(bytes)).toBe(text);
      }),
    );
  });

  test.each([
    "A",
    "AA",
    "AAA",
    "A===",
    "====",
    "AB==",
    "AAB=",
    "AA==AA==",
    "AA =",
    "AAAA\n",
    "AA-_",
    "AA==\n",
    "é===",
  ])("refuses %j", (text) => expect(fromBase64(text)).toBeNull());
});

describe("verifier keys", () => {
  const PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

  test("of no part, and of no neighbour of a valid text, are read", () => {
    expect(formatVerifierKey(parseVerifierKey(host, PETER))).toBe(PETER);
    for (let i = 0; i <= PETER.length; i++) {
      for (let j = i; j <= PETER.length; j++) {
        if (i === 0 && j === PETER.length) continue;
        expect(code(() => parseVerifierKey(host, PETER.slice(i, j)))).toBe("invalid_key");
      }
      for (const { bytes } of flips(utf8(PETER.slice(i, i + 1)))) {
        const changed = PETER.slice(0, i) + String.fromCharCode(bytes[0]!) + PETER.slice(i + 1);
        expect(code(() => parseVerifierKey(host, changed))).toBe("invalid_key");
      }
    }
  });

  test("have an id that depends on name, type and key", () => {
    const { publicKey } = LOG.key;
    const ids = [
      verifierKey(host, "log", "a", publicKey),
      verifierKey(host, "witness", "a", publicKey),
      verifierKey(host, "log", "b", publicKey),
      verifierKey(portableHost, "log", "a", WITNESSES[0].key.publicKey),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    for (const { key } of [LOG, ...WITNESSES]) {
      expect(parseVerifierKey(portableHost, formatVerifierKey(key))).toEqual(key);
    }
  });

  test("are refused where no signature could be told by them", () => {
    const { publicKey } = LOG.key;
    for (const name of [
      "",
      "a b",
      "a+b",
      "a\u00a0b",
      "a\u2003b",
      "a\nb",
      "a\u0085b",
      "a\u0000",
      "\ud800",
      "x".repeat(256),
    ]) {
      expect(isKeyName(name)).toBe(false);
      expect(code(() => verifierKey(host, "log", name, publicKey))).toBe("invalid_key");
    }
    expect(code(() => verifierKey(host, "constructor" as "log", "a", publicKey))).toBe("invalid_key");
    for (const key of [
      "",
      "00".repeat(32),
      `01${"00".repeat(31)}`,
      "ff".repeat(32),
      publicKey.toUpperCase(),
    ]) {
      expect(code(() => verifierKey(host, "log", "a", key))).toBe("invalid_key");
    }
    expect(code(() => openNote(host, CHECKPOINT, [LOG.key, LOG.key]))).toBe("invalid_key");
    expect(code(() => openNote(host, CHECKPOINT, [{ ...LOG.key, id: "x" }]))).toBe("invalid_key");
  });
});

describe("openNote", () => {
  test("names whose signatures hold, once each, and when a witness signed", () => {
    const [a, , c] = WITNESSES;
    const all = cosigned(a, c);
    expect(openNote(host, all, [LOG.key, a.key, c.key]).signed).toEqual([
      { key: LOG.key },
      { key: a.key, time: TIME },
      { key: c.key, time: TIME },
    ]);
    expect(openNote(portableHost, utf8(all), [c.key]).signed).toEqual([{ key: c.key, time: TIME }]);
    const line = all.split("\n").at(-2);
    expect(openNote(host, `${all}${line}\n`, [c.key]).signed).toHaveLength(1);
    expect(code(() => openNote(host, all, []))).toBe("unsigned");
    expect(code(() => openNote(host, all, [WITNESSES[1].key]))).toBe("unsigned");
  });

  test("takes a key by name and id both", () => {
    const { name, publicKey } = LOG.key;
    const sameName = secretOf("log", name, 0x77).key;
    const sameKey = verifierKey(host, "log", "other.example", publicKey);
    expect(code(() => openNote(host, CHECKPOINT, [sameName, sameKey]))).toBe("unsigned");
    const forged = CHECKPOINT.replace(`${name} `, "other.example ");
    expect(code(() => openNote(host, forged, [LOG.key, sameKey]))).toBe("unsigned");
    // An id is short: whoever makes a key with a known one gets a signature that does not hold.
    expect(code(() => openNote(host, CHECKPOINT, [{ ...sameName, id: LOG.key.id }]))).toBe("bad_signature");
  });

  test("refuses the whole note for one signature of a known key that does not hold, also behind one that does", () => {
    const [a] = WITNESSES;
    const bad = cosign(host, TEXT.replace("7", "8"), TIME, a.signer);
    const note = parseNote(CHECKPOINT);
    const withBad = formatNote({ ...note, signatures: [...note.signatures, bad] });
    expect(openNote(host, withBad, [LOG.key]).signed).toHaveLength(1);
    expect(code(() => openNote(host, withBad, [LOG.key, a.key]))).toBe("bad_signature");
    const twice = formatNote({
      ...note,
      signatures: [...note.signatures, { ...note.signatures[0]!, payload: bad.payload }],
    });
    expect(code(() => openNote(host, twice, [LOG.key]))).toBe("bad_signature");
  });

  test("accepts 64 signatures, of any length, and no more", () => {
    const stranger = { name: "pq.example/w", id: "00000000", payload: "ab".repeat(2_428) };
    const note = (count: number) => {
      const strangers = Array.from({ length: count - 1 }, (_, i) => ({
        ...stranger,
        name: `${stranger.name}${i}`,
      }));
      return { text: TEXT, signatures: [...strangers, ...parseNote(CHECKPOINT).signatures] };
    };
    for (const count of [16, 64]) {
      expect(openNote(host, formatNote(note(count)), [LOG.key]).signed).toHaveLength(1);
    }
    expect(code(() => formatNote(note(65)))).toBe("invalid_note");
    const line = formatNote(note(1)).split("\n").at(-2);
    expect(code(() => parseNote(`${formatNote(note(64))}${line}\n`))).toBe("invalid_note");
    const start = cpuTime();
    expect(code(() => parseNote(`${TEXT}\n${`${line}\n`.repeat(10_000_000 / 128)}`))).toBe("too_large");
    expect(code(() => parseNote("\n".repeat(262_144)))).toBe("invalid_note");
    expect(cpuTime() - start).toBeLessThan(1_000);
  });
});

const LINE = CHECKPOINT.split("\n").at(-2)!;

describe("parseNote", () => {
  test("splits at the last empty line, and formats to the same bytes", () => {
    const text = "a\n\nb\n\n\nc\n";
    const note = `${text}\n${LINE}\n`;
    expect(parseNote(note).text).toBe(text);
    expect(formatNote(parseNote(note))).toBe(note);
    expect(parseNote(utf8(`\ufeffa\n\n${LINE}\n`)).text).toBe("\ufeffa\n");
    const one = fc.stringMatching(
      /^[a\n—é ]{0,6}\n\n?(— ?[ab+ ]{0,2} (AAAAAAA=|AAAAAA==|AAAA|AAAAAAB=|abcdefgh)\n?){0,3}$/u,
    );
    fc.assert(
      fc.property(one, (some) => {
        try {
          expect(formatNote(parseNote(some))).toBe(some);
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyLedgerError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["nothing", ""],
    ["a text alone", "a\n"],
    ["no signature", "a\n\n"],
    ["no empty line", `a\n${LINE}\n`],
    ["no final LF", `a\n\n${LINE}`],
    ["an empty line at the end", `a\n\n${LINE}\n\n`],
    ["CR", `a\r\n\n${LINE}\n`],
    ["NUL", `a\0\n\n${LINE}\n`],
    ["a tab", `a\tb\n\n${LINE}\n`],
    ["a hyphen for the dash", `a\n\n${LINE.replace("—", "-")}\n`],
    ["an en dash", `a\n\n${LINE.replace("—", "–")}\n`],
    ["two spaces", `a\n\n${LINE.replace("— ", "—  ")}\n`],
    ["a space at the end", `a\n\n${LINE} \n`],
    ["a space in front", `a\n\n ${LINE}\n`],
    ["a no-break space", `a\n\n${LINE.replace("— ", "—\u00a0")}\n`],
    ["a name with plus", `a\n\n${LINE.replace("log", "l+g")}\n`],
    ["a name with a wide space", `a\n\n${LINE.replace("log", "l\u3000g")}\n`],
    ["no name", `a\n\n${LINE.replace(ORIGIN, "")}\n`],
    ["no base64", `a\n\n— ${ORIGIN}\n`],
    ["an id only", `a\n\n— ${ORIGIN} AAAAAA==\n`],
    ["base64 without padding", `a\n\n${LINE.replace(/=+$/, "")}\n`],
    ["base64 with bits behind the end", `a\n\n— ${ORIGIN} AAAAAAB=\n`],
    ["half a surrogate pair", `\ud800\n\n${LINE}\n`],
    ["something between the lines", `a\n\n${LINE}\nb\n${LINE}\n`],
  ])("refuses %s", (_, note) => {
    expect(code(() => parseNote(note))).toBe("invalid_note");
  });

  test("refuses bytes that are not UTF-8", () => {
    for (const wrong of ["ff", "c0af", "eda080", "f4908080", "e282"]) {
      const bytes = Buffer.concat([Buffer.from(wrong, "hex"), Buffer.from(`\n\n${LINE}\n`)]);
      expect(code(() => parseNote(new Uint8Array(bytes)))).toBe("invalid_note");
    }
  });

  test("parseSignatureLines reads what a witness answers", () => {
    expect(parseSignatureLines(`${LINE}\n`)).toEqual(parseNote(CHECKPOINT).signatures);
    for (const wrong of ["", "\n", LINE, `\n${LINE}\n`]) {
      expect(code(() => parseSignatureLines(wrong))).toBe("invalid_note");
    }
  });
});

describe("checkpoints", () => {
  test("have three lines, and no other form", () => {
    expect(parseCheckpoint(TEXT)).toEqual({ origin: ORIGIN, size: 7, root: ROOT });
    expect(formatCheckpoint(parseCheckpoint(TEXT))).toBe(TEXT);
    const root = TEXT.split("\n")[2]!;
    for (const wrong of [
      "",
      "\n",
      TEXT.slice(0, -1),
      `${TEXT}\n`,
      `\n${TEXT}`,
      `${TEXT}extension\n`,
      TEXT.replace(ORIGIN, ""),
      TEXT.replace(ORIGIN, "a b"),
      TEXT.replace("\n7\n", "\n07\n"),
      TEXT.replace("\n7\n", "\n+7\n"),
      TEXT.replace("\n7\n", "\n\n"),
      TEXT.replace("\n7\n", "\n7 \n"),
      TEXT.replace("\n7\n", "\n-7\n"),
      TEXT.replace("\n7\n", "\n7.0\n"),
      TEXT.replace("\n7\n", "\n0\n"),
      TEXT.replace("\n7\n", "\n٧\n"),
      TEXT.replace("\n7\n", "\n9007199254740992\n"),
      TEXT.replace("\n7\n", `\n${"9".repeat(100_000)}\n`),
      TEXT.replace("\n7\n", "\n0x7\n"),
      TEXT.replace(root, root.slice(4)),
      TEXT.replace(root, `${root}AAAA`),
      TEXT.replace(root, root.replace("=", "")),
      TEXT.replace(root, ROOT),
      TEXT.replaceAll("\n", "\r\n"),
    ]) {
      expect(code(() => parseCheckpoint(wrong))).toBe("invalid_checkpoint");
    }
    const empty = formatCheckpoint({ origin: ORIGIN, size: 0, root: EMPTY_ROOT });
    expect(empty).toBe(`${ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`);
    expect(
      parseCheckpoint(formatCheckpoint({ origin: ORIGIN, size: Number.MAX_SAFE_INTEGER, root: ROOT })).size,
    ).toBe(Number.MAX_SAFE_INTEGER);
    for (const changes of [{ size: -1 }, { size: 0.5 }, { size: 0 }, { root: "x" }, { origin: "a b" }]) {
      expect(code(() => formatCheckpoint({ origin: ORIGIN, size: 7, root: ROOT, ...changes }))).toBe(
        "invalid_checkpoint",
      );
    }
  });

  test("are opened by a key of their own log only, of which there may be two", () => {
    expect(openCheckpoint(host, CHECKPOINT, [LOG.key])).toMatchObject({
      origin: ORIGIN,
      size: 7,
      root: ROOT,
    });
    const next = secretOf("log", ORIGIN, 0x11);
    const other = secretOf("log", "other.example/log", 0x12);
    const both = formatNote(withSignatures(parseNote(CHECKPOINT), [signNote(host, TEXT, next.signer)]));
    expect(openCheckpoint(host, both, [LOG.key, next.key]).signed).toHaveLength(2);
    expect(openCheckpoint(host, both, [next.key]).signed).toHaveLength(1);
    const foreign = formatNote({ text: TEXT, signatures: [signNote(host, TEXT, other.signer)] });
    expect(code(() => openCheckpoint(host, foreign, [other.key]))).toBe("unsigned");
    expect(code(() => openCheckpoint(host, cosigned(WITNESSES[0]), [WITNESSES[0].key]))).toBe("unsigned");
    const letter = formatNote({ text: "hello\n", signatures: [signNote(host, "hello\n", LOG.signer)] });
    expect(code(() => openCheckpoint(host, letter, [LOG.key]))).toBe("invalid_checkpoint");
  });

  test("with any bit flipped are refused, or say the same by the same signatures", () => {
    const [a] = WITNESSES;
    const honest = cosigned(a);
    const keys = [LOG.key, a.key];
    let refused = 0;
    let ignored = 0;
    for (const { bytes } of flips(utf8(honest))) {
      try {
        // A line whose name or id was changed is a stranger's: the log's own must still be there, or nothing is.
        const opened = openCheckpoint(host, bytes, keys);
        expect(opened.note.text).toBe(TEXT);
        expect(opened.signed).toEqual([{ key: LOG.key }]);
        ignored += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyLedgerError);
        expect(["invalid_note", "bad_signature", "unsigned", "invalid_checkpoint"]).toContain(
          (error as PolicyLedgerError).code,
        );
        refused += 1;
      }
    }
    expect(refused + ignored).toBe(8 * utf8(honest).length);
    // At most the bits of the witness's name and id.
    expect(ignored).toBeLessThan(8 * a.key.name.length + 48);
  });
});

describe("cosignatures", () => {
  const [a] = WITNESSES;

  test("cover two lines and the text, and carry the time", () => {
    expect(Buffer.from(cosignedBytes(TEXT, 1_679_315_147)).toString()).toBe(
      `cosignature/v1\ntime 1679315147\n${TEXT}`,
    );
    const { payload, name, id } = cosign(host, TEXT, TIME, a.signer);
    expect([name, id]).toEqual([a.key.name, a.key.id]);
    expect(payload).toHaveLength(144);
    expect(payload.startsWith(TIME.toString(16).padStart(16, "0"))).toBe(true);
    expect(readCosignature(payload)!.time).toBe(TIME);
    expect(readCosignature(`001fffffffffffff${"0".repeat(128)}`)!.time).toBe(Number.MAX_SAFE_INTEGER);
    for (const wrong of [
      "",
      payload.slice(2),
      `${payload}00`,
      `0020000000000000${"0".repeat(128)}`,
      "z".repeat(144),
    ]) {
      expect(readCosignature(wrong)).toBeNull();
    }
  });

  test("of any other time or bit do not hold", () => {
    const honest = cosign(host, TEXT, TIME, a.signer);
    const note = parseNote(CHECKPOINT);
    for (const { bytes } of flips(new Uint8Array(Buffer.from(honest.payload, "hex")))) {
      const payload = Buffer.from(bytes).toString("hex");
      const changed = formatNote({ ...note, signatures: [...note.signatures, { ...honest, payload }] });
      expect(code(() => openNote(host, changed, [LOG.key, a.key]))).toBe("bad_signature");
    }
  });

  test("and signatures are made by no other kind of key, of no other text, and never without holding", () => {
    expect(code(() => cosign(host, TEXT, TIME, LOG.signer))).toBe("invalid_key");
    expect(code(() => signNote(host, TEXT, a.signer))).toBe("invalid_key");
    expect(code(() => cosign(host, "hello\n", TIME, a.signer))).toBe("invalid_checkpoint");
    expect(code(() => signNote(host, "hello", LOG.signer))).toBe("invalid_note");
    expect(code(() => signNote(host, "", LOG.signer))).toBe("invalid_note");
    expect(code(() => signNote(host, "a\tb\n", LOG.signer))).toBe("invalid_note");
    for (const time of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(code(() => cosign(host, TEXT, time, a.signer))).toBe("invalid_note");
    }
    const wrongSecret = { key: LOG.key, sign: WITNESSES[0].signer.sign };
    expect(code(() => signCheckpoint(host, { size: 7, root: ROOT }, wrongSecret))).toBe("invalid_key");
    for (const made of ["", "00", null, undefined, new Uint8Array(64)]) {
      const broken = { key: LOG.key, sign: () => made as string };
      expect(code(() => signCheckpoint(host, { size: 7, root: ROOT }, broken))).toBe("invalid_key");
    }
  });
});
