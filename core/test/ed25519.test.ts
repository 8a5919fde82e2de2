// Strict Ed25519: both hosts against the committed cases, each other, and every changed bit.
import { readFileSync } from "node:fs";
import { ed25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Ed25519Case, FILE, fileOf, makeCases } from "../../tests/cases/make-ed25519.ts";
import { generateKeyPair, nodeHost, publicKeyOf, sign } from "../node/index.ts";
import {
  isStrictPublicKey,
  isStrictSignature,
  SMALL_ORDER_Y,
  verifyCofactorless,
  verifyStrict,
} from "../src/ed25519.ts";
import { toHex } from "../src/hash.ts";
import { type Host, portableHost } from "../src/host.ts";

const hosts: readonly (readonly [string, Host])[] = [
  ["the portable host", portableHost],
  ["the Node host", nodeHost],
];
const bytesOf = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes.slice().reverse()) || "0"}`);
const encode = (y: bigint, sign = 0n): Uint8Array =>
  bytesOf((y + (sign << 255n)).toString(16).padStart(64, "0")).reverse();
const join = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const { Point } = ed25519;
const P = Point.Fp.ORDER;
const L = Point.Fn.ORDER;

const file = readFileSync(FILE, "utf8");
const cases = (JSON.parse(file) as Ed25519Case[]).map((c) => ({
  ...c,
  A: bytesOf(c.public_key),
  M: bytesOf(c.message),
  signature: bytesOf(c.signature),
}));
const wrongOf = (answers: (c: (typeof cases)[number]) => boolean): string[] =>
  cases.filter((c) => answers(c) !== c.valid).map((c) => c.name);

/** The points of small order, from the curve: multiples of L·Q for the first Q that gives one of order 8. */
const smallOrderPoints = ((): InstanceType<typeof Point>[] => {
  for (let y = 2n; ; y++) {
    try {
      const Q = Point.fromBytes(encode(y));
      const T = Q.multiplyUnsafe(L - 1n).add(Q);
      const multiples = [Point.ZERO];
      while (multiples.length === 1 || !multiples.at(-1)!.is0()) multiples.push(multiples.at(-1)!.add(T));
      if (multiples.length === 9) return multiples.slice(0, 8);
    } catch {} // y is not on the curve
  }
})();
const smallOrderY = new Set(smallOrderPoints.map((point) => point.toAffine().y));

describe("the case file", () => {
  test("ed25519.json is what make-ed25519.ts makes", () => {
    expect(file).toBe(fileOf(makeCases()));
  });

  test.each(hosts)("verifyStrict answers every case as the file says, through %s", (_, host) => {
    expect(cases).toHaveLength(202);
    expect(cases.filter((c) => c.valid)).toHaveLength(26);
    expect(wrongOf((c) => verifyStrict(host, c.A, c.M, c.signature))).toEqual([]);
    // Again, now that both hosts remember the keys.
    expect(wrongOf((c) => verifyStrict(host, c.A, c.M, c.signature))).toEqual([]);
  });

  test.each(hosts)("verifyEd25519 of %s alone answers every case that passes the byte checks", (_, host) => {
    const passing = cases.filter((c) => isStrictPublicKey(c.A) && isStrictSignature(c.signature));
    // Cofactored-only, off-curve and altered ones among them: the byte checks leave real work to the host.
    expect(passing.filter((c) => !c.valid).length).toBeGreaterThan(60);
    const wrong = passing.filter((c) => host.verifyEd25519(c.A, c.M, c.signature) !== c.valid);
    expect(wrong.map((c) => c.name)).toEqual([]);
  });

  test.each(hosts)(
    "verifyEd25519 of %s says no, and does not throw, to wrong lengths and points",
    (_, host) => {
      const raw = cases.filter((c) => /bytes \(|not on the curve|y ≥ p/.test(`${c.name} ${c.why}`));
      expect(raw.length).toBeGreaterThan(30);
      expect(raw.filter((c) => host.verifyEd25519(c.A, c.M, c.signature))).toEqual([]);
    },
  );

  test("noble's own verify, with cofactor, would answer differently", () => {
    const different = cases.filter(
      (c) =>
        c.A.length === 32 && c.signature.length === 64 && ed25519.verify(c.signature, c.M, c.A) !== c.valid,
    );
    expect(different).toHaveLength(71);
  });
});

describe("the byte checks", () => {
  test("SMALL_ORDER_Y is what the curve gives", () => {
    expect(smallOrderY.size).toBe(5);
    expect([...SMALL_ORDER_Y].sort()).toEqual([...smallOrderY].map((y) => toHex(encode(y))).sort());
  });

  test("isStrictPublicKey refuses all 14 encodings of the points of small order", () => {
    const encodings = new Set<string>();
    for (const point of smallOrderPoints) {
      const { x, y } = point.toAffine();
      for (const encoded of [y, y + P].filter((n) => n < 1n << 255n))
        for (const s of x === 0n ? [0n, 1n] : [x & 1n]) encodings.add(toHex(encode(encoded, s)));
    }
    expect(encodings.size).toBe(14);
    for (const hex of encodings) {
      expect(isStrictPublicKey(bytesOf(hex)), hex).toBe(false);
      expect(isStrictSignature(join(bytesOf(hex), encode(1n))), hex).toBe(false);
    }
  });

  test("isStrictPublicKey takes y < p, and neither p nor anything above", () => {
    for (const s of [0n, 1n]) {
      for (const y of [2n, P - 2n, P - 3n, P - 256n]) expect(isStrictPublicKey(encode(y, s))).toBe(true);
      for (let y = P; y < 1n << 255n; y++) expect(isStrictPublicKey(encode(y, s))).toBe(false);
    }
  });

  test("isStrictSignature takes S < L, and neither L nor anything above", () => {
    const R = encode(4n);
    for (const S of [0n, 1n, L - 1n, L - 256n, (1n << 252n) - 1n])
      expect(isStrictSignature(join(R, encode(S)))).toBe(true);
    for (const S of [L, L + 1n, L + 256n, 2n * L, 1n << 253n, (1n << 256n) - 1n])
      expect(isStrictSignature(join(R, encode(S)))).toBe(false);
  });

  test("isStrictPublicKey and isStrictSignature agree with arithmetic on any bytes", () => {
    // Bytes that are mostly 0x00 and 0xff, so that the boundaries are met.
    const byte = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(0, 1, 0x7f, 0x80, 0xec, 0xed, 0xff) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }) },
    );
    const near = (center: bigint) =>
      fc.bigInt({ min: -3n, max: 3n }).map((d) => (center + d + (1n << 256n)) % (1n << 256n));
    const half = fc.oneof(
      fc.array(byte, { minLength: 32, maxLength: 32 }).map((bytes) => new Uint8Array(bytes)),
      fc
        .constantFrom(0n, L, P, 1n << 255n, P + (1n << 255n), ...smallOrderY)
        .chain(near)
        .map((n) => encode(n)),
    );
    const strictPoint = (bytes: Uint8Array): boolean => {
      const y = numberOf(bytes) % (1n << 255n);
      return y < P && !smallOrderY.has(y);
    };
    fc.assert(
      fc.property(half, half, (R, S) => {
        expect(isStrictPublicKey(R)).toBe(strictPoint(R));
        expect(isStrictSignature(join(R, S))).toBe(strictPoint(R) && numberOf(S) < L);
      }),
      { numRuns: 500 },
    );
  });

  test("isStrictPublicKey and isStrictSignature refuse every other length", () => {
    for (let length = 0; length <= 130; length++) {
      const bytes = new Uint8Array(length).fill(2);
      expect(isStrictPublicKey(bytes)).toBe(length === 32);
      expect(isStrictSignature(bytes)).toBe(length === 64);
    }
  });
});

describe("verifyStrict", () => {
  const { A, M, signature } = cases.find((c) => c.name === "RFC 8032, 7.1, TEST 2")!;
  const hostThat = (verifyEd25519: () => boolean): Host => ({ sha256: portableHost.sha256, verifyEd25519 });

  test("verifyStrict does not ask the host about what the bytes decide", () => {
    const gullible = hostThat(() => true);
    const taken = cases.filter((c) => verifyStrict(gullible, c.A, c.M, c.signature));
    expect(taken).toEqual(cases.filter((c) => isStrictPublicKey(c.A) && isStrictSignature(c.signature)));
    const named = cases.filter((c) => /small order|≥|bytes long/.test(c.why));
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter((c) => taken.includes(c))).toEqual([]);
  });

  test("verifyStrict is false when the host throws", () => {
    const broken = hostThat(() => {
      throw new Error("no such algorithm");
    });
    expect(verifyStrict(broken, A, M, signature)).toBe(false);
  });

  test("verifyStrict is false when the host answers with a promise", () => {
    const late = hostThat((() => Promise.resolve(true)) as unknown as () => boolean);
    expect(verifyStrict(late, A, M, signature)).toBe(false);
  });

  test("verifyStrict reads views into larger buffers", () => {
    const large = join(new Uint8Array(7), A, signature, M, new Uint8Array(9));
    const [key, sig, message] = [large.subarray(7, 39), large.subarray(39, 103), large.subarray(103, 104)];
    for (const [, host] of hosts) expect(verifyStrict(host, key, message, sig)).toBe(true);
  });
});

describe("both hosts", () => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);
  const flip = (bytes: Uint8Array, at: number): Uint8Array => {
    const bit = at % (8 * bytes.length);
    const copy = bytes.slice();
    copy[bit >> 3]! ^= 1 << (bit & 7);
    return copy;
  };

  test("verifyStrict takes what sign made, and refuses it with any one bit changed", () => {
    const anyBit = fc.nat(512 * 8 - 1);
    const message = fc.uint8Array({ minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(seed, message, anyBit, anyBit, anyBit, (secretKey, M, inKey, inMessage, inSignature) => {
        const A = bytesOf(publicKeyOf(secretKey));
        const signature = bytesOf(sign(secretKey, M));
        for (const [, host] of hosts) {
          expect(verifyStrict(host, A, M, signature)).toBe(true);
          expect(verifyStrict(host, flip(A, inKey), M, signature)).toBe(false);
          expect(verifyStrict(host, A, flip(M, inMessage), signature)).toBe(false);
          expect(verifyStrict(host, A, M, flip(signature, inSignature))).toBe(false);
        }
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["the portable host", portableHost, 70], // remembers 64
    ["the Node host", nodeHost, 260], // remembers 256
  ] as const)(
    "verifyStrict through %s keeps its answers past the keys that it remembers",
    (_, host, count) => {
      const M = new Uint8Array([1]);
      const signed = Array.from({ length: count }, (_, i) => {
        const secretKey = i.toString(16).padStart(64, "0");
        return [bytesOf(publicKeyOf(secretKey)), bytesOf(sign(secretKey, M))] as const;
      });
      for (const [A, signature] of [...signed, ...signed.slice(0, 10)]) {
        expect(verifyStrict(host, A, M, signature)).toBe(true);
      }
      expect(verifyStrict(host, signed[0]![0], M, signed[1]![1])).toBe(false);
    },
  );

  test("sha256 is the same in both, for texts and bytes", () => {
    const text = fc.oneof(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ unit: "grapheme" }));
    const same = (data: string | Uint8Array) => {
      expect(nodeHost.sha256(data)).toBe(portableHost.sha256(data));
    };
    fc.assert(fc.property(fc.oneof(text, fc.uint8Array({ maxLength: 300 })), same), { numRuns: 150 });
    for (const data of [
      "",
      new Uint8Array(0),
      "é",
      "\0",
      "政策 🂡",
      "half \ud800 a pair",
      new Uint8Array(9).subarray(2, 5),
    ])
      same(data);
    expect(nodeHost.sha256("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(nodeHost.sha256("é")).toBe("4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
  });
});

describe("sign", () => {
  // RFC 8032, 7.1, TEST 1 to 3.
  const secretKeys = {
    "TEST 1": "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "TEST 2": "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    "TEST 3": "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
  };

  test.each(Object.entries(secretKeys))("sign and publicKeyOf give the published %s", (name, secretKey) => {
    const vector = cases.find((c) => c.name === `RFC 8032, 7.1, ${name}`)!;
    expect(publicKeyOf(secretKey)).toBe(vector.public_key);
    expect(sign(secretKey, vector.M)).toBe(toHex(vector.signature));
  });

  test("generateKeyPair gives a new pair whose signatures hold", () => {
    const [one, two] = [generateKeyPair(), generateKeyPair()];
    expect(one.secretKey).not.toBe(two.secretKey);
    expect(one.publicKey).toBe(publicKeyOf(one.secretKey));
    const M = new Uint8Array([1, 2, 3]);
    expect(verifyCofactorless(bytesOf(one.publicKey), M, bytesOf(sign(one.secretKey, M)))).toBe(true);
    expect(verifyCofactorless(bytesOf(one.publicKey), M, bytesOf(sign(two.secretKey, M)))).toBe(false);
  });

  test("sign refuses what is no secret key, and does not quote it", () => {
    const secretKey = `${"ab".repeat(31)}cg`;
    expect(() => sign(secretKey, new Uint8Array(0))).toThrow(
      expect.objectContaining({ code: "invalid_key" }),
    );
    expect(() => sign(secretKey, new Uint8Array(0))).not.toThrow(/abab/);
    for (const wrong of ["", "00".repeat(31), "00".repeat(33), "AB".repeat(32)])
      expect(() => publicKeyOf(wrong)).toThrow("wanted 64 lowercase hex digits");
  });
});
