// Every answer that NK-2 can give, by its code. docs/nk2.md lists them with their meaning.

/** Why a plan is not run at all. */
export const PLAN_CODES = [
  "policy_digest_mismatch",
  "initial_state_hash_mismatch",
  "scheduler_rule_not_allowlisted",
  "max_parallel_width_exceeds_policy",
  "dag_has_cycles",
  "dag_edge_unknown_op",
  "duplicate_op_id",
  "block_index_out_of_bounds",
  "kernel_hash_not_allowlisted",
  "kernel_missing",
  "glb_mode_id_mismatch",
  "delta_bound_must_be_positive",
  "read_write_sets_must_be_disjoint",
  "footprint_digest_mismatch",
  "kernel_outside_footprint",
  "kernel_binding_incomplete",
  "resource_caps_mismatch",
  "curvature_digest_mismatch",
  "float_policy_restricts_tensor",
  "mode_d_required",
  "host_limit_exceeded",
] as const;
export type PlanCode = (typeof PLAN_CODES)[number];

/** Why an attempt failed, in the order in which one is named where several could be. */
export const FAILURE_CODES = [
  "fail.independence",
  "fail.policy_veto",
  "fail.kernel_error",
  "fail.delta_bound",
  "fail.gate_eps",
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** A cap that was crossed, which ends a run. */
export const CAP_CODES = [
  "err.cap.bigint_bits_exceeded",
  "err.cap.matrix_terms_exceeded",
  "err.cap.fields_touched_exceeded",
  "err.cap.v_eval_cost_exceeded",
  "err.cap.epsilon_exceeded",
] as const;
export type CapCode = (typeof CAP_CODES)[number];

/** A failure of an op alone, which ends a run: there is nothing left to drop or to split. */
export type TerminalCode =
  | "err.policy_veto.singleton"
  | "err.kernel_error.singleton"
  | "err.delta_bound.singleton"
  | "err.gate_eps.singleton";
