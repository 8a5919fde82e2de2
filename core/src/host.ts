// What the core asks of the machine it runs on: a hash and a signature check. Hosts that have their own bring it
// (core/node for Node); this portable one runs in every engine and gives the same answers, only slower.
import { sha256 as hashOf } from "@noble/hashes/sha2.js";
import { verifyCofactorless } from "./ed25519.ts";
import { toHex } from "./hash.ts";
import { utf8 } from "./json.ts";

export interface Host {
  /** SHA-256 as lowercase hex; a text is hashed as its UTF-8 bytes. */
  sha256(data: string | Uint8Array): string;
  /**
   * Whether S·B = R + H(R ‖ A ‖ M)·A, without cofactor, comparing encodings. The core has refused the inputs on
   * which libraries differ before it calls this (see ed25519.ts); a key or signature of a wrong form is false.
   */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** What is enough for whoever checks no signature. */
export type Hasher = Pick<Host, "sha256">;

function sha256(data: string | Uint8Array): string {
  return toHex(hashOf(typeof data === "string" ? utf8(data) : data));
}

export const portableHasher: Hasher = { sha256 };

export const portableHost: Host = { sha256, verifyEd25519: verifyCofactorless };
