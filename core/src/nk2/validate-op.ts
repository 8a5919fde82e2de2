// What one op must fulfil: it keeps to its policy, and its kernel, as it is bound, names exactly the fields that the op declares.
import type { Hasher } from "../host.ts";
import type { PlanCode } from "./codes.ts";
import type { PlanDocument } from "./document.ts";
import { footprintDigest, type OpSpec } from "./op.ts";
import { compare } from "./reader.ts";
import type { Faults, KnownKernel } from "./validate.ts";

export function checkOp(
  host: Hasher,
  op: OpSpec,
  document: PlanDocument,
  allowed: ReadonlySet<string>,
  known: KnownKernel | undefined,
  faults: Faults,
): void {
  const { plan, policyBundle, matrix } = document;
  const fault = (code: PlanCode, field: string, message: string) =>
    faults.add(code, `/plan/ops/${op.place}/${field}`, message);

  if (op.blockIndex >= matrix.size) {
    fault(
      "block_index_out_of_bounds",
      "blockIndex",
      `is ${op.blockIndex}, the matrix has ${matrix.size} blocks`,
    );
  }
  if (!allowed.has(op.kernelHash)) {
    fault("kernel_hash_not_allowlisted", "kernelHash", `the policy does not allow ${op.kernelHash}`);
  }
  if (known === undefined) fault("kernel_missing", "kernelHash", `no kernel has the hash ${op.kernelHash}`);
  if (op.glbModeId !== policyBundle.glbModeId) {
    fault(
      "glb_mode_id_mismatch",
      "glbModeId",
      `is ${op.glbModeId}, the policy's is ${policyBundle.glbModeId}`,
    );
  }
  if (op.deltaBound <= 0n) fault("delta_bound_must_be_positive", "deltaBound", `is ${op.deltaBound}`);
  const written = new Set(op.writes);
  const both = op.reads.filter((field) => written.has(field));
  if (both.length > 0) {
    fault(
      "read_write_sets_must_be_disjoint",
      "reads",
      `${both.join(", ")}: what is written is not only read`,
    );
  }
  const digest = footprintDigest(host, op.reads, op.writes);
  if (digest !== op.footprintDigest) {
    fault("footprint_digest_mismatch", "footprintDigest", `wanted ${digest}, got ${op.footprintDigest}`);
  }
  if (known !== undefined && checkBinding(op, known, fault)) checkFootprint(op, known, fault);
  if (op.floatTouch && !policyBundle.floatPolicyAllowsTensor) {
    fault("float_policy_restricts_tensor", "floatTouch", "the policy allows no op that touches floats");
  }
  if (op.requiresModeD && plan.schedulerMode !== "id:mode.D") {
    fault("mode_d_required", "requiresModeD", `the plan's mode is ${plan.schedulerMode}`);
  }
}

type NoteFault = (code: PlanCode, field: string, message: string) => void;

/** Every slot and param of the kernel is bound, nothing else is, and no two written slots are one field. */
function checkBinding(op: OpSpec, { kernel, written, read }: KnownKernel, fault: NoteFault): boolean {
  const code = "kernel_binding_incomplete";
  let complete = true;
  const same = (field: string, wanted: readonly string[], bound: readonly (readonly [string, unknown])[]) => {
    if (wanted.length === bound.length && bound.every(([name]) => wanted.includes(name))) return;
    complete = false;
    const got = bound.map(([name]) => name);
    fault(code, field, `wanted exactly ${list(wanted)}, got ${list(got)}`);
  };
  same("bind/slots", [...written, ...read].sort(compare), op.bind.slots);
  same("bind/params", kernel.params, op.bind.params);
  const targets = fieldsOf(op, written);
  if (complete && new Set(targets).size < targets.length) {
    complete = false;
    fault(code, "bind/slots", `two slots that are written are bound to one field: ${list(targets)}`);
  }
  return complete;
}

function checkFootprint(op: OpSpec, { written, read }: KnownKernel, fault: NoteFault): void {
  const code = "kernel_outside_footprint";
  const writes = fieldsOf(op, written);
  const reads = fieldsOf(op, read).filter((field) => !writes.includes(field));
  const same = (field: "reads" | "writes", named: readonly string[]) => {
    const wanted = [...new Set(named)].sort(compare);
    const declared = op[field];
    if (wanted.length === declared.length && wanted.every((one, i) => one === declared[i])) return;
    fault(
      code,
      field,
      `the kernel, as it is bound, ${field} ${list(wanted)}; declared are ${list(declared)}`,
    );
  };
  same("writes", writes);
  same("reads", reads);
}

function fieldsOf({ bind }: OpSpec, slots: readonly string[]): readonly string[] {
  return bind.slots.filter(([slot]) => slots.includes(slot)).map(([, field]) => field);
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.join(", ");
}
