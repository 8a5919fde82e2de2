// A plan's document in its normal form: canonical JSON of what was read, with the kernels that its ops use, each once, in order of
// their hashes. The plan's hash names all that is in it, so that of a plan that may run there is one such text and no other.
import { requireObject } from "../error.ts";
import type { Hasher } from "../host.ts";
import { type PlanDocument, requireDocument } from "./document.ts";
import { textObject } from "./hashes.ts";
import { kernelHash, kernelText } from "./kernel.ts";
import { matrixText } from "./matrix.ts";
import { planText } from "./plan.ts";
import { policyText } from "./policy.ts";
import { compare } from "./reader.ts";

export function planDocumentText(host: Hasher, document: PlanDocument): string {
  requireObject(host, "invalid_plan", "Cannot write a plan's document without a host");
  requireDocument(document, "Cannot write a plan's document");
  const { plan, initialState, policyBundle, matrix } = document;
  const state = textObject(initialState.map(([field, value]) => [field, `"${value}"`]));
  return (
    `{"initialState":${state},"kernels":[${usedKernels(host, document).join(",")}],"matrix":${matrixText(matrix)},` +
    `"plan":${planText(plan)},"policyBundle":${policyText(policyBundle)},"v":1}`
  );
}

function usedKernels(host: Hasher, { plan, kernels }: PlanDocument): readonly string[] {
  const used = new Set(plan.ops.map((op) => op.kernelHash));
  const byHash = new Map(kernels.map((kernel) => [kernelHash(host, kernel), kernelText(kernel)]));
  return [...byHash]
    .filter(([hash]) => used.has(hash))
    .sort(([a], [b]) => compare(a, b))
    .map(([, text]) => text);
}
