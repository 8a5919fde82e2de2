// A plan with all that it takes to run it: {"v": 1, "plan", "initialState", "policyBundle", "kernels", "matrix"}, strict JSON, read
// once, with all its faults. What was read is normalised and trusted; whether it may run is for validate.ts.
import { PolicyLedgerError, quote } from "../error.ts";
import { type Json, parseJson } from "../json.ts";
import { MAX_PLAN_BYTES, MAX_PLAN_JSON_DEPTH } from "../limits.ts";
import { type Kernel, readKernel } from "./kernel.ts";
import { type CurvatureMatrix, readMatrix } from "./matrix.ts";
import { type ExecPlan, readPlan } from "./plan.ts";
import { type PolicyBundle, readPolicy } from "./policy.ts";
import { Reader } from "./reader.ts";
import { readState, type State } from "./state.ts";

/** Made by `parsePlanDocument` and `acceptPlanDocument` only. */
export class PlanDocument {
  readonly plan: ExecPlan;
  readonly initialState: State;
  readonly policyBundle: PolicyBundle;
  readonly kernels: readonly Kernel[];
  readonly matrix: CurvatureMatrix;

  constructor(reader: Reader, value: unknown, path: string) {
    const fields = reader.fields(value, path, [
      "v",
      "plan",
      "initialState",
      "policyBundle",
      "kernels",
      "matrix",
    ]);
    if (fields.v !== undefined && fields.v !== 1) reader.note(path, "v", `wanted 1, got ${quote(fields.v)}`);
    this.plan = readPlan(reader, fields.plan, `${path}/plan`);
    this.initialState = readState(reader, fields.initialState, `${path}/initialState`);
    this.policyBundle = readPolicy(reader, fields.policyBundle, `${path}/policyBundle`);
    this.kernels = reader.list(fields.kernels, `${path}/kernels`, (one, at) => readKernel(reader, one, at));
    this.matrix = readMatrix(reader, fields.matrix, `${path}/matrix`);
    reader.refuse("invalid_plan", "Cannot accept plan");
  }
}

/** Parses a plan's document from strict JSON. A host that reads from strangers gives a smaller bound. */
export function parsePlanDocument(input: string | Uint8Array, maxBytes = MAX_PLAN_BYTES): PlanDocument {
  return acceptPlanDocument(parseJson(input, { maxBytes, maxDepth: MAX_PLAN_JSON_DEPTH }));
}

/** The same of strict JSON that is parsed already; `path` is where it stands in a larger whole. */
export function acceptPlanDocument(value: Json, path = ""): PlanDocument {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    const message = `wanted an object, got ${quote(value)}`;
    throw new PolicyLedgerError("invalid_plan", `Cannot accept plan: ${message}`, [{ path, message }]);
  }
  return new PlanDocument(new Reader(), value, path);
}

export function requireDocument(document: PlanDocument, what: string): void {
  if (document instanceof PlanDocument) return;
  const message = "wanted a document that parsePlanDocument or acceptPlanDocument gave";
  throw new PolicyLedgerError("invalid_plan", `${what}: ${message}`, [{ path: "", message }]);
}
