// Plans of NK-2: runs of random plans with long numbers, attempt by attempt, with their receipts; plans that are refused, and documents
// that are none; both verifiers on chains that hold and that do not; Merkle roots.
import {
  acceptPlanDocument,
  checkReceipts,
  type Host,
  type Json,
  type JsonObject,
  leafHash,
  merkleRoot,
  type PlanEvent,
  parsePlanDocument,
  parseReceipts,
  type ReceiptChain,
  type ReceiptReport,
  receiptsText,
  replayReceipts,
  runPlan,
  stream,
} from "@policyledger/core";
import { answer, type GoldenCase } from "./case.ts";
import { complete, type Draft, type DraftOp } from "./nk2-draft.ts";

const get = (slot: string): Json => ({ get: slot });
const param = (name: string): Json => ({ param: name });

const KERNELS: Draft["kernels"] = {
  blend: {
    params: ["n"],
    writes: {
      to: { add: [get("to"), { mod: [{ mul: [get("from"), param("n"), param("n")] }, "1000000007"] }] },
    },
  },
  choose: {
    params: ["n"],
    writes: {
      other: {
        if: [
          { and: [{ lt: [get("from"), "0"] }, { not: [get("to")] }] },
          { neg: [param("n")] },
          { abs: [get("other")] },
        ],
      },
      to: { max: [{ min: [get("to"), param("n"), get("from")] }, { sub: [get("to"), "99"] }] },
    },
  },
  divide: { params: ["n"], writes: { to: { sub: [get("to"), { div: [get("to"), param("n")] }] } } },
  ratio: { params: [], writes: { to: { or: [{ eq: [get("from"), "0"] }, { div: ["7", get("from")] }] } } },
};
const SLOTS: Readonly<Record<string, readonly string[]>> = {
  blend: ["from", "to"],
  choose: ["from", "other", "to"],
  divide: ["to"],
  ratio: ["from", "to"],
};

/** A plan of random draws; in every third numbers are of a few hundred bits. */
function draftOf(seed: number): Draft {
  const random = stream("policy", seed);
  const below = (n: number) => Math.floor(random() * n);
  const long = seed % 3 === 0;
  const integer = (): string => {
    const value = below(2_000) - 1_000;
    return long ? `${BigInt(value) * (1n << BigInt(below(200)))}` : `${value}`;
  };
  const fields = ["a", "B", "~c", '"d"', "e\\", "f/1", "g:2", "h.3"];
  const names = Array.from({ length: 10 }, (_, i) => `${"zA~m"[below(4)]}${i}`);
  const opAt = (): DraftOp => {
    const kernel = ["blend", "choose", "divide", "ratio"][below(4)]!;
    const from = below(fields.length);
    const stride = 1 + below(3);
    const slots = SLOTS[kernel]!.map((slot, i) => [slot, fields[(from + i * stride) % fields.length]!]);
    const bound = long ? `${1n << BigInt(300 + below(9))}` : `${2_000 + 1_000_000_000 * below(2)}`;
    const params = KERNELS[kernel]!.params.length === 0 ? {} : { n: integer() };
    return { kernel, slots: Object.fromEntries(slots), params, block: below(3), bound };
  };
  const sum = { sub: [{ add: [get("a"), get("B"), get("~c")] }, { mul: [get('"d"'), "3"] }] };
  return {
    kernels: KERNELS,
    ops: Object.fromEntries(names.map((name) => [name, opAt()])),
    edges: Array.from({ length: 6 }, () => [below(10), below(10)] as const)
      .filter(([i, j]) => i < j)
      .map(([i, j]) => [names[i]!, names[j]!] as const),
    state: Object.fromEntries(
      fields
        .slice(0, 6)
        .map((field) => [field, integer()])
        .filter(([, value]) => value !== "0"),
    ),
    width: 1 + below(5),
    blocks: 3,
    matrix: [
      [0, 0, 1, 3],
      [0, 2, 5, 7],
      [1, 1, 22, 7],
    ],
    contracts: [
      { id: "abs", residual: { abs: [get("f/1")] }, weight: { den: "9", num: "2" } },
      { id: "sum", residual: sum, weight: { den: "2", num: "7" } },
    ],
    caps: { maxBigintBits: long ? 1_024 : 90 + below(40) },
    policy: { maxEpsilon: seed % 2 === 0 ? null : "5000000" },
  };
}

