// Keys of signed notes (c2sp.org/signed-note). A key has a name, which is a URL without its scheme, a type, which says
// what its signatures cover, and 32 bytes of Ed25519. Its id is the first 4 bytes of H(name ‖ LF ‖ type ‖ key), and its
// text name+hex(id)+base64(type ‖ key). Types: 0x01 signs a note's text, 0x04 cosigns a checkpoint (tlog-cosignature).
import { isStrictPublicKey } from "../ed25519.ts";
import { PolicyLedgerError, quote, requireObject } from "../error.ts";
import { fromHex, toHex } from "../hash.ts";
import type { Hasher } from "../host.ts";
import { utf8, utf8Length } from "../json.ts";
import { fromBase64, toBase64 } from "./base64.ts";

export type KeyType = "log" | "witness";

/** A key that somebody decided to know. */
export interface VerifierKey {
  readonly name: string;
  readonly type: KeyType;
  /** 64 hex digits, as everywhere. */
  readonly publicKey: string;
  /** 8 hex digits. */
  readonly id: string;
}

const BYTES: Readonly<Record<KeyType, number>> = { log: 0x01, witness: 0x04 };

function isType(type: unknown): type is KeyType {
  return type === "log" || type === "witness";
}

const MAX_NAME_BYTES = 255;

/** Not empty, no white space of Unicode's, no plus sign; and no control characters, which no note may hold. */
export function isKeyName(name: unknown): name is string {
  return (
    typeof name === "string" &&
    name !== "" &&
    utf8Length(name, MAX_NAME_BYTES) <= MAX_NAME_BYTES &&
    !/[+\p{White_Space}\p{Cc}\ud800-\udfff]/u.test(name)
  );
}

export function verifierKey(host: Hasher, type: KeyType, name: string, publicKey: string): VerifierKey {
  const what = "Cannot make a verifier key";
  if (!isKeyName(name)) throw invalid(`${what}: ${quote(name)} cannot be the name of a key`);
  if (!isType(type)) throw invalid(`${what}: there is no type ${quote(type)}`);
  const key = fromHex(publicKey, 32);
  // Under a point of small order, or one written in two ways, a signature would say nothing.
  if (key === null || !isStrictPublicKey(key)) throw invalid(`${what}: ${quote(publicKey)} is no public key`);
  const start = utf8(`${name}\n`);
  const bytes = new Uint8Array(start.length + 33);
  bytes.set(start);
  bytes[start.length] = BYTES[type];
  bytes.set(key, start.length + 1);
  return { name, type, publicKey, id: host.sha256(bytes).slice(0, 8) };
}

export function formatVerifierKey(key: VerifierKey): string {
  const { name, type, publicKey, id } = requireKey(key);
  const bytes = new Uint8Array(33);
  bytes[0] = BYTES[type];
  bytes.set(fromHex(publicKey, 32)!, 1);
  return `${name}+${id}+${toBase64(bytes)}`;
}

export function parseVerifierKey(host: Hasher, text: string): VerifierKey {
  const what = "Cannot read a verifier key";
  const match =
    typeof text === "string" && text.length < 512 ? /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) : null;
  if (match === null) throw invalid(`${what}: wanted name+id+base64, got ${quote(text)}`);
  const [, name, id, encoded] = match as unknown as [string, string, string, string];
  const bytes = fromBase64(encoded);
  const type = (["log", "witness"] as const).find((one) => bytes?.[0] === BYTES[one]);
  if (bytes?.length !== 33 || type === undefined) {
    throw invalid(`${what}: wanted the base64 of 0x01 or 0x04 and 32 bytes, got ${quote(encoded)}`);
  }
  const key = verifierKey(host, type, name, toHex(bytes.subarray(1)));
  if (key.id !== id) throw invalid(`${what}: its id is ${key.id}, not ${id}`);
  return key;
}

/** Returns what it checked: a key that `verifierKey` made. */
function requireKey(key: VerifierKey): VerifierKey {
  const what = "Cannot use a verifier key";
  requireObject(key, "invalid_key", what);
  const { name, type, publicKey, id } = key;
  if (
    isKeyName(name) &&
    BYTES[type] !== undefined &&
    fromHex(publicKey, 32) !== null &&
    fromHex(id, 4) !== null
  ) {
    return key;
  }
  throw invalid(`${what}: wanted name, type, publicKey and id, got ${quote(name)}`);
}

/** Of two known keys with one name and id, nobody could say whose a signature is. */
export function requireKeys(keys: readonly VerifierKey[]): void {
  const what = "Cannot use verifier keys";
  if (!Array.isArray(keys)) throw invalid(`${what}: wanted a list, got ${quote(keys)}`);
  const seen = new Set<string>();
  for (const { name, id } of keys.map(requireKey)) {
    if (seen.has(`${id} ${name}`)) throw invalid(`${what}: ${name}+${id} stands twice among them`);
    seen.add(`${id} ${name}`);
  }
}

function invalid(message: string): PolicyLedgerError {
  return new PolicyLedgerError("invalid_key", message);
}
