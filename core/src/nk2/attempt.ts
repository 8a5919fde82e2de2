// One attempt at a batch, in five stages: planning, kernels, δ-bounds, patch, measured gate. A stage runs to its end; none follows one in
// which something failed. A cap that is crossed outranks every failure. On success the state holds what was written, otherwise it is
// as it was. The planning checks cannot fail for what the scheduler builds from a plan that holds: they are guards.
import type { CapCode, FailureCode } from "./codes.ts";
import { type BitLimit, BitsExceeded, KernelError } from "./compile.ts";
import { type Curvature, pairTerm } from "./curvature.ts";
import { absolute, squareRoot } from "./integers.ts";
import type { PotentialAt } from "./potential.ts";
import type { CompiledOp, Program } from "./program.ts";

export type AttemptResult = Passed | Failed | Capped;

/** For each op of a batch the new values of its fields, in the order of its writes. */
type NewValues = readonly (readonly bigint[])[];

export interface Passed {
  readonly kind: "passed";
  readonly written: NewValues;
  readonly epsilonMeasured: bigint;
  readonly epsilonHat: bigint;
}

export interface Failed {
  readonly kind: "failed";
  readonly code: FailureCode;
  /** The op that it is about, where it is about one. */
  readonly opId: string | null;
  readonly message: string;
  readonly epsilonHat: bigint;
  /** Where the gate was reached. */
  readonly epsilonMeasured: bigint | null;
}

export interface Capped {
  readonly kind: "capped";
  readonly code: CapCode;
  readonly opId: string | null;
  readonly message: string;
}

/** What a run carries from attempt to attempt. */
export interface Machine {
  readonly program: Program;
  readonly values: bigint[];
  readonly potential: PotentialAt;
  /** How many kernels ran; at most ops · (P + 1). */
  kernelRuns: number;
}

/** Attempts ops, in the order of their ids. */
export function attempt(machine: Machine, ops: readonly CompiledOp[]): AttemptResult {
  try {
    const epsilonHat = bound(machine.program, ops);
    const ran = planningFailure(machine.program, ops, epsilonHat) ?? runKernels(machine, ops, epsilonHat);
    // Counted by formula, so for an attempt that does not come to its gate, too.
    requireGateCost(machine.program, ops);
    if ("kind" in ran) return ran;
    return deltaFailure(machine, ops, ran, epsilonHat) ?? patchAndMeasure(machine, ops, ran, epsilonHat);
  } catch (error) {
    if (error instanceof Crossing) return { kind: "capped", ...error.cap };
    throw error;
  }
}

/** The bound ε̂ of a batch as its attempt computes it, or the cap that is crossed on the way there. */
export function plannedBound(program: Program, ops: readonly CompiledOp[]): bigint | Capped {
  try {
    return bound(program, ops);
  } catch (error) {
    if (error instanceof Crossing) return { kind: "capped", ...error.cap };
    throw error;
  }
}

/** A cap that was crossed; it never leaves this file. */
class Crossing extends Error {
  readonly cap: Omit<Capped, "kind">;

  constructor(code: CapCode, opId: string | null, message: string) {
    super(message);
    this.cap = { code, opId, message };
  }
}

/** Holds what a function computes to the cap on bits, and names the op that it is computed for. */
function bounded<T>(op: CompiledOp | null, compute: () => T): T {
  try {
    return compute();
  } catch (error) {
    throw error instanceof BitsExceeded ? crossedBits(op, error) : error;
  }
}

function crossedBits(op: CompiledOp | null, { message }: BitsExceeded): Crossing {
  return new Crossing("err.cap.bigint_bits_exceeded", op?.spec.opId ?? null, message);
}

