// Plans over the wire: submitted, verified, recorded, read back with their receipts; and every way in which one is refused.
import {
  acceptPlanDocument,
  checkReceipts,
  claimText,
  type Json,
  limits,
  type PlanClaim,
  parseReceipts,
  planDocumentText,
  receiptsText,
} from "@policyledger/core";
import { nodeHost, sign } from "@policyledger/core/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { appendWaiting } from "../../functions/src/append.ts";
import { verifyClaims } from "../../functions/src/verify.ts";
import { examplePlan, finished, planNumbered, planSubmission } from "../../scripts/plans.ts";
import { agentNamed, bodyOf, claims, idOf } from "./agents.ts";
import { type Client, clientOf, type Read } from "./api-client.ts";
import { findFaults } from "./invariants.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

let cloud: LocalCloud;
let client: Client;
beforeAll(async () => {
  cloud = await startLocalCloud({ deliver: false });
  client = clientOf(cloud.api);
});
afterAll(() => cloud.close());

const ann = agentNamed("plans/ann");
const bob = agentNamed("plans/bob");
const settlement = examplePlan("settlement");
const NO_HASH = "0".repeat(64);

/** The body of a submission, changed before it is sent; the claim is signed as it then is. */
function sent(change: (body: Read) => void, agent = ann): string {
  const body: Read = JSON.parse(bodyOf(planSubmission(agent, settlement)));
  change(body);
  if (body.claim?.kind === "plan") {
    body.signature = sign(agent.secretKey, new TextEncoder().encode(claimText(body.claim as PlanClaim)));
  }
  return JSON.stringify(body);
}

async function settle(...ids: readonly string[]): Promise<void> {
  await verifyClaims(cloud.service, ids);
  await appendWaiting(cloud.service);
}

describe("a plan", () => {
  const submission = planSubmission(ann, settlement);
  const id = idOf(submission);
  const { planHash, finalStateHash, finalCommitHash, receipts } = finished(settlement);

  test("is accepted, and neither its document nor receipts are anybody's before its verdict", async () => {
    const accepted = await client.post("/claims", bodyOf(submission));
    expect([accepted.status, accepted.body.claim_id]).toEqual([202, id]);
    expect((await client.get(`/plans/${planHash}`)).code).toBe("not_found");
    expect((await client.get(`/plans/${planHash}/receipts`)).code).toBe("not_found");
    const { body: job } = await client.get(`/claims/${id}`);
    expect(job).toMatchObject({
      kind: "plan",
      state: "PENDING",
      plan_hash: planHash,
      claim: submission.claim,
    });
  });

  test("is verified and recorded, with what its run came to", async () => {
    await settle(id);
    const { body: job } = await client.get(`/claims/${id}`);
    expect(job).toMatchObject({ state: "RECORDED", commits: 4, ops: 6, index: 0 });
    const { body: entry } = await client.get("/ledger/0");
    expect(entry).toMatchObject({
      kind: "plan",
      plan_hash: planHash,
      final_state_hash: finalStateHash,
      final_commit_hash: finalCommitHash,
      commits: 4,
      ops: 6,
    });
    expect((await findFaults(cloud.db, [])).faults).toEqual([
      "the ranking has seen 0 of 1 entries",
      "the ranking stands at another head",
    ]);
  });

  test("is served byte for byte, with the receipts of its run, for ever", async () => {
    const document = await client.get(`/plans/${planHash}`);
    expect(document.text).toBe(planDocumentText(nodeHost, settlement));
    const chain = await client.get(`/plans/${planHash}/receipts`);
    expect(chain.text).toBe(receiptsText(receipts));
    for (const answer of [document, chain])
      expect(answer.headers.get("cache-control")).toContain("immutable");
    const read = acceptPlanDocument(document.body as Json);
    expect(checkReceipts(nodeHost, read, parseReceipts(chain.text), { finalCommitHash }).ok).toBe(true);
    const etag = chain.headers.get("etag")!;
    expect((await client.get(`/plans/${planHash}/receipts`, { "if-none-match": etag })).status).toBe(304);
    const head = await client.send("HEAD", `/plans/${planHash}/receipts`);
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(chain.text.length)]);
  });

  test("may be claimed by another, who has an entry of his own and shares the document", async () => {
    const other = planSubmission(bob, settlement);
    await client.post("/claims", bodyOf(other));
    await settle(idOf(other));
    expect((await client.get(`/claims/${idOf(other)}`)).body).toMatchObject({ state: "RECORDED", index: 1 });
    expect((await cloud.db.collection("plans").get()).size).toBe(1);
  });

  test("can be written in any order: it is the same claim", async () => {
    const body: Read = JSON.parse(bodyOf(submission));
    body.document.plan.ops.reverse();
    body.document.plan.dagEdges.reverse();
    body.document.kernels.push({ params: [], writes: { unused: "1" } });
    const again = await client.post("/claims", JSON.stringify(body));
    expect([again.status, again.body.state]).toEqual([200, "RECORDED"]);
  });
});

