// What a service, a storage and a reader may do that nobody expects: no page shows it as checked, and none goes blank.
import { canonicalJson, entryHash, type Json } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { agentNamed, bodyOf, submissionOf } from "../../scripts/agents.ts";
import { until } from "../../scripts/until.ts";
import { CYBER, policyOf } from "../service/agents.ts";
import { hasBrowser, useViewer } from "./world.ts";

type Fields = Record<string, unknown>;

describe.skipIf(!hasBrowser)("what is strange", () => {
  const viewer = useViewer("browser-strange");

  const read = async (path: string) => (await (await fetch(viewer.url(path))).json()) as Fields;

  async function answer(page: Page, path: string, change: (answer: Fields) => void): Promise<void> {
    await page.route(path, async (route) => {
      const response = await route.fetch();
      const json = (await response.json()) as Fields;
      change(json);
      await route.fulfill({ response, json });
    });
  }

  test("a plan's entry that tells of other ops or commits does not hold, though its hash does", async () => {
    const { entries } = (await read("/api/v1/ledger?limit=500")) as { entries: Fields[] };
    const { index } = entries.find(({ kind }) => kind === "plan")!;
    for (const field of ["ops", "commits"]) {
      const page = await viewer.openLoosely();
      await answer(page, "**/api/v1/ledger?*", (listed) => {
        const entry = (listed.entries as Fields[]).find((one) => one.index === index);
        if (entry === undefined) return;
        const { current_hash: _, ...fields } = Object.assign(entry, { [field]: 600 });
        entry.current_hash = entryHash(nodeHost, canonicalJson(fields as Json));
      });
      await page.goto(viewer.url(`/entry/${index}`));
      await page.getByText(/It does not come to what the entry says.*\d+ ops in \d+ commits/).waitFor();
    }
  });

  test("environments in another unit than the core's are refused, and no reward is shown in it", async () => {
    const page = await viewer.openLoosely();
    await answer(page, "**/api/v1/environments", ({ entries }) => {
      for (const one of entries as Fields[]) one.reward_unit = 1;
    });
    await page.goto(viewer.url("/entry/32"));
    await page.getByText("24 steps earned 116.0, as the entry says").waitFor();
    await page.goto(viewer.url("/boards"));
    await page.getByRole("heading", { name: "This answer does not hold" }).waitFor();
  });

  test("no environment at all is said, where one would be trained in", async () => {
    const page = await viewer.openLoosely();
    await answer(page, "**/api/v1/environments", (answer) => Object.assign(answer, { entries: [], size: 0 }));
    await page.goto(viewer.url("/train"));
    await page.getByText("The service names no environment to train in.").waitFor();
  });

  test("a memory that cannot be read leaves the page where files are checked", async () => {
    const page = await viewer.openLoosely();
    await page.addInitScript(`localStorage.setItem("policyledger-log:x", "{")`);
    await page.goto(viewer.url("/verify"));
    await page.getByText("This browser remembers no log's key yet").waitFor();
  });

  test("a claim that is said to be recorded as another's entry is not called proven", async () => {
    const page = await viewer.openLoosely();
    await answer(page, "**/api/v1/claims/*", (job) => Object.assign(job, { state: "RECORDED", index: 0 }));
    await page.goto(viewer.url("/train"));
    await page.getByLabel("Episodes").fill("1000");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByLabel("Your agent's name").fill("browser/strange");
    await page.getByRole("button", { name: "Sign and submit" }).click();
    await page.getByRole("heading", { name: "This answer does not hold" }).waitFor();
    expect(await page.getByText("Proven: done").count()).toBe(0);
  });

  test("a board that names an entry that is not there is not what the ledger says", async () => {
    const page = await viewer.openLoosely();
    await answer(page, "**/api/v1/marketplace?*", ({ entries }) => {
      (entries as Fields[])[0]!.index = 9_999;
    });
    await page.goto(viewer.url("/boards/energy-slot-v1/standard"));
    await page.getByText(/^1 of \d+ places that were looked at are not what the ledger says/).waitFor();
  });

  test("a service that asks to wait for half a minute says so at once, with a way to ask again", async () => {
    const page = await viewer.openLoosely();
    await page.route("**/api/v1/ledger?*", (route) =>
      route.fulfill({ status: 429, headers: { "retry-after": "30" }, body: "" }),
    );
    await page.goto(viewer.url("/"));
    await page.getByRole("button", { name: "Try again" }).waitFor();
    await page.getByText("answered with 429").waitFor();
  });

  test("the checkpoint is the service's own text, and no page of ours", async () => {
    // For a text the browser asks for an icon, which there is none of.
    const page = await viewer.openLoosely();
    await page.goto(viewer.url("/"));
    await page.getByRole("contentinfo").getByRole("link", { name: "Checkpoint" }).click();
    await page.waitForURL("**/checkpoint");
    expect(await page.locator("body").innerText()).toMatch(/\n\d+\n[A-Za-z0-9+/=]{44}\n/);
  });

  test("the longest name that there may be makes no page wider than a phone", async () => {
    const claim = submissionOf(agentNamed("n".repeat(64)), policyOf(), CYBER, 5);
    const { claim_id } = (await (
      await fetch(viewer.url("/api/v1/claims"), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: bodyOf(claim),
      })
    ).json()) as Fields;
    let job: Fields = {};
    await until("its entry", async () => {
      job = await read(`/api/v1/claims/${claim_id}`);
      return job.state === "RECORDED";
    });
    const page = await viewer.open(`/entry/${job.index}`, { viewport: { width: 320, height: 700 } });
    await page.getByText("This browser comes to the same verdict").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(320);
  });
});