/** Stage 1, its caps: fields, terms of the matrix, and the bound ε̂(B) = Σ a² + Σ floor(M · a · b), which it gives. */
function bound({ plan, curvature, limit }: Program, ops: readonly CompiledOp[]): bigint {
  const { maxFieldsTouchedPerOp, maxMatrixAccumTerms, maxEpsilon } = plan.resourceCaps;
  for (const { reads, writes, spec } of ops) {
    const touched = reads.length + writes.length;
    if (touched <= maxFieldsTouchedPerOp) continue;
    const message = `${touched} fields, at most ${maxFieldsTouchedPerOp} are allowed`;
    throw new Crossing("err.cap.fields_touched_exceeded", spec.opId, message);
  }
  const terms = (ops.length * (ops.length - 1)) / 2;
  if (terms > maxMatrixAccumTerms) {
    const message = `${terms} terms, at most ${maxMatrixAccumTerms} are allowed`;
    throw new Crossing("err.cap.matrix_terms_exceeded", null, message);
  }
  let sum = 0n;
  for (const [k, op] of ops.entries()) sum += bounded(op, () => ownTerms(curvature, limit, ops, k));
  if (maxEpsilon !== null && sum > maxEpsilon) {
    throw new Crossing(
      "err.cap.epsilon_exceeded",
      null,
      `a bound of ${sum}, at most ${maxEpsilon} is allowed`,
    );
  }
  return sum;
}

/** What the op in place k adds to the bound: its square, and its pairs with those before it. */
function ownTerms(curvature: Curvature, limit: BitLimit, ops: readonly CompiledOp[], k: number): bigint {
  const { blockIndex, deltaBound } = ops[k]!.spec;
  let sum = limit.product(deltaBound, deltaBound);
  for (let i = 0; i < k; i++) {
    const other = ops[i]!.spec;
    sum += pairTerm(curvature.between(blockIndex, other.blockIndex), deltaBound, other.deltaBound, limit);
  }
  return sum;
}

/** Stage 1: independence and the mode rules. The scheduler and validation have seen to both. */
export function planningFailure(
  program: Program,
  ops: readonly CompiledOp[],
  epsilonHat: bigint,
): Failed | null {
  const { plan, policyBundle } = program;
  const touched = new Map<number, "read" | "written">();
  for (const { reads, writes, spec } of ops) {
    const clash =
      writes.find((field) => touched.has(field)) ?? reads.find((field) => touched.get(field) === "written");
    if (clash !== undefined) {
      const message = `another op of the batch touches ${program.fields[clash]}`;
      return failed("fail.independence", spec.opId, message, epsilonHat);
    }
    for (const field of reads) touched.set(field, "read");
    for (const field of writes) touched.set(field, "written");
  }
  for (const { spec } of ops) {
    const mode = spec.requiresModeD && plan.schedulerMode !== "id:mode.D";
    if (!mode && (!spec.floatTouch || policyBundle.floatPolicyAllowsTensor)) continue;
    const message = mode ? `it needs id:mode.D, the plan's is ${plan.schedulerMode}` : "it touches floats";
    return failed("fail.policy_veto", spec.opId, message, epsilonHat);
  }
  return null;
}

/** Stage 2: every kernel sees the same state; one that fails does not keep the others from running. */
function runKernels(machine: Machine, ops: readonly CompiledOp[], epsilonHat: bigint): NewValues | Failed {
  const written: bigint[][] = [];
  let failure: Failed | null = null;
  for (const op of ops) {
    machine.kernelRuns += 1;
    const frame = { values: machine.values, slots: op.slots, params: op.params };
    const result: bigint[] = Array(op.writes.length);
    try {
      for (let i = 0; i < op.kernel.length; i++) result[op.targets[i]!] = op.kernel[i]!(frame);
    } catch (error) {
      if (error instanceof BitsExceeded) throw crossedBits(op, error);
      if (!(error instanceof KernelError)) throw error;
      failure ??= failed("fail.kernel_error", op.spec.opId, error.message, epsilonHat);
    }
    written.push(result);
  }
  return failure ?? written;
}