describe("a plan that is not what is claimed", () => {
  test.each<[string, Partial<PlanClaim>, string, object]>([
    [
      "final state",
      { final_state_hash: NO_HASH },
      "final_state_mismatch",
      { replayed_state_hash: finished(settlement).finalStateHash },
    ],
    [
      "final commit",
      { final_commit_hash: NO_HASH },
      "final_commit_mismatch",
      { replayed_commit_hash: finished(settlement).finalCommitHash },
    ],
  ])("is INVALID for its %s", async (_, changes, reason, found) => {
    const submission = planSubmission(ann, settlement, changes);
    await client.post("/claims", bodyOf(submission));
    await settle(idOf(submission));
    expect((await client.get(`/claims/${idOf(submission)}`)).body).toMatchObject({
      state: "INVALID",
      reason,
      ...found,
    });
  });

  test("is INVALID where it halts, and its document stays unpublished", async () => {
    const halt = examplePlan("halt");
    const { planHash, initialStateHash } = (await import("@policyledger/core")).checkPlan(nodeHost, halt);
    const claim: PlanClaim = {
      ...planSubmission(ann, settlement).claim,
      plan_hash: planHash,
      initial_state_hash: initialStateHash,
    };
    const signature = sign(ann.secretKey, new TextEncoder().encode(claimText(claim)));
    const submission = { claim, signature, document: halt };
    expect((await client.post("/claims", bodyOf(submission))).status).toBe(202);
    await settle(idOf(submission));
    const { body } = await client.get(`/claims/${idOf(submission)}`);
    expect(body).toMatchObject({ state: "INVALID", reason: "plan_halted" });
    expect(body.message).toContain(
      "behind 1 commit, at 3-share: err.kernel_error.singleton, division by zero",
    );
    expect((await client.get(`/plans/${planHash}`)).code).toBe("not_found");
  });
});

