// Keys of agents: what signs, and a signer on WebCrypto, whose secret need not be readable by anyone.
import { ClientError } from "./error.ts";

export interface Signer {
  /** Ed25519, 32 bytes in lowercase hex: the agent's identity. */
  readonly publicKey: string;
  /** The signature in lowercase hex. */
  sign(message: Uint8Array<ArrayBuffer>): string | Promise<string>;
}

/** A new key. Unless it is `extractable`, not even this page can read its secret. */
export async function generateSigner({
  extractable = false,
} = {}): Promise<Signer & { readonly keys: CryptoKeyPair }> {
  const keys = (await crypto.subtle.generateKey("Ed25519", extractable, ["sign", "verify"])) as CryptoKeyPair;
  return { ...(await signerOf(keys)), keys };
}

/** A signer of keys that are kept as they are, such as in a browser's IndexedDB. */
export async function signerOf({ privateKey, publicKey }: CryptoKeyPair): Promise<Signer> {
  const raw = await crypto.subtle.exportKey("raw", publicKey);
  return {
    publicKey: hex(raw),
    sign: async (message) => hex(await crypto.subtle.sign("Ed25519", privateKey, message)),
  };
}

/** PKCS #8 up to the seed (RFC 8410, 7 and 10.3): version 0, id-Ed25519, an octet string in an octet string. */
const PKCS8_PREFIX = "302e020100300506032b657004220420";

/** A signer of a secret key as the command line keeps it: the 32-byte seed of RFC 8032, in hex. */
export async function signerOfSecret(secretKey: string): Promise<Signer> {
  if (!/^[0-9a-f]{64}$/.test(secretKey)) {
    throw new ClientError("invalid_argument", "Cannot use the secret key: wanted 64 lowercase hex digits");
  }
  const pkcs8 = bytes(PKCS8_PREFIX + secretKey);
  // Extractable for a moment: the public key is part of its JWK, and WebCrypto has no other way to it.
  const readable = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", readable);
  const jwk = { kty: "OKP", crv: "Ed25519", x: x! };
  const [privateKey, publicKey] = await Promise.all([
    crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]),
    crypto.subtle.importKey("jwk", jwk, "Ed25519", true, ["verify"]),
  ]);
  return signerOf({ privateKey, publicKey });
}

function hex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
