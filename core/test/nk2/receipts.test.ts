// Both verifiers: what a run leaves holds, and whatever is changed in it is found, at the commit where it was changed.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { complete } from "../../../tests/golden/nk2-draft.ts";
import { canonicalJson, type Json, utf8 } from "../../src/json.ts";
import { checkReceipts } from "../../src/nk2/check-receipts.ts";
import { acceptPlanDocument } from "../../src/nk2/document.ts";
import { parseReceipts, receiptsText } from "../../src/nk2/receipt-file.ts";
import type { ReceiptFaultCode } from "../../src/nk2/receipt-report.ts";
import { type Commit, commitHash, localsRoot, nextState, type ReceiptChain } from "../../src/nk2/receipts.ts";
import { replayReceipts } from "../../src/nk2/replay-receipts.ts";
import { runPlan } from "../../src/nk2/run.ts";
import { refusal } from "../refusal.ts";
import { host } from "../samples.ts";
import { crowded, documents } from "./arbitrary-plan.ts";
import { check, DRAFT, finished, found, isFlipFound, replay, run } from "./receipts-sample.ts";

const { receipts, finalCommitHash } = run;

/** A chain in which one commit is changed, and nothing else. */
function changed(at: number, change: (commit: Commit) => Commit, chain = receipts): ReceiptChain {
  return { ...chain, commits: chain.commits.map((commit, i) => (i === at ? change(commit) : commit)) };
}

/** The same, with everything that depends on it made anew: links, states, roots. */
function forged(at: number, change: (commit: Commit) => Commit, chain = receipts): ReceiptChain {
  let [hash, state] = [chain.genesis, run.initialStateHash];
  const commits = chain.commits.map((commit, i) => {
    const { receipt, locals } = i === at ? change(commit) : commit;
    const linked = locals.map((local) => ({ ...local, batchPrevHash: hash, statePre: state }));
    state = nextState(host, state, receipt.writesHash);
    const root = localsRoot(host, linked);
    const made = {
      ...receipt,
      batchSize: linked.length,
      batchPrevHash: hash,
      localsRoot: root,
      statePost: state,
    };
    hash = commitHash(host, made);
    return { receipt: made, locals: linked };
  });
  return { ...chain, commits };
}

const withReceipt =
  (change: object) =>
  (commit: Commit): Commit => ({ ...commit, receipt: { ...commit.receipt, ...change } });
const withLocal =
  (at: number, change: object) =>
  (commit: Commit): Commit => ({
    ...commit,
    locals: commit.locals.map((local, i) => (i === at ? { ...local, ...change } : local)),
  });

describe("what a run leaves", () => {
  test("is three commits of this plan, whose chain holds for both verifiers", () => {
    expect(receipts.commits.map(({ locals }) => locals.map(({ opId }) => opId).join(""))).toEqual([
      "ab",
      "cd",
      "e",
    ]);
    const report = check(receipts);
    expect(report).toEqual({
      ok: true,
      commits: 3,
      finalCommitHash,
      tail: "checked",
      fault: null,
      summary: "complete: 3 commits",
    });
    expect(check(receipts, {}).summary).toBe("3 commits, tail unchecked");
    expect(replay(receipts)).toEqual(report);
  });

  test("holds for both verifiers, whatever the plan; that of a run that halted lacks its tail", () => {
    const property = fc.property(fc.oneof(documents, crowded), (json) => {
      const plan = acceptPlanDocument(json);
      const ran = runPlan(host, plan);
      if (ran.status === "refused") throw new Error("refused");
      const chain = parseReceipts(receiptsText(ran.receipts));
      expect(chain).toEqual(ran.receipts);
      const [checked, replayed] = [checkReceipts(host, plan, chain), replayReceipts(host, plan, chain)];
      const commits = chain.commits.length;
      const codes =
        ran.status === "finished"
          ? [null, null]
          : [
              [commits, "missing_tail"],
              [commits, "plan_halted"],
            ];
      expect([checked, replayed].map(found)).toEqual(codes);
    });
    fc.assert(property, { numRuns: 150, seed: 7 });
  });

  test("is written as canonical JSON", () => {
    expect(receiptsText(receipts)).toBe(canonicalJson(receipts as unknown as Json));
  });
});

describe("a change of any bit", () => {
  test("of each byte is found by both verifiers", () => {
    const bytes = utf8(receiptsText(receipts));
    // Another bit of each; all of them are in receipts.slow.test.ts.
    const bits = Array.from(bytes, (_, byte) => 8 * byte + (byte % 8));
    expect(bits.filter((bit) => !isFlipFound(bytes, bit, check) || !isFlipFound(bytes, bit, replay))).toEqual(
      [],
    );
  });

  test("is found in the chains of random plans", () => {
    const property = fc.property(
      crowded,
      fc.array(fc.nat(), { minLength: 20, maxLength: 20 }),
      (json, places) => {
        const plan = acceptPlanDocument(json);
        const ran = finished(plan);
        const bytes = utf8(receiptsText(ran.receipts));
        const { finalCommitHash } = ran;
        for (const place of places) {
          const bit = place % (8 * bytes.length);
          expect(
            isFlipFound(bytes, bit, (chain) => checkReceipts(host, plan, chain, { finalCommitHash })),
          ).toBe(true);
          expect(isFlipFound(bytes, bit, (chain) => replayReceipts(host, plan, chain))).toBe(true);
        }
      },
    );
    fc.assert(property, { numRuns: 12, seed: 3 });
  });
});