describe("a submission of a plan is refused", () => {
  const refused: readonly [string, () => string, number, string, readonly string[]][] = [
    [
      "whose claim has a field too few",
      () => sent((body) => delete body.claim.plan_hash),
      422,
      "invalid_claim",
      ["/claim/plan_hash"],
    ],
    [
      "with an artifact",
      () =>
        sent((body) => {
          body.artifact = {};
        }),
      422,
      "invalid_claim",
      ["/artifact"],
    ],
    [
      "of another kind",
      () => bodyOf(claims(ann, 1)[0]!).replace('"kind":"policy"', '"kind":"story"'),
      422,
      "invalid_claim",
      ["/claim/kind"],
    ],
    [
      "whose document has faults, all of which are named",
      () =>
        sent(({ document }) => {
          document.plan.ops[1].deltaBound = 7;
          document.initialState.alice = "0500";
          document.kernels[0].writes.to = { shout: [] };
        }),
      422,
      "invalid_plan",
      [
        "/document/plan/ops/1/deltaBound",
        "/document/initialState/alice",
        "/document/kernels/0/writes/to/shout",
      ],
    ],
    [
      "whose document is another's",
      () =>
        sent((body) => {
          body.document = JSON.parse(planDocumentText(nodeHost, examplePlan("diamond")));
        }),
      422,
      "hash_mismatch",
      ["/claim/plan_hash", "/claim/initial_state_hash"],
    ],
    [
      "with another state than the plan begins with",
      () =>
        sent(({ document }) => {
          document.initialState.alice = "501";
        }),
      422,
      "plan_refused",
      ["/document/plan/initialStateHash"],
    ],
    [
      "with other kernels, caps and matrix",
      () =>
        sent(({ document }) => {
          document.kernels = [];
          document.policyBundle.resourceCaps.maxVEvalCost = 9;
          document.matrix.size = 3;
        }),
      422,
      "plan_refused",
      [
        "/document/plan/policyDigest",
        ...[0, 1, 2, 3, 4, 5].map((i) => `/document/plan/ops/${i}/kernelHash`),
        "/document/plan/resourceCaps",
        "/document/policyBundle/curvatureMatrixDigest",
      ],
    ],
    [
      "that is not signed",
      () => bodyOf({ ...planSubmission(ann, settlement), signature: "0".repeat(128) }),
      403,
      "bad_signature",
      ["/signature"],
    ],
    [
      "under another's label",
      () =>
        sent(
          (body) => {
            body.claim.public_key = bob.publicKey;
          },
          { ...bob, id: ann.id },
        ),
      403,
      "key_mismatch",
      ["/claim/public_key"],
    ],
    [
      "that names a key twice",
      () => sent(() => {}).replace('"v":1', '"v":1,"v":1'),
      400,
      "invalid_json",
      ["/claim/v"],
    ],
    [
      "with __proto__",
      () => sent(() => {}).replace('"initialState":{', '"initialState":{"__proto__":"1",'),
      400,
      "invalid_json",
      ["/document/initialState/__proto__"],
    ],
    [
      "that nests too deep",
      () =>
        sent((body) => {
          body.document.matrix = JSON.parse("[".repeat(140) + "]".repeat(140));
        }),
      400,
      "invalid_json",
      [""],
    ],
    [
      "that is too large",
      () =>
        sent((body) => {
          body.document.plan.planId = "x".repeat(limits.MAX_PLAN_SUBMISSION_BYTES);
        }),
      413,
      "too_large",
      [""],
    ],
  ];
  test.each(refused)("%s", async (_, body, status, code, paths) => {
    const answer = await client.post("/claims", body());
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect([...new Set(answer.body.errors.map(({ path }: Read) => path))]).toEqual(paths);
  });

  test("and each fault of a plan that may not run has its own code", async () => {
    const { body } = await client.post(
      "/claims",
      sent(({ document }) => {
        document.initialState.alice = "501";
      }),
    );
    expect(body.errors).toMatchObject([{ code: "initial_state_hash_mismatch" }]);
  });

  test("and a policy may not be as large, nor nest as deep, as a plan", async () => {
    const policy = bodyOf(claims(ann, 1)[0]!);
    const padded = policy + " ".repeat(limits.MAX_SUBMISSION_BYTES);
    expect((await client.post("/claims", padded)).code).toBe("too_large");
    const deep = policy.replace('"artifact":{', `"artifact":{"deep":${"[".repeat(40)}${"]".repeat(40)},`);
    expect((await client.post("/claims", deep)).code).toBe("invalid_json");
  });
});

describe("in a batch and for a verdict alone", () => {
  test("plans and policies come in one batch, each answered by its line", async () => {
    const batch = [
      planSubmission(ann, planNumbered(1)),
      claims(ann, 1)[0]!,
      planSubmission(ann, planNumbered(2)),
    ];
    const body = batch.map((one) => `${bodyOf(one)}\n`).join("");
    const answer = await client.post("/claims", body, { "content-type": "application/x-ndjson" });
    expect(answer.body.map(({ status }: Read) => status)).toEqual([202, 202, 202]);
    await settle(...batch.map(idOf));
    const states = await Promise.all(
      batch.map(async (one) => (await client.get(`/claims/${idOf(one)}`)).body.state),
    );
    expect(states).toEqual(["RECORDED", "RECORDED", "RECORDED"]);
  });

  test("a verdict is given on a submission and on a claim that is known, and nothing is recorded", async () => {
    const fresh = planSubmission(bob, planNumbered(3));
    const { plan_hash } = fresh.claim;
    const verdict = await client.post("/verify", bodyOf(fresh));
    expect(verdict.body).toEqual({
      verdict: "VALID",
      kind: "plan",
      claim_id: idOf(fresh),
      plan_hash,
      commits: 4,
      ops: 6,
    });
    expect((await client.get(`/claims/${idOf(fresh)}`)).code).toBe("not_found");
    const known = idOf(planSubmission(ann, settlement));
    expect((await client.post("/verify", JSON.stringify({ claim_id: known }))).body).toMatchObject({
      verdict: "VALID",
      job: { state: "RECORDED", index: 0 },
    });
    const refused = await client.post(
      "/verify",
      sent(({ document }) => {
        document.initialState.alice = "501";
      }),
    );
    expect(refused.body).toMatchObject({
      verdict: "INVALID",
      reason: "plan_refused",
      faults: [{ code: "initial_state_hash_mismatch", path: "/document/plan/initialStateHash" }],
    });
  });
});
