// The host that Node brings: SHA-256 and Ed25519 from node:crypto, several times faster than the portable one.
// OpenSSL's equation is the one that ed25519.ts wants: without cofactor, k reduced first, S < L. What it adds to that
// differs by version: Node 20.20 takes points of small order and keys that are not canonical, Node 24.21 does not
// (nodejs/node#64026). So nothing here relies on either; the core has refused them before.
import { createPublicKey, hash, type KeyObject, verify } from "node:crypto";
import type { Host } from "../src/host.ts";

export const nodeHost: Host = {
  sha256: (data) => hash("sha256", data, "hex"),
  verifyEd25519: (publicKey, message, signature) =>
    publicKey.length === 32 &&
    signature.length === 64 &&
    verify(null, message, importPublicKey(publicKey), signature),
};

const imported = new Map<string, KeyObject>();
const MAX_IMPORTED = 256;

/** As JWK: as fast as DER in Node 24, ten times faster in Node 20. Remembered: importing is up to a fifth of the work. */
function importPublicKey(bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
  const known = imported.get(x);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  if (imported.size >= MAX_IMPORTED) imported.clear();
  imported.set(x, key);
  return key;
}