describe("checkReceipts names the first commit that is wrong, and why", () => {
  const other = host.sha256("other");
  const cases: readonly (readonly [string, ReceiptChain, readonly [number, ReceiptFaultCode]])[] = [
    ["another genesis", { ...receipts, genesis: other }, [0, "wrong_genesis"]],
    [
      "a link that was changed in the first",
      changed(0, withReceipt({ batchPrevHash: other })),
      [0, "wrong_link"],
    ],
    ["a link that was changed", changed(1, withReceipt({ batchPrevHash: other })), [1, "wrong_link"]],
    [
      "an ε that was changed, which the next commit knows",
      changed(0, withReceipt({ epsilonMeasured: "3" })),
      [0, "altered"],
    ],
    [
      "a commit that was left out",
      { ...receipts, commits: receipts.commits.toSpliced(1, 1) },
      [0, "altered"],
    ],
    ["a size that was changed", changed(1, withReceipt({ batchSize: 3 })), [1, "wrong_size"]],
    ["an empty batch", forged(1, (commit) => ({ ...commit, locals: [] })), [1, "wrong_size"]],
    ["an op that is not of the plan", forged(1, withLocal(1, { opId: "z" })), [1, "wrong_op"]],
    ["an op that was committed before", forged(1, withLocal(0, { opId: "b" })), [1, "wrong_op"]],
    [
      "ops that do not stand in order",
      forged(0, ({ receipt, locals }) => ({ receipt, locals: locals.toReversed() })),
      [0, "wrong_op"],
    ],
    ["an op before one that must come before it", forged(0, withLocal(1, { opId: "d" })), [0, "not_ready"]],
    ["a root that was changed", changed(1, withReceipt({ localsRoot: other })), [1, "wrong_root"]],
    [
      "what was written by one op, changed in the locals",
      changed(0, withLocal(0, { writesHash: other })),
      [0, "wrong_root"],
    ],
    ["what was written, changed", changed(0, withReceipt({ writesHash: other })), [0, "wrong_state"]],
    ["the state after, changed", changed(1, withReceipt({ statePost: other })), [1, "wrong_state"]],
    [
      "what one op alone wrote, changed in the commit",
      forged(2, withReceipt({ writesHash: other })),
      [2, "wrong_receipt"],
    ],
    [
      "a bound that is not the batch's",
      forged(1, withReceipt({ epsilonHat: "1000000" })),
      [1, "wrong_epsilon"],
    ],
    ["an ε over the bound", forged(1, withReceipt({ epsilonMeasured: "-1000000" })), [1, "wrong_epsilon"]],
    ["an ε of one op alone", forged(2, withReceipt({ epsilonMeasured: "1" })), [2, "wrong_epsilon"]],
    [
      "an ε that was forged, which only the expected end knows",
      forged(0, withReceipt({ epsilonMeasured: "3" })),
      [2, "altered"],
    ],
    ["a tail that was cut", { ...receipts, commits: receipts.commits.slice(0, 2) }, [2, "missing_tail"]],
    [
      "a commit that stands there twice",
      { ...receipts, commits: [...receipts.commits, receipts.commits[2]!] },
      [2, "altered"],
    ],
    ...(["schedulerRuleId", "schedulerMode", "policyBundleId", "curvatureMatrixVersionId"] as const).map(
      (name) => [`another ${name}`, forged(1, withReceipt({ [name]: "x" })), [1, "wrong_receipt"]] as const,
    ),
    ...(["policyDigest", "curvatureMatrixDigest"] as const).map(
      (name) => [`another ${name}`, forged(1, withReceipt({ [name]: other })), [1, "wrong_receipt"]] as const,
    ),
    ...(["opHash", "kernelHash", "footprintDigest"] as const).map(
      (name) =>
        [`another ${name} of an op`, forged(1, withLocal(0, { [name]: other })), [1, "wrong_local"]] as const,
    ),
    ...Object.entries({
      blockIndex: 1,
      deltaBound: "7",
      requiresModeD: true,
      glbModeId: "x",
      policyBundleId: "x",
    }).map(
      ([name, value]) =>
        [`another ${name} of an op`, forged(0, withLocal(1, { [name]: value })), [0, "wrong_local"]] as const,
    ),
    [
      "a state before that was changed in a local",
      changed(1, withLocal(1, { statePre: other })),
      [1, "wrong_local"],
    ],
    [
      "a link that was changed in a local",
      changed(1, withLocal(1, { batchPrevHash: other })),
      [1, "wrong_local"],
    ],
  ];

  test.each(cases)("%s", (_, chain, wanted) => {
    expect(found(check(chain))).toEqual(wanted);
    expect(check(chain)).toMatchObject({ ok: false, commits: wanted[0], finalCommitHash: null });
  });

  test.each(cases)("replayReceipts finds it, too: %s", (_, chain, [commit]) => {
    const report = replay(chain);
    expect(report.ok).toBe(false);
    expect(report.fault!.commit).toBeLessThanOrEqual(commit + 1);
  });

  test("ops that are not independent, in a chain that was forged whole", () => {
    const conflict = { ...DRAFT, edges: [], ops: { ...DRAFT.ops, b: { ...DRAFT.ops.a! } } };
    const plan = acceptPlanDocument(complete(conflict, host));
    const ran = finished(plan);
    const [first, second] = ran.receipts.commits as [Commit, Commit];
    expect(first.locals.map(({ opId }) => opId).join("")).toBe("acde");
    const locals = [
      first.locals[0]!,
      { ...second.locals[0]!, batchPrevHash: ran.receipts.genesis, statePre: ran.initialStateHash },
    ];
    const root = localsRoot(host, locals);
    const receipt = { ...first.receipt, batchSize: 2, localsRoot: root };
    expect(found(checkReceipts(host, plan, { ...ran.receipts, commits: [{ receipt, locals }] }))).toEqual([
      0,
      "not_independent",
    ]);
  });

  test("a batch that is wider than the plan allows", () => {
    const narrow = acceptPlanDocument(complete({ ...DRAFT, width: 1 }, host));
    const genesis = finished(narrow).receipts.genesis;
    const chain = forged(0, (commit) => commit, { ...receipts, genesis });
    expect(found(checkReceipts(host, narrow, chain))).toEqual([0, "wrong_size"]);
  });

  test("a plan that may not run, for both", () => {
    const refused = acceptPlanDocument(
      complete({ ...DRAFT, plan: { planId: "x", schedulerMode: "id:mode.D", maxParallelWidth: 65 } }, host),
    );
    expect(found(checkReceipts(host, refused, receipts))).toEqual([0, "plan_refused"]);
    expect(found(replayReceipts(host, refused, receipts))).toEqual([0, "plan_refused"]);
  });
});

