// Makes a plan's document of a draft, for authors: kernels are named by words, and all that follows from the rest is filled in:
// footprints, digests, hashes, allow-lists. docs/nk2.md says what may be left out. A draft says the same thing each time, so sealing
// it gives the same document.
import { quote, requireObject } from "../error.ts";
import type { Hasher } from "../host.ts";
import { type Json, type JsonObject, pointer } from "../json.ts";
import { acceptPlanDocument, type PlanDocument } from "./document.ts";
import { kernelHash, readKernel, slotsOfKernel } from "./kernel.ts";
import { matrixDigest, readMatrix } from "./matrix.ts";
import { footprintDigest } from "./op.ts";
import { policyDigest, readPolicy } from "./policy.ts";
import { compare, Reader } from "./reader.ts";
import { readState, stateHash } from "./state.ts";

const WHAT = "Cannot seal plan";
const RULE = "greedy.curv.v1";
const GLB_MODE = "glb:none";
const NO_MATRIX = { versionId: "id:curvature.rational_scaled.v1", size: 1, entries: [] };

/** Throws `invalid_plan` with every fault, paths leading into the draft. Whether the plan may run is for `checkPlan`. */
export function sealPlan(host: Hasher, draft: Json): PlanDocument {
  requireObject(host, "invalid_plan", `${WHAT} without a host`);
  const reader = new Reader();
  const given = reader.fields({ matrix: NO_MATRIX, ...objectAt(reader, draft, "") }, "", FIELDS);
  const kernels = readKernels(host, reader, given.kernels);
  const matrix = readMatrix(reader, given.matrix, "/matrix");
  reader.refuse("invalid_plan", WHAT);
  const policyBundle: JsonObject = {
    allowedSchedulerRules: [RULE],
    allowedKernelHashes: [...kernels.values()].map(({ hash }) => hash),
    glbModeId: GLB_MODE,
    floatPolicyAllowsTensor: false,
    contracts: [],
    maxEpsilon: null,
    ...objectAt(reader, given.policyBundle, "/policyBundle"),
    curvatureMatrixDigest: matrixDigest(host, matrix),
  };
  const digest = policyDigest(host, readPolicy(new Reader(), policyBundle, ""));
  const state = readState(new Reader(), given.initialState, "");
  const plan = objectAt(reader, given.plan, "/plan");
  const ops = reader.list(plan.ops, "/plan/ops", (op, path) =>
    sealOp(host, reader, op, path, kernels, policyBundle),
  );
  reader.refuse("invalid_plan", WHAT);
  return acceptPlanDocument({
    v: given.v as Json,
    plan: {
      dagEdges: [],
      schedulerRuleId: RULE,
      schedulerMode: "id:mode.S",
      abortOnKernelError: true,
      ...plan,
      ops,
      policyBundleId: policyBundle.bundleId ?? null,
      policyDigest: digest,
      initialStateHash: stateHash(host, state),
      resourceCaps: policyBundle.resourceCaps ?? null,
    },
    initialState: given.initialState as Json,
    policyBundle,
    kernels: [...kernels.values()].map(({ kernel }) => kernel),
    matrix: given.matrix as Json,
  });
}

const FIELDS = ["v", "plan", "initialState", "policyBundle", "kernels", "matrix"];

interface Named {
  readonly kernel: Json;
  readonly hash: string;
  readonly written: readonly string[];
  readonly read: readonly string[];
}

/** {"name": kernel}; a kernel without params may leave them out. */
function readKernels(host: Hasher, reader: Reader, value: unknown): ReadonlyMap<string, Named> {
  const named = new Map<string, Named>();
  for (const [name, one] of Object.entries(reader.object(value, "/kernels"))) {
    const path = `/kernels${pointer([name])}`;
    reader.identifier(name, "/kernels", name);
    const kernel = { params: [], ...objectAt(reader, one, path) };
    const read = readKernel(reader, kernel, path);
    named.set(name, { kernel, hash: kernelHash(host, read), ...slotsOfKernel(read) });
  }
  return named;
}

function sealOp(
  host: Hasher,
  reader: Reader,
  value: unknown,
  path: string,
  kernels: ReadonlyMap<string, Named>,
  { glbModeId }: JsonObject,
): JsonObject {
  const { kernel: name, ...op } = objectAt(reader, value, path);
  const kernel = typeof name === "string" ? kernels.get(name) : undefined;
  if (kernel === undefined) {
    reader.note(path, "kernel", `the draft has no kernel ${quote(name)}`);
    return {};
  }
  const bind = { slots: {}, params: {}, ...objectAt(reader, op.bind ?? {}, `${path}/bind`) };
  const slots = objectAt(reader, bind.slots, `${path}/bind/slots`);
  const fields = (names: readonly string[]) => {
    const bound = names.map((slot) => (Object.hasOwn(slots, slot) ? slots[slot] : null));
    return [...new Set(bound.filter((field) => typeof field === "string"))].sort(compare);
  };
  const writes = fields(kernel.written);
  const reads = fields(kernel.read).filter((field) => !writes.includes(field));
  return {
    blockIndex: 0,
    requiresModeD: false,
    floatTouch: false,
    glbModeId: glbModeId ?? null,
    ...op,
    bind,
    kernelHash: kernel.hash,
    reads,
    writes,
    footprintDigest: footprintDigest(host, reads, writes),
  };
}

function objectAt(reader: Reader, value: unknown, path: string): JsonObject {
  return reader.object(value ?? null, path) as JsonObject;
}
