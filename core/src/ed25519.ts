// Strict Ed25519 (RFC 8032, 5.1), so that every host gives the same answer. A signature R ‖ S of the message M by
// the key A holds if and only if
//   1. A is 32 bytes long and R ‖ S is 64;
//   2. A and R are canonical: y < p = 2^255 − 19, and no sign bit where x = 0 ("negative zero");
//   3. neither A nor R is of small order (1, 2, 4 or 8);
//   4. S < L, the order of the base point B;
//   5. A is on the curve, and S·B − k·A encodes to exactly the bytes of R, where k = SHA-512(R ‖ A ‖ M) mod L.
// 1 to 4 are decided here, on bytes alone; 5 is the host's.
//
// A (or R) of mixed order, that is with a torsion component but not of small order, is decided by 5 alone. Only its
// own maker can sign for such a key, 5 leaves no freedom (k is reduced first and then multiplies A as an integer), and
// finding it out would cost each host a multiplication by L. With the cofactor, a signature would hold whatever
// the torsion of R and A: there libraries differ, and comparing bytes shuts it out.
import { interleavedMSMUnsafe } from "@noble/curves/abstract/curve.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { fromHex, toHex } from "./hash.ts";
import type { Host } from "./host.ts";

/** Whether a signature holds by the rules above. Never throws: what the host's function throws on is not valid. */
export function verifyStrict(
  host: Host,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (!isStrictPublicKey(publicKey) || !isStrictSignature(signature)) return false;
  try {
    // Compared to true, so that the promise of a host that is asynchronous by mistake is not taken for a yes.
    return host.verifyEd25519(publicKey, message, signature) === true;
  } catch {
    return false;
  }
}

/** Rules 1 to 3 for A. Whether it is on the curve takes arithmetic, and comes out in rule 5. */
export function isStrictPublicKey(bytes: Uint8Array): boolean {
  return bytes instanceof Uint8Array && bytes.length === 32 && isStrictPoint(bytes);
}

/** Rules 1 to 4 for R ‖ S. */
export function isStrictSignature(bytes: Uint8Array): boolean {
  return (
    bytes instanceof Uint8Array && bytes.length === 64 && isStrictPoint(bytes) && isBelow(bytes, 32, L, 0xff)
  );
}

/**
 * The y of all points of small order, sign bit clear: 0 and two more with both signs of x, and 1 and −1, where x = 0.
 * So this list also holds every "negative zero". A test derives it from the curve.
 */
export const SMALL_ORDER_Y: readonly string[] = [
  "0000000000000000000000000000000000000000000000000000000000000000", // order 4
  "0100000000000000000000000000000000000000000000000000000000000000", // order 1
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", // order 8
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
];

const SMALL_ORDER = SMALL_ORDER_Y.map((hex) => fromHex(hex, 32)!);
const P = fromHex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 32)!;
const L = fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", 32)!;

/** Whether the first 32 bytes have y < p and are none of the points of small order. */
function isStrictPoint(bytes: Uint8Array): boolean {
  return isBelow(bytes, 0, P, 0x7f) && !SMALL_ORDER.some((y) => isPoint(bytes, y));
}

/** Whether 32 little-endian bytes, the last one masked, are less than `bound`. */
function isBelow(bytes: Uint8Array, offset: number, bound: Uint8Array, lastMask: number): boolean {
  const last = bytes[offset + 31]! & lastMask;
  if (last !== bound[31]) return last < bound[31]!;
  for (let i = 30; i >= 0; i--) {
    const byte = bytes[offset + i]!;
    if (byte !== bound[i]) return byte < bound[i]!;
  }
  return false;
}

function isPoint(bytes: Uint8Array, y: Uint8Array): boolean {
  for (let i = 0; i < 31; i++) if (bytes[i] !== y[i]) return false;
  return (bytes[31]! & 0x7f) === y[31];
}

const { Point } = ed25519;
const { Fn, BASE } = Point;

/**
 * Rule 5 in plain TypeScript, for hosts that have no Ed25519 of their own. Not in constant time: nothing is secret.
 * (noble's own verify multiplies by the cofactor, and so accepts more.)
 */
export function verifyCofactorless(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64 || !isBelow(signature, 32, L, 0xff)) return false;
  const timesMinusA = multiplierOf(publicKey);
  if (timesMinusA === null) return false;
  const hash = sha512.create().update(signature.subarray(0, 32)).update(publicKey).update(message).digest();
  const k = Fn.create(littleEndian(hash));
  const point = BASE.multiplyUnsafe(littleEndian(signature.subarray(32))).add(timesMinusA(k));
  const encoded = point.toBytes();
  return encoded.every((byte, i) => byte === signature[i]);
}

type Multiplier = (scalar: bigint) => InstanceType<typeof Point>;

const multipliers = new Map<string, Multiplier>();
const MAX_MULTIPLIERS = 64; // about 20 kB each

/** k ↦ k·(−A), or null when A is no point. Remembered, as a ledger has few agents and many entries of each. */
function multiplierOf(publicKey: Uint8Array): Multiplier | null {
  const name = toHex(publicKey);
  const known = multipliers.get(name);
  if (known !== undefined) return known;
  let minusA: InstanceType<typeof Point>;
  try {
    minusA = Point.fromBytes(publicKey).negate();
  } catch {
    return null;
  }
  if (multipliers.size >= MAX_MULTIPLIERS) multipliers.clear();
  const multiplier = buildMultiplier(minusA);
  multipliers.set(name, multiplier);
  return multiplier;
}

const PIECE_BITS = 32;
const PIECE_MASK = 0xffff_ffffn;

/**
 * Σ kᵢ·(2^32i·Q) over the eight 32-bit pieces kᵢ of k < 2^256. The doublings, which are most of a multiplication, go
 * into the table: with it, the first verification for a key costs a tenth more than without, each later one less than
 * half. The sum equals k·Q as integers, with no reduction, which matters when Q has torsion.
 */
function buildMultiplier(point: InstanceType<typeof Point>): Multiplier {
  const powers = [point];
  let power = point;
  while (powers.length < 8) {
    for (let i = 0; i < PIECE_BITS; i++) power = power.double();
    powers.push(power);
  }
  const sum = interleavedMSMUnsafe(Point, powers, 4);
  return (scalar) => sum(powers.map((_, i) => (scalar >> BigInt(i * PIECE_BITS)) & PIECE_MASK));
}

function littleEndian(bytes: Uint8Array): bigint {
  let hex = "";
  for (let i = bytes.length - 1; i >= 0; i--) hex += (bytes[i]! < 16 ? "0" : "") + bytes[i]!.toString(16);
  return BigInt(`0x${hex}`);
}
