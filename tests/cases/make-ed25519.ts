// Makes ed25519.json: signatures that hold and do not hold by the rules at the top of core/src/ed25519.ts, for any
// implementation in any language. Deterministic: `node --conditions=source tests/cases/make-ed25519.ts` writes the
// same bytes again. Each case is built with curve arithmetic so that its verdict is known from how it was made; none
// was asked of an implementation.
//
// Notation, after RFC 8032: B base point, L its order, a and A secret scalar and key, r and R nonce and its point,
// k = SHA-512(R ‖ A ‖ M) mod L, S = r + k·a mod L. T is a point of order 8, so T, 2T, … 8T = 0 are the points of
// small order, and aB + T is a key of mixed order.
import { writeFileSync } from "node:fs";
import { ed25519, ed25519ctx, ed25519ph } from "@noble/curves/ed25519.js";
import { bytesToHex, bytesToNumberLE, concatBytes, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";

export interface Ed25519Case {
  readonly name: string;
  readonly public_key: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
  readonly why: string;
}

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;
const B = Point.BASE;
const L = Point.Fn.ORDER;
const P = Point.Fp.ORDER;
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

export function makeCases(): Ed25519Case[] {
  const cases = [
    ...published(),
    ...honest(),
    ...smallOrderKeys(),
    ...smallOrderNonces(),
    ...mixedOrder(),
    ...reducedScalar(),
    ...largeS(),
    ...notCanonical(),
    ...notOnCurve(),
    ...wrongLengths(),
    ...altered(),
    ...otherSchemes(),
  ];
  if (new Set(cases.map((c) => c.name)).size !== cases.length)
    throw new Error("bug: two cases have one name");
  return cases;
}

// --- Arithmetic --------------------------------------------------------------------------------------------------

/** A scalar in [1, L), the same for the same label. */
const scalarOf = (label: string): bigint =>
  (bytesToNumberLE(sha512(utf8(`policyledger ed25519 case: ${label}`))) % (L - 1n)) + 1n;

const times = (scalar: bigint, point: Point): Point =>
  scalar === 0n ? Point.ZERO : point.multiplyUnsafe(scalar);

/** SHA-512(R ‖ A ‖ M), not reduced. */
const challenge = (R: Uint8Array, A: Uint8Array, M: Uint8Array): bigint =>
  bytesToNumberLE(sha512(concatBytes(R, A, M)));

/** T: L·Q of the first point Q whose torsion component has order 8. */
const T = ((): Point => {
  for (let y = 2n; ; y++) {
    let Q: Point;
    try {
      Q = Point.fromBytes(numberToBytesLE(y, 32));
    } catch {
      continue;
    }
    const torsion = Q.multiplyUnsafe(L - 1n).add(Q);
    if (!torsion.double().double().is0()) return torsion;
  }
})();
const torsion = (i: number): Point => times(BigInt(i), T);
/** The order of i·T. */
const orderOf = (i: number): number => 8 / gcd(i, 8);
const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

interface Encoding {
  readonly bytes: Uint8Array;
  readonly canonical: boolean;
}

/** All encodings of a point that a lenient decoder takes: y or y + p, and either sign where x = 0. */
function encodingsOf(point: Point): Encoding[] {
  const { x, y } = point.toAffine();
  const ys = y + P < 2n ** 255n ? [y, y + P] : [y];
  const signs = x === 0n ? [0n, 1n] : [x & 1n];
  return ys.flatMap((encoded) =>
    signs.map((sign) => ({
      bytes: numberToBytesLE(encoded + (sign << 255n), 32),
      canonical: encoded === y && sign === (x & 1n),
    })),
  );
}

interface Forged {
  readonly A: Uint8Array;
  readonly M: Uint8Array;
  readonly signature: Uint8Array;
  /** SHA-512(R ‖ A ‖ M) and the same mod L. */
  readonly hash: bigint;
  readonly k: bigint;
}

/** Signs with the scalars a and r for a given A and R, with the first message whose hash suits. */
function forge(
  label: string,
  { A, a, R, r }: { A: Uint8Array; a: bigint; R: Uint8Array; r: bigint },
  suits: (hash: bigint, k: bigint) => boolean = () => true,
): Forged {
  for (let i = 0; ; i++) {
    const M = utf8(`${label} #${i}`);
    const hash = challenge(R, A, M);
    const k = hash % L;
    if (!suits(hash, k)) continue;
    const signature = concatBytes(R, numberToBytesLE((r + k * a) % L, 32));
    return { A, M, signature, hash, k };
  }
}

/** Signs for A = aB + i·T, where R has to depend on k: tries values of k mod 8 until R = rB + j·T goes with it. */
function forgeMixed(
  label: string,
  i: number,
  wanted: (hash: bigint, k: bigint) => number | null,
): Forged & { readonly j: number } {
  const a = scalarOf(`${label} a`);
  const r = scalarOf(`${label} r`);
  const A = times(a, B).add(torsion(i)).toBytes();
  for (let j = 0; j < 8; j++) {
    const R = times(r, B).add(torsion(j)).toBytes();
    for (let n = 0; n < 64; n++) {
      const M = utf8(`${label} #${j}.${n}`);
      const hash = challenge(R, A, M);
      const k = hash % L;
      if (wanted(hash, k) !== j) continue;
      return { A, M, signature: concatBytes(R, numberToBytesLE((r + k * a) % L, 32)), hash, k, j };
    }
  }
  throw new Error(`bug: no message suits "${label}"`);
}

const mod8 = (n: bigint | number): number => Number(((BigInt(n) % 8n) + 8n) % 8n);

function caseOf(
  name: string,
  valid: boolean,
  why: string,
  made: Pick<Forged, "A" | "M" | "signature">,
): Ed25519Case {
  return {
    name,
    public_key: bytesToHex(made.A),
    message: bytesToHex(made.M),
    signature: bytesToHex(made.signature),
    valid,
    why,
  };
}

// --- Signatures that hold ----------------------------------------------------------------------------------------

const seedOf = (label: string): Uint8Array =>
  sha512(utf8(`policyledger ed25519 seed: ${label}`)).slice(0, 32);

function signed(label: string, M: Uint8Array): Forged & { readonly seed: Uint8Array } {
  const seed = seedOf(label);
  const A = ed25519.getPublicKey(seed);
  const signature = ed25519.sign(M, seed);
  const hash = challenge(signature.slice(0, 32), A, M);
  return { A, M, signature, hash, k: hash % L, seed };
}

function published(): Ed25519Case[] {
  const vector = (name: string, public_key: string, message: string, signature: string): Ed25519Case => ({
    name: `RFC 8032, 7.1, ${name}`,
    public_key,
    message,
    signature,
    valid: true,
    why: "a published test vector",
  });
  return [
    vector(
      "TEST 1",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    vector(
      "TEST 2",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    vector(
      "TEST 3",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    vector(
      "TEST 1024",
      "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
      RFC_8032_TEST_1024_MESSAGE,
      "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23c436d94b5e8fcd4f681e30a6ac00a9704a188a03",
    ),
    vector(
      "TEST SHA(abc)",
      "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      bytesToHex(sha512(utf8("abc"))),
      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
  ];
}

function honest(): Ed25519Case[] {
  const why = "an ordinary signature";
  const long = sha512(utf8("long")).slice(0, 32);
  return [
    caseOf("empty message", true, why, signed("empty", new Uint8Array(0))),
    caseOf("message of one zero byte", true, why, signed("zero", new Uint8Array(1))),
    caseOf(
      "message of 4096 bytes",
      true,
      why,
      signed("long", concatBytes(...Array<Uint8Array>(128).fill(long))),
    ),
    ...[0, 1, 2].map((i) => caseOf(`message ${i}`, true, why, signed(`${i}`, utf8(`claim ${i} ✓`)))),
  ];
}

// --- Torsion -----------------------------------------------------------------------------------------------------

function smallOrderKeys(): Ed25519Case[] {
  const cases: Ed25519Case[] = [];
  for (let i = 0; i < 8; i++) {
    for (const { bytes: A, canonical } of encodingsOf(torsion(i))) {
      const name = `A of order ${orderOf(i)}, ${canonical ? "canonical" : "not canonical"}, ${bytesToHex(A)}`;
      const r = scalarOf(name);
      const R = times(r, B).toBytes();
      const holds = forge(name, { A, a: 0n, R, r }, (_, k) => mod8(k * BigInt(i)) === 0);
      cases.push(caseOf(name, false, "A is of small order; k·A = 0, so S·B = R + k·A all the same", holds));
    }
  }
  const r = scalarOf("A of small order, cofactor");
  const R = times(r, B).toBytes();
  const cofactor = forge("small A", { A: T.toBytes(), a: 0n, R, r }, (_, k) => mod8(k) !== 0);
  cases.push(
    caseOf(
      "A of order 8, only with cofactor",
      false,
      "A is of small order and k·A ≠ 0; 8·S·B = 8·R + 8·k·A",
      cofactor,
    ),
  );
  for (let i = 0; i < 8; i++) {
    // S = 0 and R = −k·A: anyone can sign anything for such a key.
    const A = torsion(i).toBytes();
    const j = mod8(-i);
    const both = forge(
      `small A and R ${i}`,
      { A, a: 0n, R: torsion(j).toBytes(), r: 0n },
      (_, k) => mod8(BigInt(i) * k + BigInt(j)) === 0,
    );
    cases.push(
      caseOf(
        `A of order ${orderOf(i)} (${i}·T), R = −k·A, S = 0`,
        false,
        "A and R are of small order; S·B = R + k·A",
        both,
      ),
    );
  }
  const zeros = { A: new Uint8Array(32), M: new Uint8Array(0), signature: new Uint8Array(64) };
  cases.push(caseOf("all zeros", false, "A and R are the point of order 4 with y = 0", zeros));
  return cases;
}

function smallOrderNonces(): Ed25519Case[] {
  const cases: Ed25519Case[] = [];
  for (let j = 0; j < 8; j++) {
    for (const { bytes: R, canonical } of encodingsOf(torsion(j))) {
      const where = `R of order ${orderOf(j)}, ${canonical ? "canonical" : "not canonical"}, ${bytesToHex(R)}`;
      const a = scalarOf(where);
      const prime = forge(where, { A: times(a, B).toBytes(), a, R, r: 0n });
      cases.push(
        caseOf(
          `${where}, A of order L`,
          false,
          `R is of small order; S·B = R + k·A ${j === 0 ? "holds" : "holds with cofactor"}`,
          prime,
        ),
      );
      if (j === 0) continue;
      const mixed = forge(
        `${where} mixed`,
        { A: times(a, B).add(T).toBytes(), a, R, r: 0n },
        (_, k) => mod8(k) === mod8(-j),
      );
      cases.push(caseOf(`${where}, A of order 8·L`, false, "R is of small order; S·B = R + k·A", mixed));
    }
  }
  return cases;
}

function mixedOrder(): Ed25519Case[] {
  const cases: Ed25519Case[] = [];
  for (const i of [4, 2, 6, 1, 3, 5, 7]) {
    const order = `${orderOf(i)}·L (aB + ${i}·T)`;
    const a = scalarOf(`mixed A ${i}`);
    const r = scalarOf(`mixed A ${i} r`);
    const key = { A: times(a, B).add(torsion(i)).toBytes(), a, R: times(r, B).toBytes(), r };
    cases.push(
      caseOf(
        `A of order ${order}, R of order L, k·A without torsion`,
        true,
        "A is of mixed order, and S·B = R + k·A",
        forge(`mixed A ${i} holds`, key, (_, k) => mod8(k * BigInt(i)) === 0),
      ),
      caseOf(
        `A of order ${order}, R of order L, k·A with torsion`,
        false,
        "S·B = R + k·A only with cofactor",
        forge(`mixed A ${i} cofactor`, key, (_, k) => mod8(k * BigInt(i)) !== 0),
      ),
      caseOf(
        `A of order L, R of order ${order}`,
        false,
        "S·B = R + k·A only with cofactor",
        forge(`mixed R ${i}`, { A: times(a, B).toBytes(), a, R: times(r, B).add(torsion(i)).toBytes(), r }),
      ),
      caseOf(
        `A of order ${order}, R with the opposite torsion of k·A`,
        true,
        "A and R are of mixed order, and S·B = R + k·A",
        forgeMixed(`mixed both ${i}`, i, (_, k) => (mod8(k * BigInt(i)) === 0 ? null : mod8(-k * BigInt(i)))),
      ),
      caseOf(
        `A of order ${order}, R with another torsion than −k·A`,
        false,
        "S·B = R + k·A only with cofactor",
        forgeMixed(`mixed neither ${i}`, i, (_, k) => mod8(1n - k * BigInt(i))),
      ),
    );
  }
  return cases;
}

/** Where A has torsion, k mod L and k differ as multipliers, and so do L − k and −k. */
function reducedScalar(): Ed25519Case[] {
  const differs = (hash: bigint, k: bigint): boolean => mod8(hash) !== mod8(k);
  return [
    caseOf(
      "k reduced before it multiplies A of order 8·L",
      true,
      "S·B = R + (k mod L)·A, and not with the hash unreduced",
      forgeMixed("reduced", 1, (hash, k) => (differs(hash, k) ? mod8(-k) : null)),
    ),
    caseOf(
      "k not reduced before it multiplies A of order 8·L",
      false,
      "S·B = R + k·A only with the hash unreduced",
      forgeMixed("not reduced", 1, (hash, k) => (differs(hash, k) ? mod8(-hash) : null)),
    ),
    caseOf(
      "L − k in place of −k",
      false,
      "R = S·B + (L − k)·A, where A of order 8·L has L·A ≠ 0",
      forgeMixed("L - k", 1, (_, k) => mod8(L - k)),
    ),
  ];
}

// --- Encodings ---------------------------------------------------------------------------------------------------

const withS = (made: Forged, S: bigint): Forged => ({
  ...made,
  signature: concatBytes(made.signature.slice(0, 32), numberToBytesLE(S, 32)),
});

function largeS(): Ed25519Case[] {
  const made = signed("large S", utf8("large S"));
  const S = bytesToNumberLE(made.signature.slice(32));
  // Up to near the last multiple that fits into 32 bytes; old libraries looked at the three top bits of S only.
  const cases = [1n, 2n, 7n, 8n, 14n].map((i) =>
    caseOf(
      `S + ${i}·L`,
      false,
      "S ≥ L: the equation holds, but anyone can make this from a valid signature",
      withS(made, S + i * L),
    ),
  );
  const values = [0n, 1n, L - 1n, L, L + 1n, 2n ** 252n, 2n ** 253n - 1n, 2n ** 255n - 1n, 2n ** 256n - 1n];
  const names = ["0", "1", "L − 1", "L", "L + 1", "2^252", "2^253 − 1", "2^255 − 1", "2^256 − 1"];
  values.forEach((value, i) => {
    const why = value < L ? "the equation does not hold" : "S ≥ L";
    cases.push(caseOf(`S = ${names[i]}`, false, why, withS(made, value)));
  });
  return cases;
}

function notCanonical(): Ed25519Case[] {
  const cases: Ed25519Case[] = [];
  const made = signed("not canonical", utf8("not canonical"));
  // y = p and p + 1 are of small order and stand above; nobody knows a secret for the others.
  for (let y = 2n; y < 19n; y++) {
    for (const sign of [0n, 1n]) {
      const bytes = numberToBytesLE(y + P + (sign << 255n), 32);
      if (!isOnCurve(numberToBytesLE(y, 32))) continue;
      const name = `y = p + ${y}${sign === 1n ? ", sign bit set" : ""}`;
      cases.push(
        caseOf(`A with ${name}`, false, "A is not canonical: y ≥ p", { ...made, A: bytes }),
        caseOf(`R with ${name}`, false, "R is not canonical: y ≥ p", {
          ...made,
          signature: concatBytes(bytes, made.signature.slice(32)),
        }),
      );
    }
  }
  return cases;
}

const isOnCurve = (bytes: Uint8Array): boolean => {
  try {
    Point.fromBytes(bytes);
    return true;
  } catch {
    return false;
  }
};

function notOnCurve(): Ed25519Case[] {
  const made = signed("not on curve", utf8("not on curve"));
  const near = [2n, 3n, 4n, 5n, 6n, 7n, 8n, P - 2n, P - 3n, P - 4n];
  const ys = near.filter((y) => !isOnCurve(numberToBytesLE(y, 32)));
  return ys.flatMap((y) => {
    const bytes = numberToBytesLE(y, 32);
    const name = y < 100n ? `y = ${y}` : `y = p − ${P - y}`;
    return [
      caseOf(`A with ${name}`, false, "A is not on the curve", { ...made, A: bytes }),
      caseOf(`R with ${name}`, false, "R is not on the curve", {
        ...made,
        signature: concatBytes(bytes, made.signature.slice(32)),
      }),
    ];
  });
}

function wrongLengths(): Ed25519Case[] {
  const made = signed("lengths", utf8("lengths"));
  const { A, signature } = made;
  const zero = new Uint8Array(1);
  const keys = [
    new Uint8Array(0),
    A.slice(0, 31),
    concatBytes(A, zero),
    concatBytes(zero, A),
    concatBytes(A, A),
  ];
  const signatures = [
    new Uint8Array(0),
    signature.slice(0, 32),
    signature.slice(0, 63),
    concatBytes(signature, zero),
    concatBytes(zero, signature),
    concatBytes(signature, signature),
  ];
  return [
    ...keys.map((key, i) =>
      caseOf(`A of ${key.length} bytes (${i})`, false, "A is not 32 bytes long", { ...made, A: key }),
    ),
    ...signatures.map((bytes, i) =>
      caseOf(`signature of ${bytes.length} bytes (${i})`, false, "the signature is not 64 bytes long", {
        ...made,
        signature: bytes,
      }),
    ),
  ];
}

// --- Alterations -------------------------------------------------------------------------------------------------

const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
  const copy = bytes.slice();
  copy[bit >> 3]! ^= 1 << (bit & 7);
  return copy;
};

function altered(): Ed25519Case[] {
  const made = signed("altered", utf8("a message of some length"));
  const other = signed("other", made.M);
  const { A, M, signature } = made;
  const why = "one bit differs from a valid signature";
  return [
    ...[0, 1, 100, 254, 255].map((bit) =>
      caseOf(`A, bit ${bit} flipped`, false, why, { ...made, A: flip(A, bit) }),
    ),
    ...[0, 1, 100, 254, 255].map((bit) =>
      caseOf(`R, bit ${bit} flipped`, false, why, { ...made, signature: flip(signature, bit) }),
    ),
    ...[0, 1, 100, 251, 252, 253, 254, 255].map((bit) =>
      caseOf(`S, bit ${bit} flipped`, false, why, { ...made, signature: flip(signature, 256 + bit) }),
    ),
    ...[0, 1, 100, 8 * M.length - 1].map((bit) =>
      caseOf(`message, bit ${bit} flipped`, false, why, { ...made, M: flip(M, bit) }),
    ),
    caseOf("message without its last byte", false, "another message", { ...made, M: M.slice(0, -1) }),
    caseOf("message with a zero byte more", false, "another message", {
      ...made,
      M: concatBytes(M, new Uint8Array(1)),
    }),
    caseOf("message emptied", false, "another message", { ...made, M: new Uint8Array(0) }),
    caseOf("key of another", false, "another key", { ...made, A: other.A }),
    caseOf("R of another signature", false, "R and S do not belong together", {
      ...made,
      signature: concatBytes(other.signature.slice(0, 32), signature.slice(32)),
    }),
    caseOf("S ‖ R in place of R ‖ S", false, "the halves are swapped", {
      ...made,
      signature: concatBytes(signature.slice(32), signature.slice(0, 32)),
    }),
    caseOf("−A, −R and L − S", false, "k is another when A and R are negated", {
      A: flip(A, 255),
      M,
      signature: concatBytes(
        flip(signature.slice(0, 32), 255),
        numberToBytesLE(L - bytesToNumberLE(signature.slice(32)), 32),
      ),
    }),
  ];
}

function otherSchemes(): Ed25519Case[] {
  const made = signed("schemes", utf8("schemes"));
  return [
    caseOf("Ed25519ph", false, "signed as Ed25519ph", {
      ...made,
      signature: ed25519ph.sign(made.M, made.seed),
    }),
    caseOf("Ed25519ctx", false, "signed as Ed25519ctx", {
      ...made,
      signature: ed25519ctx.sign(made.M, made.seed, { context: utf8("context") }),
    }),
    caseOf("hash of the message", false, "the SHA-512 of the message was signed", {
      ...made,
      signature: ed25519.sign(sha512(made.M), made.seed),
    }),
  ];
}

const RFC_8032_TEST_1024_MESSAGE = [
  "08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98fa6e264bf09efe12ee50f8f54e9f77b1e355",
  "f6c50544e23fb1433ddf73be84d879de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37c93a1b270b20329d658675fc",
  "6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc1a858efcb8550ee3a5e1998bd177e93a7363c344fe6b",
  "199ee5d02e82d522c4feba15452f80288a821a579116ec6dad2b3b310da903401aa62100ab5d1a36553e06203b33890cc9b8",
  "32f79ef80560ccb9a39ce767967ed628c6ad573cb116dbefefd75499da96bd68a8a97b928a8bbc103b6621fcde2beca1231d",
  "206be6cd9ec7aff6f6c94fcd7204ed3455c68c83f4a41da4af2b74ef5c53f1d8ac70bdcb7ed185ce81bd84359d44254d9562",
  "9e9855a94a7c1958d1f8ada5d0532ed8a5aa3fb2d17ba70eb6248e594e1a2297acbbb39d502f1a8c6eb6f1ce22b3de1a1f40",
  "cc24554119a831a9aad6079cad88425de6bde1a9187ebb6092cf67bf2b13fd65f27088d78b7e883c8759d2c4f5c65adb7553",
  "878ad575f9fad878e80a0c9ba63bcbcc2732e69485bbc9c90bfbd62481d9089beccf80cfe2df16a2cf65bd92dd597b0707e0",
  "917af48bbb75fed413d238f5555a7a569d80c3414a8d0859dc65a46128bab27af87a71314f318c782b23ebfe808b82b0ce26",
  "401d2e22f04d83d1255dc51addd3b75a2b1ae0784504df543af8969be3ea7082ff7fc9888c144da2af58429ec96031dbcad3",
  "dad9af0dcbaaaf268cb8fcffead94f3c7ca495e056a9b47acdb751fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301",
  "651339e22904cc8c42f58c30c04aafdb038dda0847dd988dcda6f3bfd15c4b4c4525004aa06eeff8ca61783aacec57fb3d1f",
  "92b0fe2fd1a85f6724517b65e614ad6808d6f6ee34dff7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401ade",
  "bf5a7e08d78ff4ef5d63653a65040cf9bfd4aca7984a74d37145986780fc0b16ac451649de6188a7dbdf191f64b5fc5e2ab4",
  "7b57f7f7276cd419c17a3ca8e1b939ae49e488acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d5011fd2dcc5600a3",
  "2ef5b52a1ecc820e308aa342721aac0943bf6686b64b2579376504ccc493d97e6aed3fb0f9cd71a43dd497f01f17c0e2cb37",
  "97aa2a2f256656168e6c496afc5fb93246f6b1116398a346f1a641f3b041e989f7914f90cc2c7fff357876e506b50d334ba7",
  "7c225bc307ba537152f3f1610e4eafe595f6d9d90d11faa933a15ef1369546868a7f3a45a96768d40fd9d03412c091c6315c",
  "f4fde7cb68606937380db2eaaa707b4c4185c32eddcdd306705e4dc1ffc872eeee475a64dfac86aba41c0618983f8741c5ef",
  "68d3a101e8a3b8cac60c905c15fc910840b94c00a0b9d0",
].join("");

export const FILE = new URL("ed25519.json", import.meta.url);

/** The text of ed25519.json. */
export function fileOf(cases: readonly Ed25519Case[]): string {
  return `${JSON.stringify(cases, null, 1)}\n`;
}

if (import.meta.main) writeFileSync(FILE, fileOf(makeCases()));
