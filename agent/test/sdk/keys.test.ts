// Keys and signatures: the same bytes from WebCrypto as from the core, and claims as the format says.
import { readFileSync } from "node:fs";
import { claimId, isSignedBy, portableHasher, portableHost } from "@policyledger/core";
import { publicKeyOf, sign } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import * as sdk from "../../src/sdk/index.ts";
import {
  generateSigner,
  signClaim,
  signerOf,
  signerOfSecret,
  signTraining,
  submissionText,
} from "../../src/sdk/index.ts";

const SECRET = "01".repeat(32);
const example = JSON.parse(
  readFileSync(new URL("../../../tests/cases/worked-example.json", import.meta.url), "utf8"),
) as { readonly claim: string; readonly signature: string; readonly artifact: string };

test("@policyledger/agent exports these names and no others", () => {
  expect(Object.keys(sdk).sort()).toMatchInlineSnapshot(`
    [
      "ClientError",
      "createClient",
      "generateSigner",
      "signClaim",
      "signTraining",
      "signerOf",
      "signerOfSecret",
      "submissionText",
    ]
  `);
});

describe("signers", () => {
  test("of a secret key sign as the core does", async () => {
    const signer = await signerOfSecret(SECRET);
    const message = new TextEncoder().encode("message");
    expect(signer.publicKey).toBe(publicKeyOf(SECRET));
    expect(await signer.sign(message)).toBe(sign(SECRET, message));
  });

  test("that are new sign what their key checks, and keep their secret", async () => {
    const signer = await generateSigner();
    const signature = await signer.sign(new TextEncoder().encode("message"));
    expect(isSignedBy(portableHost, "message", signer.publicKey, signature)).toBe(true);
    await expect(crypto.subtle.exportKey("pkcs8", signer.keys.privateKey)).rejects.toThrow();
    expect((await signerOf(signer.keys)).publicKey).toBe(signer.publicKey);
  });

  test.each(["", "01", "0G".repeat(32), "AB".repeat(32)])(
    "are not made of %j, which is not said again",
    async (secret) => {
      await expect(signerOfSecret(secret)).rejects.toThrow(
        /^Cannot use the secret key: wanted 64 lowercase hex digits$/,
      );
    },
  );
});

describe("what is signed", () => {
  test("a claim is the worked example's, byte for byte", async () => {
    const wanted = JSON.parse(example.claim);
    const signer = await signerOfSecret(SECRET);
    const submission = await signClaim(signer, "docs/example", wanted, example.artifact);
    expect(submission.signature).toBe(example.signature);
    expect(claimId(portableHasher, submission.claim)).toBe(portableHasher.sha256(example.claim));
    expect(submissionText(submission)).toBe(
      `{"artifact":${example.artifact},"claim":${example.claim},"signature":"${example.signature}"}`,
    );
  });

  test("a training is signed as it is sent, without defaults", async () => {
    const signer = await signerOfSecret(SECRET);
    const training = { algorithm: "q-learning", env_id: "energy-slot-v1", seed: 1 } as const;
    const { request, signature } = await signTraining(signer, training, 9);
    const text = `{"claim_seed":9,"kind":"train","public_key":"${signer.publicKey}","training":{"algorithm":"q-learning","env_id":"energy-slot-v1","seed":1},"v":1}`;
    expect(request.training).toEqual(training);
    expect(isSignedBy(portableHost, text, signer.publicKey, signature)).toBe(true);
  });
});
