// A plan that holds, made ready to run: fields and ops are numbers, kernels are functions. An op's number is its rank in the order of ids,
// so that ranks compare as ids do.
import type { Hasher } from "../host.ts";
import { BitLimit, compile, type Evaluate } from "./compile.ts";
import { Curvature } from "./curvature.ts";
import type { Dag } from "./dag.ts";
import type { PlanDocument } from "./document.ts";
import { nodeCount, slotsOf } from "./expression.ts";
import { taggedHash } from "./hashes.ts";
import type { OpSpec } from "./op.ts";
import { type ExecPlan, planHash } from "./plan.ts";
import type { PolicyBundle } from "./policy.ts";
import { type Potential, potentialOf } from "./potential.ts";
import type { KnownKernel, Validated } from "./validate.ts";

export interface Program {
  readonly plan: ExecPlan;
  readonly policyBundle: PolicyBundle;
  readonly planHash: string;
  readonly initialStateHash: string;
  readonly policyDigest: string;
  readonly matrixDigest: string;
  readonly matrixVersionId: string;
  readonly dag: Dag;
  readonly ops: readonly CompiledOp[];
  /** Sorted. */
  readonly fields: readonly string[];
  /** Fields' names as JSON texts. */
  readonly fieldTexts: readonly string[];
  readonly initialValues: readonly bigint[];
  readonly curvature: Curvature;
  readonly potential: Potential;
  /** Static node count of all residuals. */
  readonly contractNodes: number;
  readonly limit: BitLimit;
  /** The most ops of a batch. */
  readonly width: number;
}

export interface CompiledOp {
  readonly rank: number;
  readonly spec: OpSpec;
  readonly hash: string;
  /** Fields by number, ascending, so that they are sorted by name as well. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  readonly slots: readonly number[];
  readonly params: readonly bigint[];
  /** One for each written slot, sorted by slot, and which of `writes` it gives. */
  readonly kernel: readonly Evaluate[];
  readonly targets: readonly number[];
  /** The contracts that a write of it may change. */
  readonly contracts: readonly number[];
}

export function compileProgram(host: Hasher, document: PlanDocument, validated: Validated): Program {
  const { plan, policyBundle, matrix } = document;
  const limit = new BitLimit(plan.resourceCaps.maxBigintBits);
  const fields = fieldsOf(document);
  const numberOf = new Map(fields.map((field, i) => [field, i]));
  const potential = potentialOf(policyBundle.contracts, numberOf, limit);
  const kernels = new Map([...validated.kernels].map(([hash, known]) => [hash, compileKernel(known, limit)]));
  const context = { numberOf, touching: contractsByField(potential) };
  const opHashes: string[] = [];
  const hash = planHash(host, plan, (text) => opHashes.push(taggedHash(host, "nk2/op/v1", text)));
  const initial = new Map(document.initialState);
  return {
    plan,
    policyBundle,
    planHash: hash,
    initialStateHash: validated.initialStateHash,
    policyDigest: validated.policyDigest,
    matrixDigest: validated.matrixDigest,
    matrixVersionId: matrix.versionId,
    dag: validated.dag,
    ops: plan.ops.map((op, rank) =>
      compileOp(op, opHashes[rank]!, rank, kernels.get(op.kernelHash)!, context),
    ),
    fields,
    fieldTexts: fields.map((field) => JSON.stringify(field)),
    initialValues: fields.map((field) => initial.get(field) ?? 0n),
    curvature: new Curvature(matrix),
    potential,
    contractNodes: policyBundle.contracts.reduce((sum, { residual }) => sum + nodeCount(residual), 0),
    limit,
    width: Math.min(plan.maxParallelWidth, plan.resourceCaps.maxBatchSize ?? plan.maxParallelWidth),
  };
}

/** Every field that the plan can come across, sorted. */
function fieldsOf({ plan, initialState, policyBundle }: PlanDocument): readonly string[] {
  const fields = new Set(initialState.map(([field]) => field));
  for (const { reads, writes } of plan.ops) {
    for (const field of reads) fields.add(field);
    for (const field of writes) fields.add(field);
  }
  for (const { residual } of policyBundle.contracts) for (const field of slotsOf(residual)) fields.add(field);
  // By UTF-16 units, which for ASCII is by bytes.
  return [...fields].sort();
}

function contractsByField({ terms }: Potential): ReadonlyMap<number, readonly number[]> {
  const byField = new Map<number, number[]>();
  for (const [contract, { slots }] of terms.entries()) {
    for (const field of slots) {
      const contracts = byField.get(field);
      if (contracts === undefined) byField.set(field, [contract]);
      else contracts.push(contract);
    }
  }
  return byField;
}

/** One for all ops that touch none, as most do. */
const NO_CONTRACTS: readonly number[] = [];

interface CompiledKernel {
  /** Where the written slots stand among all slots as an op binds them. */
  readonly places: readonly number[];
  readonly evaluate: readonly Evaluate[];
}

function compileKernel({ kernel, written, read }: KnownKernel, limit: BitLimit): CompiledKernel {
  // As an op binds them: sorted.
  const slots = [...written, ...read].sort();
  const names = { slots, params: kernel.params };
  return {
    places: written.map((slot) => slots.indexOf(slot)),
    evaluate: kernel.writes.map(([, value]) => compile(value, names, limit)),
  };
}

interface Context {
  readonly numberOf: ReadonlyMap<string, number>;
  readonly touching: ReadonlyMap<number, readonly number[]>;
}

function compileOp(
  spec: OpSpec,
  hash: string,
  rank: number,
  { places, evaluate }: CompiledKernel,
  { numberOf, touching }: Context,
): CompiledOp {
  const numbers = (fields: readonly string[]) => fields.map((field) => numberOf.get(field)!);
  const writes = numbers(spec.writes);
  const slots = spec.bind.slots.map(([, field]) => numberOf.get(field)!);
  const contracts = writes.flatMap((field) => touching.get(field) ?? NO_CONTRACTS);
  return {
    rank,
    spec,
    hash,
    reads: numbers(spec.reads),
    writes,
    slots,
    params: spec.bind.params.map(([, value]) => value),
    kernel: evaluate,
    targets: places.map((place) => writes.indexOf(slots[place]!)),
    contracts: contracts.length === 0 ? NO_CONTRACTS : [...new Set(contracts)],
  };
}
