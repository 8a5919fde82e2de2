// A recorded plan in a real browser: run again, drawn, and its receipts checked and shown.
import { type Json, type PlanDocument, sealPlan } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { describe, expect, test } from "vitest";
import { agentNamed, bodyOf } from "../../scripts/agents.ts";
import { examplePlan, finished, planSubmission } from "../../scripts/plans.ts";
import { until } from "../../scripts/until.ts";
import { hasBrowser, useViewer } from "./world.ts";

interface Ledger {
  readonly entries: readonly { readonly index: number; readonly kind: string }[];
}

/** One op after the other on one field. */
function counting(ops: number): PlanDocument {
  const add = { params: [], writes: { to: { add: [{ get: "to" }, "1"] } } };
  const caps = { maxBigintBits: 64, maxMatrixAccumTerms: 1, maxFieldsTouchedPerOp: 1, maxVEvalCost: 0 };
  const draft: Json = {
    v: 1,
    plan: {
      planId: `counting/${ops}`,
      ops: Array.from({ length: ops }, (_, i) => ({
        opId: `op/${1000 + i}`,
        kernel: "add",
        bind: { slots: { to: "x" } },
        deltaBound: "1",
      })),
      maxParallelWidth: 2,
    },
    initialState: {},
    kernels: { add },
    policyBundle: {
      bundleId: "counting",
      maxParallelWidth: 2,
      resourceCaps: { ...caps, maxBatchSize: null, maxEpsilon: null },
    },
  };
  return sealPlan(nodeHost, draft);
}

type Read = Readonly<Record<string, unknown>>;

describe.skipIf(!hasBrowser)("a plan", () => {
  const viewer = useViewer("browser-plan");

  test("is run again in the page, with its graph, its batches and its receipts, and given as a file", async () => {
    const { entries } = (await (await fetch(viewer.url("/api/v1/ledger?limit=500"))).json()) as Ledger;
    const { index } = entries.find(({ kind }) => kind === "plan")!;
    const page = await viewer.open(`/entry/${index}`);
    await page.getByText("it came to the state and the commit that the entry says").waitFor();
    await page.getByText(/^Receipts, checked without running a kernel: ./).waitFor();
    await page.getByRole("img", { name: /^\d+ ops and \d+ edges/ }).waitFor();
    await page.getByText("committed", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Run it again" }).click();
    await page.getByText("it came to the state and the commit that the entry says").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Plan's document" }).click(),
    ]);
    const text = (await (await download.createReadStream()).toArray()).join("");
    expect(text.startsWith('{"initialState":')).toBe(true);
  });

  /** Claims it, and gives the index of its entry. */
  async function recorded(document: PlanDocument): Promise<number> {
    const body = bodyOf(planSubmission(agentNamed("browser/plans"), document));
    const init = { method: "POST", headers: { "content-type": "application/json" }, body };
    const { location } = (await (await fetch(viewer.url("/api/v1/claims"), init)).json()) as Read;
    let index: unknown;
    await until("the entry", async () => {
      index = ((await (await fetch(viewer.url(location as string))).json()) as Read).index;
      return index !== undefined;
    });
    return index as number;
  }

  test("shows its failures with their reasons, and its receipts as a chain and as a file", async () => {
    const document = examplePlan("split");
    const { receipts, finalCommitHash } = finished(document);
    const page = await viewer.open(`/entry/${await recorded(document)}`);
    await page.getByText("fail.gate_eps: its smallest op alone").waitFor();
    expect(await page.getByText("the batch bends V by 50, the policy allows 10").isVisible()).toBe(true);
    const rows = page.getByRole("region", { name: "The table of receipts" }).getByRole("row");
    const shown = await rows.evaluateAll((trs) =>
      trs.slice(1).map((tr) => [...tr.querySelectorAll("code")].map((code) => code.title)),
    );
    const [first, second] = receipts.commits.map(({ receipt }) => receipt);
    expect(shown).toEqual([
      [receipts.genesis, second!.batchPrevHash, first!.statePost, first!.localsRoot],
      [second!.batchPrevHash, finalCommitHash, second!.statePost, second!.localsRoot],
    ]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Receipts", exact: true }).click(),
    ]);
    const text = (await (await download.createReadStream()).toArray()).join("");
    expect(JSON.parse(text)).toEqual(receipts);
  });

  test("of more ops than the eye takes in is drawn in parts, and one without ops says so", async () => {
    const page = await viewer.open(`/entry/${await recorded(counting(151))}`);
    await page.getByText("Ops 1 to 150 in order of their commits").waitFor();
    const drawn = page.getByRole("img", { name: /^151 ops/ }).locator("rect");
    expect(await drawn.count()).toBe(150);
    await page.getByRole("button", { name: "Later ops" }).click();
    await page.getByText("Ops 151 to 151 in order of their commits").waitFor();
    expect(await drawn.count()).toBe(1);
    expect(await page.getByRole("button", { name: "Later ops" }).isDisabled()).toBe(true);
    await page.goto(viewer.url(`/entry/${await recorded(counting(0))}`));
    await page.getByText("It has no ops.").waitFor();
  });

  test("whose document or receipts were changed on their way is not shown as if it held", async () => {
    const { entries } = (await (await fetch(viewer.url("/api/v1/ledger?limit=500"))).json()) as Ledger;
    const { index } = entries.find(({ kind }) => kind === "plan")!;
    const page = await viewer.openLoosely();
    await page.route("**/receipts", async (route) => {
      const text = await (await route.fetch()).text();
      await route.fulfill({ body: text.replace(/[0-9a-f]{64}/, "ab".repeat(32)), contentType: "text/plain" });
    });
    await page.goto(viewer.url(`/entry/${index}`));
    await page.getByRole("heading", { name: "This answer does not hold" }).waitFor();
    expect(await page.getByText("it came to the state and the commit").count()).toBe(0);
  });
});
