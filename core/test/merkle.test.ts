// The Merkle tree against Certificate Transparency's published vectors, and against RFC 6962's definition for every small tree.
import { describe, expect, test } from "vitest";
import { leafHash } from "../src/hash.ts";
import { portableHost } from "../src/host.ts";
import { merkleRoot } from "../src/merkle.ts";
import { rootOf } from "./nk2/naive.ts";
import { refusal } from "./refusal.ts";
import { host } from "./samples.ts";

/** google/certificate-transparency, merkletree tests: eight leaves, and the root over the first one, two, three … of them. */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

const leafOf = (hex: string) => host.sha256(Buffer.concat([Buffer.from([0]), Buffer.from(hex, "hex")]));

describe("merkleRoot", () => {
  test("of an empty tree is the hash of nothing", () => {
    expect(merkleRoot(host, [])).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  });

  test("gives the published roots", () => {
    expect(ROOTS.map((_, i) => merkleRoot(host, LEAVES.slice(0, i + 1).map(leafOf)))).toEqual(ROOTS);
  });

  test("gives what RFC 6962 defines, for every tree of up to 70 leaves, with every host", () => {
    const texts = Array.from({ length: 70 }, (_, i) => `leaf ${i}`);
    for (let size = 0; size <= texts.length; size++) {
      const some = texts.slice(0, size);
      const wanted = rootOf(some.map((text) => Buffer.from(text))).toString("hex");
      const hashes = some.map((text) => leafHash(host, text));
      expect(merkleRoot(host, hashes)).toBe(wanted);
      expect(merkleRoot(portableHost, hashes)).toBe(wanted);
    }
  });

  test("depends on every bit of every leaf, and on their order", () => {
    const leaves = LEAVES.map(leafOf);
    const root = merkleRoot(host, leaves);
    for (const [i, leaf] of leaves.entries()) {
      for (let bit = 0; bit < 256; bit++) {
        const bytes = Buffer.from(leaf, "hex");
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        expect(merkleRoot(host, leaves.with(i, bytes.toString("hex")))).not.toBe(root);
      }
    }
    expect(merkleRoot(host, leaves.toReversed())).not.toBe(root);
  });

  test.each([[["x"]], [[ROOTS[0], ROOTS[0]!.toUpperCase()]], [[7]], [[null]]])(
    "refuses what is no hash: %j",
    (leaves) => {
      expect(refusal(() => merkleRoot(host, leaves as never))).toMatchObject({
        code: "invalid_tree",
        faults: [{ path: `/${leaves.length - 1}` }],
      });
    },
  );

  test.each([null, undefined, 7, "x", {}])("refuses what is no list: %j", (leaves) => {
    expect(refusal(() => merkleRoot(host, leaves as never)).code).toBe("invalid_tree");
  });
});
