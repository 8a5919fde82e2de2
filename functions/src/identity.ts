// Whose bytes they are: the one check of a signature that lets a claim or a request for a training in.
import { isSignedBy } from "@policyledger/core";
import { Problem } from "./problem.ts";
import type { Service } from "./service.ts";

/** `what` is named in the answer: "claim" or "request". */
export function requireSigned(
  { host }: Pick<Service, "host">,
  what: "claim" | "request",
  { text, publicKey, signature }: { text: string; publicKey: string; signature: string },
): void {
  if (isSignedBy(host, text, publicKey, signature)) return;
  throw new Problem("bad_signature", `The signature is not one of key ${publicKey} over this ${what}.`, {
    faults: [{ path: "/signature", message: `does not verify over the ${what}'s canonical JSON` }],
  });
}