function goldenOf(host: Host, seed: number): Json {
  const events: Json[] = [];
  const observe = ({ outcome, ...event }: PlanEvent) => {
    events.push({ ...event, outcome: plain(outcome) });
  };
  const run = runPlan(host, acceptPlanDocument(complete(draftOf(seed), host)), { observe });
  if (run.status === "refused") throw new Error(run.faults[0]!.message);
  return { events, run: plain({ ...run, receipts: receiptsText(run.receipts) }) };
}

/** With integers as texts. */
function plain(value: object): Json {
  return JSON.parse(JSON.stringify(value, (_, part) => (typeof part === "bigint" ? `${part}` : part)));
}

const SEEDS = Array.from({ length: 24 }, (_, seed) => seed);

function refused(host: Host): Json {
  const faults = (changes: Partial<Draft>): Json => {
    const run = runPlan(host, acceptPlanDocument(complete({ ...draftOf(1), ...changes }, host)));
    return run.status === "refused" ? plain(run.faults) : run.status;
  };
  const digest = "0".repeat(64);
  return [
    faults({
      plan: { policyDigest: digest, initialStateHash: digest, maxParallelWidth: 65, policyBundleId: "x" },
    }),
    faults({
      policy: {
        allowedSchedulerRules: [],
        allowedKernelHashes: [],
        curvatureMatrixDigest: digest,
        glbModeId: "x",
      },
    }),
    faults({ blocks: 1, matrix: [], edges: [["x", "y"]] }),
    faults({
      caps: { maxBigintBits: 5_000 },
      plan: { resourceCaps: (complete(draftOf(2)).plan as JsonObject).resourceCaps! },
    }),
  ];
}

function malformed(): Json {
  const document = complete(draftOf(1)) as Record<string, Json>;
  const enter = (changes: Record<string, Json>): Json =>
    answer(() => parsePlanDocument(JSON.stringify({ ...document, ...changes })).kernels.length);
  const nested = (depth: number): Json => (depth === 1 ? "1" : { neg: [nested(depth - 1)] });
  return [
    enter({}),
    enter({
      v: 2,
      plan: null,
      kernels: [{ params: ["n", "n"], writes: { x: { get: "a b" }, "": { add: ["01"] } } }],
    }),
    enter({ initialState: { a: "0", b: "-0", c: "1e3", d: 4, é: "1" }, matrix: {} }),
    enter({ kernels: [{ params: [], writes: { x: nested(64) } }] }),
    enter({ kernels: [{ params: [], writes: { x: nested(65) } }] }),
    answer(() => parsePlanDocument("[]").kernels.length),
    answer(() => parsePlanDocument(JSON.stringify(document), 100).kernels.length),
  ];
}

function verified(host: Host): Json {
  const document = acceptPlanDocument(complete(draftOf(7), host));
  const run = runPlan(host, document);
  if (run.status === "refused") throw new Error(run.faults[0]!.message);
  const chain = parseReceipts(receiptsText(run.receipts));
  const judged = (other: ReceiptChain): Json =>
    [checkReceipts(host, document, other), replayReceipts(host, document, other)].map(
      (report: ReceiptReport) => plain(report),
    );
  const [first, ...rest] = chain.commits;
  const changed = { ...first!, receipt: { ...first!.receipt, epsilonMeasured: "1" } };
  return [
    judged(chain),
    judged({ ...chain, commits: rest }),
    judged({ ...chain, commits: [changed, ...rest] }),
    judged({ ...chain, genesis: host.sha256("") }),
  ];
}

export const planCases: readonly GoldenCase[] = [
  {
    name: "merkle: roots of up to 33 leaves",
    value: (host) => {
      const leaves = Array.from({ length: 33 }, (_, i) => leafHash(host, `leaf ${i}`));
      return [...leaves, ""].map((_, size) => merkleRoot(host, leaves.slice(0, size)));
    },
  },
  ...SEEDS.map((seed) => ({ name: `plan: run ${seed}`, value: (host: Host) => goldenOf(host, seed) })),
  { name: "plan: refused", value: refused },
  { name: "plan: documents that are none", value: malformed },
  { name: "plan: receipts that hold and do not hold", value: verified },
];