describe("replayReceipts names the first commit that is wrong, and why", () => {
  test("what was forged whole, which no end is known of", () => {
    const chain = forged(1, withReceipt({ epsilonMeasured: "2" }));
    expect(found(check(chain, {}))).toBeNull();
    expect(replay(chain).fault).toMatchObject({
      commit: 1,
      code: "differs",
      message: expect.stringContaining("epsilonMeasured is 2"),
    });
    const written = forged(0, withReceipt({ writesHash: host.sha256("other") }));
    expect(found(check(written, {}))).toBeNull();
    expect(found(replay(written))).toEqual([0, "differs"]);
  });

  test("a tail that is missing, or is too much", () => {
    expect(found(replay({ ...receipts, commits: receipts.commits.slice(0, 1) }))).toEqual([
      1,
      "missing_tail",
    ]);
    expect(found(replay({ ...receipts, commits: [...receipts.commits, receipts.commits[0]!] }))).toEqual([
      3,
      "surplus_tail",
    ]);
  });

  test("batches of other ops", () => {
    const merged = forged(1, ({ receipt, locals }) => ({ receipt, locals: locals.slice(1) }));
    expect(found(replay(merged))).toEqual([1, "differs"]);
  });
});

describe("parseReceipts", () => {
  const text = receiptsText(receipts);

  test("refuses text that is not canonical, or no chain of receipts, with all faults", () => {
    expect(refusal(() => parseReceipts(`${text} `)).code).toBe("not_canonical");
    expect(refusal(() => parseReceipts(text.replace("{", '{"x":1,'))).faults).toEqual([
      { path: "/x", message: "there is no such field" },
    ]);
    const broken = {
      genesis: "x",
      commits: [{ receipt: { ...receipts.commits[0]!.receipt, batchSize: -1, epsilonHat: 7 }, locals: [{}] }],
    };
    expect(refusal(() => parseReceipts(JSON.stringify(broken))).faults.map(({ path }) => path)).toEqual([
      "/genesis",
      "/commits/0/receipt/batchSize",
      "/commits/0/receipt/epsilonHat",
      ...[
        "opId",
        "opHash",
        "kernelHash",
        "footprintDigest",
        "blockIndex",
        "deltaBound",
        "requiresModeD",
        "glbModeId",
      ].map((name) => `/commits/0/locals/0/${name}`),
      ...["policyBundleId", "statePre", "writesHash", "batchPrevHash"].map(
        (name) => `/commits/0/locals/0/${name}`,
      ),
    ]);
  });

  test("refuses more bytes than it is told to take", () => {
    expect(refusal(() => parseReceipts(text, 100)).code).toBe("too_large");
  });
});
