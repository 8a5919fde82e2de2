// Keys and signatures for agents. A secret key is the 32-byte seed of RFC 8032, 5.1.5; keys and signatures are
// lowercase hex, as in a claim.
import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign as signBytes,
} from "node:crypto";
import { PolicyLedgerError } from "../src/error.ts";
import { fromHex } from "../src/hash.ts";
import { type KeyType, verifierKey } from "../src/log/key.ts";
import type { NoteSigner } from "../src/log/sign.ts";
import { nodeHost } from "./host.ts";

export interface KeyPair {
  readonly publicKey: string;
  readonly secretKey: string;
}

export function generateKeyPair(): KeyPair {
  const secretKey = randomBytes(32).toString("hex");
  return { publicKey: publicKeyOf(secretKey), secretKey };
}

export function publicKeyOf(secretKey: string): string {
  const { x } = createPublicKey(importSecretKey(secretKey)).export({ format: "jwk" });
  return Buffer.from(x!, "base64url").toString("hex");
}

export function sign(secretKey: string, message: Uint8Array): string {
  return signBytes(null, message, importSecretKey(secretKey)).toString("hex");
}

/** The key of a log, whose checkpoints it signs under the log's name, or of a witness. */
export function noteSigner(type: KeyType, name: string, secretKey: string): NoteSigner {
  const key = verifierKey(nodeHost, type, name, publicKeyOf(secretKey));
  return { key, sign: (message) => sign(secretKey, message) };
}

/** PKCS #8 up to the seed (RFC 8410, 7 and 10.3): version 0, id-Ed25519, an octet string in an octet string. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

function importSecretKey(secretKey: string): KeyObject {
  const seed = fromHex(secretKey, 32);
  // The message does not quote it: this is the one value that must not reach a log.
  if (seed === null) {
    throw new PolicyLedgerError("invalid_key", "Cannot use the secret key: wanted 64 lowercase hex digits");
  }
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: "der", type: "pkcs8" });
}
