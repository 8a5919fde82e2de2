// How NK-2 hashes: SHA-256(tag ‖ 0x00 ‖ canonical JSON), with a tag for each kind of object, so that no object of one kind
// has the hash of another. The canonical JSON is that of the *normalised* object: sets, ops and edges sorted, each once.
// It is written by hand, field by field in RFC 8785's order: all of it is ASCII, and a plan has a hundred thousand ops.
import type { Hasher } from "../host.ts";

export type Tag =
  | "nk2/state/v1"
  | "nk2/kernel/v1"
  | "nk2/footprint/v1"
  | "nk2/op/v1"
  | "nk2/plan/v1"
  | "nk2/policy/v1"
  | "nk2/matrix/v1"
  | "nk2/writes/v1"
  | "nk2/state-chain/v1"
  | "nk2/genesis/v1"
  | "nk2/commit-receipt/v1";

export function taggedHash(host: Hasher, tag: Tag, text: string): string {
  return host.sha256(`${tag}\0${text}`);
}

export function textList(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(",")}]`;
}

const PIECE = 256;

/**
 * The texts of many things, with commas between them. Joined piece by piece: a text that was put together keeps all its parts alive until
 * it is joined, and those of a hundred thousand ops are dear to keep.
 */
export function joinedTexts<T>(things: readonly T[], textOf: (thing: T) => string): string {
  let joined = "";
  for (let at = 0; at < things.length; at += PIECE) {
    const piece = things
      .slice(at, at + PIECE)
      .map(textOf)
      .join(",");
    joined += at === 0 ? piece : `,${piece}`;
  }
  return joined;
}

/** The canonical JSON of an object whose fields are given in order. */
export function textObject(fields: readonly (readonly [string, string])[]): string {
  return `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`;
}