/** Stage 3: what an op changes, as a length, is within the bound that it declared. */
function deltaFailure(
  { values }: Machine,
  ops: readonly CompiledOp[],
  written: NewValues,
  epsilonHat: bigint,
): Failed | null {
  for (const [i, { writes, spec }] of ops.entries()) {
    let squares = 0n;
    for (let k = 0; k < writes.length; k++) {
      const change = written[i]![k]! - values[writes[k]!]!;
      squares += change * change;
    }
    const delta = squareRoot(squares);
    if (delta <= spec.deltaBound) continue;
    const message = `it changes the state by ${delta}, its bound is ${spec.deltaBound}`;
    return failed("fail.delta_bound", spec.opId, message, epsilonHat);
  }
  return null;
}

/** By formula: V at x, at x', and at each x̃, though less has to be computed. */
function requireGateCost({ plan, contractNodes }: Program, ops: readonly CompiledOp[]): void {
  const cost = contractNodes * (ops.length + 2);
  const most = plan.resourceCaps.maxVEvalCost;
  if (cost <= most) return;
  throw new Crossing("err.cap.v_eval_cost_exceeded", null, `a cost of ${cost}, at most ${most} is allowed`);
}

/** Stages 4 and 5: ε = [V(x') − V(x)] − Σ [V(x̃) − V(x)], where x̃ has one op's writes alone and x' all of them. */
function patchAndMeasure(
  { program, values, potential }: Machine,
  ops: readonly CompiledOp[],
  written: NewValues,
  epsilonHat: bigint,
): Passed | Failed {
  const before = ops.map(({ writes }) => writes.map((field) => values[field]!));
  const put = (op: number, news: readonly bigint[]) => {
    const { writes } = ops[op]!;
    for (let k = 0; k < writes.length; k++) values[writes[k]!] = news[k]!;
  };
  let accepted = false;
  try {
    const v = bounded(null, () => potential.value());
    let apart = 0n;
    for (const [i, op] of ops.entries()) {
      if (op.contracts.length === 0) continue;
      put(i, written[i]!);
      apart += bounded(op, () => potential.valueWith(op.contracts)) - v;
      put(i, before[i]!);
    }
    for (const i of ops.keys()) put(i, written[i]!);
    const touched = contractsOf(ops);
    const epsilonMeasured = bounded(null, () => potential.valueWith(touched)) - v - apart;
    const refused = gateFailure(program, epsilonMeasured, epsilonHat);
    if (refused !== null) return refused;
    accepted = true;
    potential.commit(touched);
    return { kind: "passed", written, epsilonMeasured, epsilonHat };
  } finally {
    if (!accepted) for (const i of ops.keys()) put(i, before[i]!);
  }
}

/** The measured gate: no more than the bound, and no more than the policy allows. */
export function gateFailure(
  { policyBundle }: Program,
  epsilonMeasured: bigint,
  epsilonHat: bigint,
): Failed | null {
  const size = absolute(epsilonMeasured);
  const { maxEpsilon } = policyBundle;
  if (size <= epsilonHat && (maxEpsilon === null || size <= maxEpsilon)) return null;
  const most = size > epsilonHat ? `its bound is ${epsilonHat}` : `the policy allows ${maxEpsilon}`;
  const message = `the batch bends V by ${epsilonMeasured}, ${most}`;
  return { ...failed("fail.gate_eps", null, message, epsilonHat), epsilonMeasured };
}

function contractsOf(ops: readonly CompiledOp[]): readonly number[] {
  if (ops.length === 1) return ops[0]!.contracts;
  const all = ops.flatMap(({ contracts }) => contracts);
  return all.length > 1 ? [...new Set(all)] : all;
}

function failed(code: FailureCode, opId: string | null, message: string, epsilonHat: bigint): Failed {
  return { kind: "failed", code, opId, message, epsilonHat, epsilonMeasured: null };
}
