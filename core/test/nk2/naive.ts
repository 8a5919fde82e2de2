// NK-2 once more, from its specification and as plainly as can be: what the runtime is compared with. It works on the document's JSON,
// looks at every ready op for every place of a batch, evaluates V anew at every state, and knows nothing of the runtime's own parts.
import { canonical } from "../canonical.ts";
import { host } from "../samples.ts";

// biome-ignore lint/suspicious/noExplicitAny: it is the raw document that is looked at
type Raw = any;
type Values = Map<string, bigint>;

export interface NaiveAttempt {
  readonly batch: readonly string[];
  readonly result: string;
  readonly epsilonHat?: bigint;
  readonly epsilonMeasured?: bigint;
}

export interface NaiveRun {
  readonly end: string;
  readonly attempts: readonly NaiveAttempt[];
  readonly state: readonly (readonly [string, string])[];
  readonly statistics: Record<string, number>;
  readonly receipts: { genesis: string; commits: Raw[] };
  readonly finalCommitHash: string;
  readonly kernelRuns: number;
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const abs = (n: bigint) => (n < 0n ? -n : n);
const bits = (n: bigint) => (n === 0n ? 0 : abs(n).toString(2).length);
const tagged = (tag: string, value: Raw) => host.sha256(`nk2/${tag}/v1\0${canonical(value)}`);

class Stop extends Error {}

/** Floor and rest of a division, from their definition. */
function floorOf(a: bigint, b: bigint): bigint {
  if (b < 0n) return floorOf(-a, -b);
  return a >= 0n ? a / b : -((-a + b - 1n) / b);
}

export function naiveRun(document: Raw): NaiveRun {
  const { plan, policyBundle } = document;
  const caps = plan.resourceCaps;
  const ops: Raw[] = [...plan.ops].sort((a, b) => byBytes(a.opId, b.opId));
  const kernels = new Map<string, Raw>(
    document.kernels.map((kernel: Raw) => [
      tagged("kernel", { ...kernel, params: [...kernel.params].sort(byBytes) }),
      kernel,
    ]),
  );
  const entries = new Map<string, Raw>(document.matrix.entries.map((e: Raw) => [`${e.i},${e.j}`, e.value]));
  const x: Values = new Map(Object.entries<string>(document.initialState).map(([f, v]) => [f, BigInt(v)]));
  const read = (values: Values, field: string) => values.get(field) ?? 0n;

  const fit = (n: bigint) => {
    if (bits(n) > caps.maxBigintBits) throw new Stop("err.cap.bigint_bits_exceeded");
    return n;
  };

  function evaluate(e: Raw, get: (slot: string) => bigint, param: (name: string) => bigint): bigint {
    if (typeof e === "string") return fit(BigInt(e));
    const [operator, rest] = Object.entries<Raw>(e)[0]!;
    const ev = (i: number): bigint => evaluate(rest[i], get, param);
    const fold = (join: (a: bigint, b: bigint) => bigint) => {
      let value = ev(0);
      for (let i = 1; i < rest.length; i++) value = fit(join(value, ev(i)));
      return value;
    };
    switch (operator) {
      case "get":
        return fit(get(rest));
      case "param":
        return fit(param(rest));
      case "add":
        return fold((a, b) => a + b);
      case "sub":
        return fold((a, b) => a - b);
      case "mul":
        return fold((a, b) => a * b);
      case "min":
        return fold((a, b) => (a < b ? a : b));
      case "max":
        return fold((a, b) => (a < b ? b : a));
      case "div":
      case "mod": {
        const [a, b] = [ev(0), ev(1)];
        if (b === 0n) throw new Stop("fail.kernel_error");
        return fit(operator === "div" ? floorOf(a, b) : a - b * floorOf(a, b));
      }
      case "neg":
        return -ev(0);
      case "abs":
        return abs(ev(0));
      case "not":
        return ev(0) === 0n ? 1n : 0n;
      case "eq":
        return ev(0) === ev(1) ? 1n : 0n;
      case "lt":
        return ev(0) < ev(1) ? 1n : 0n;
      case "and":
        for (let i = 0; i < rest.length; i++) if (ev(i) === 0n) return 0n;
        return 1n;
      case "or":
        for (let i = 0; i < rest.length; i++) if (ev(i) !== 0n) return 1n;
        return 0n;
      case "if":
        return ev(0) !== 0n ? ev(1) : ev(2);
    }
    throw new Error(`no operator ${operator}`);
  }

  const nodes = (e: Raw): number => {
    if (typeof e === "string") return 1;
    const [operator, rest] = Object.entries<Raw>(e)[0]!;
    return operator === "get" || operator === "param"
      ? 1
      : rest.reduce((n: number, r: Raw) => n + nodes(r), 1);
  };

  /** V, summed as one fraction and rounded half to even. */
  function v(values: Values): bigint {
    let [num, den] = [0n, 1n];
    for (const { weight, residual } of policyBundle.contracts) {
      const r = evaluate(
        residual,
        (field) => read(values, field),
        () => 0n,
      );
      const term = fit(fit(r * r) * BigInt(weight.num));
      num = num * BigInt(weight.den) + term * den;
      den *= BigInt(weight.den);
    }
    const down = num / den;
    const twice = 2n * (num - down * den);
    return twice > den || (twice === den && down % 2n === 1n) ? down + 1n : down;
  }

  const entry = (o: Raw, p: Raw) => {
    const [i, j] = [o.blockIndex, p.blockIndex].sort((a, b) => a - b);
    return entries.get(`${i},${j}`);
  };
  const pair = (o: Raw, p: Raw): bigint => {
    const m = entry(o, p);
    return m === undefined
      ? 0n
      : floorOf(BigInt(m.num) * BigInt(o.deltaBound) * BigInt(p.deltaBound), BigInt(m.den));
  };
  const clash = (o: Raw, p: Raw) =>
    o.writes.some((f: string) => p.writes.includes(f) || p.reads.includes(f)) ||
    o.reads.some((f: string) => p.writes.includes(f));

  function schedule(ready: Raw[]): Raw[] {
    const batch: Raw[] = [];
    while (
      batch.length < plan.maxParallelWidth &&
      batch.length < (caps.maxBatchSize ?? Number.POSITIVE_INFINITY)
    ) {
      const feasible = ready.filter((o) => !batch.includes(o) && !batch.some((p) => clash(o, p)));
      if (feasible.length === 0) break;
      const cost = (o: Raw) => batch.reduce((sum, p) => sum + pair(o, p), 0n);
      const costs = feasible.map((o) => ({ o, c: cost(o) }));
      costs.sort((a, b) => (a.c < b.c ? -1 : a.c > b.c ? 1 : byBytes(a.o.opId, b.o.opId)));
      batch.push(costs[0]!.o);
    }
    return batch;
  }

  let kernelRuns = 0;
  function attempt(batch: Raw[]): {
    result: string;
    epsilonHat?: bigint;
    epsilonMeasured?: bigint;
    writes?: Map<Raw, Values>;
  } {
    const sorted = [...batch].sort((a, b) => byBytes(a.opId, b.opId));
    for (const o of sorted)
      if (o.reads.length + o.writes.length > caps.maxFieldsTouchedPerOp)
        return { result: "err.cap.fields_touched_exceeded" };
    const n = batch.length;
    if ((n * (n - 1)) / 2 > caps.maxMatrixAccumTerms) return { result: "err.cap.matrix_terms_exceeded" };
    let epsilonHat = 0n;
    try {
      for (const [k, o] of sorted.entries()) {
        epsilonHat += fit(BigInt(o.deltaBound) * BigInt(o.deltaBound));
        for (const p of sorted.slice(0, k)) {
          const m = entry(o, p);
          if (m !== undefined) fit(BigInt(m.num) * BigInt(o.deltaBound) * BigInt(p.deltaBound));
          epsilonHat += pair(o, p);
        }
      }
    } catch (error) {
      return { result: (error as Stop).message };
    }
    if (caps.maxEpsilon !== null && epsilonHat > BigInt(caps.maxEpsilon))
      return { result: "err.cap.epsilon_exceeded" };

    let result = "";
    const writes = new Map<Raw, Values>();
    for (const o of sorted) {
      kernelRuns += 1;
      const kernel = kernels.get(o.kernelHash);
      const news: Values = new Map();
      try {
        for (const slot of Object.keys(kernel.writes).sort(byBytes)) {
          const get = (name: string) => read(x, o.bind.slots[name]);
          news.set(
            o.bind.slots[slot],
            evaluate(kernel.writes[slot], get, (p) => BigInt(o.bind.params[p])),
          );
        }
      } catch (error) {
        if (!(error instanceof Stop)) throw error;
        if (error.message.startsWith("err.cap")) return { result: error.message };
        result ||= error.message;
      }
      writes.set(o, news);
    }
    const cost = policyBundle.contracts.reduce((sum: number, c: Raw) => sum + nodes(c.residual), 0) * (n + 2);
    if (cost > caps.maxVEvalCost) return { result: "err.cap.v_eval_cost_exceeded" };
    if (result !== "") return { result, epsilonHat };
    for (const [o, news] of writes) {
      const squares = [...news].reduce(
        (sum, [f, value]) => sum + (value - read(x, f)) * (value - read(x, f)),
        0n,
      );
      // floor(√s) ≤ b, without a root.
      const most = BigInt(o.deltaBound) + 1n;
      if (squares >= most * most) return { result: "fail.delta_bound", epsilonHat };
    }
    try {
      const patched = (of: Iterable<Values>) => new Map([...x, ...[...of].flatMap((news) => [...news])]);
      const before = v(x);
      let epsilonMeasured = v(patched(writes.values())) - before;
      for (const news of writes.values()) epsilonMeasured -= v(patched([news])) - before;
      const most = policyBundle.maxEpsilon;
      const passes =
        abs(epsilonMeasured) <= epsilonHat && (most === null || abs(epsilonMeasured) <= BigInt(most));
      return { result: passes ? "committed" : "fail.gate_eps", epsilonHat, epsilonMeasured, writes };
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      return { result: error.message };
    }
  }

  const stateHash = tagged(
    "state",
    [...x]
      .filter(([, value]) => value !== 0n)
      .sort(([a], [b]) => byBytes(a, b))
      .map(([f, value]) => [f, `${value}`]),
  );
  const genesis = tagged("genesis", { planHash: planHashOf(plan), initialStateHash: stateHash });
  let [last, chain] = [genesis, stateHash];
  const commits: Raw[] = [];
  const pairs = (values: Values) =>
    [...values].sort(([a], [b]) => byBytes(a, b)).map(([f, value]) => [f, `${value}`]);

  function commit(batch: Raw[], { writes, epsilonHat, epsilonMeasured }: ReturnType<typeof attempt>) {
    const sorted = [...batch].sort((a, b) => byBytes(a.opId, b.opId));
    const locals = sorted.map((o) => ({
      opId: o.opId,
      opHash: tagged("op", normalOp(o)),
      kernelHash: o.kernelHash,
      footprintDigest: o.footprintDigest,
      blockIndex: o.blockIndex,
      deltaBound: o.deltaBound,
      requiresModeD: o.requiresModeD,
      glbModeId: o.glbModeId,
      policyBundleId: plan.policyBundleId,
      statePre: chain,
      writesHash: tagged("writes", pairs(writes!.get(o)!)),
      batchPrevHash: last,
    }));
    const all: Values = new Map([...writes!.values()].flatMap((news) => [...news]));
    const writesHash = tagged("writes", pairs(all));
    const statePost = tagged("state-chain", { statePre: chain, writesHash });
    const receipt = {
      batchPrevHash: last,
      batchSize: batch.length,
      localsRoot: rootOf(locals.map((local) => Buffer.from(canonical(local as Raw)))).toString("hex"),
      writesHash,
      statePost,
      schedulerRuleId: plan.schedulerRuleId,
      schedulerMode: plan.schedulerMode,
      policyBundleId: plan.policyBundleId,
      policyDigest: plan.policyDigest,
      curvatureMatrixVersionId: document.matrix.versionId,
      curvatureMatrixDigest: policyBundle.curvatureMatrixDigest,
      epsilonMeasured: `${epsilonMeasured}`,
      epsilonHat: `${epsilonHat}`,
    };
    commits.push({ receipt, locals });
    last = tagged("commit-receipt", receipt as Raw);
    chain = statePost;
    for (const [f, value] of all) x.set(f, value);
  }

  const committed = new Set<string>();
  const attempts: NaiveAttempt[] = [];
  const statistics = {
    batchesBuilt: 0,
    attempts: 0,
    commits: 0,
    failures: 0,
    planningRetries: 0,
    executionSplits: 0,
    totalOpsCommitted: 0,
  };
  let forced: Raw[] | null = null;
  let end = "finished";
  while (committed.size < ops.length) {
    const before = (o: Raw) => plan.dagEdges.filter(([, b]: Raw) => b === o.opId).map(([a]: Raw) => a);
    const ready = ops.filter(
      (o) => !committed.has(o.opId) && before(o).every((id: string) => committed.has(id)),
    );
    if (forced === null) statistics.batchesBuilt += 1;
    const batch: Raw[] = forced ?? schedule(ready);
    forced = null;
    statistics.attempts += 1;
    const { result, writes, ...epsilons } = attempt(batch);
    attempts.push({ batch: batch.map((o) => o.opId), result, ...epsilons });
    if (result === "committed") {
      commit(batch, { result, writes: writes!, ...epsilons });
      for (const o of batch) committed.add(o.opId);
      statistics.commits += 1;
      statistics.totalOpsCommitted += batch.length;
    } else if (result.startsWith("err.cap") || batch.length === 1) {
      end = result.replace("fail.", "err.") + (result.startsWith("fail.") ? ".singleton" : "");
      statistics.failures += 1;
      break;
    } else {
      statistics.executionSplits += 1;
      forced = [[...batch].sort((a, b) => byBytes(a.opId, b.opId))[0]!];
    }
  }
  const state = pairs(x).filter(([, value]) => value !== "0") as [string, string][];
  return {
    end,
    attempts,
    state,
    statistics,
    receipts: { genesis, commits },
    finalCommitHash: last,
    kernelRuns,
  };
}

const sorted = (names: string[]) => [...new Set(names)].sort(byBytes);
const normalOp = (o: Raw) => ({ ...o, reads: sorted(o.reads), writes: sorted(o.writes) });

export function planHashOf(plan: Raw): string {
  const edges = new Map<string, Raw>(plan.dagEdges.map(([a, b]: Raw) => [`${a} ${b}`, [a, b]]));
  return tagged("plan", {
    ...plan,
    ops: plan.ops.map(normalOp).sort((a: Raw, b: Raw) => byBytes(a.opId, b.opId)),
    dagEdges: [...edges.values()].sort(([a, b], [c, d]) => byBytes(a, c) || byBytes(b, d)),
  });
}

/** RFC 6962, 2.1, as it is defined there. */
function rootOf(leaves: readonly Uint8Array[]): Buffer {
  const hash = (...parts: Uint8Array[]) => Buffer.from(host.sha256(Buffer.concat(parts)), "hex");
  if (leaves.length === 0) return hash();
  if (leaves.length === 1) return hash(Buffer.from([0]), leaves[0]!);
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return hash(Buffer.from([1]), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}
