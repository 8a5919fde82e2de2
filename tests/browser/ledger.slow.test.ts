// The ledger and its entries in a real browser, on the whole local stack.
import type { Page, Route } from "playwright-core";
import { describe, expect, test } from "vitest";
import { submissionOf } from "../../scripts/agents.ts";
import { agentNamed, bodyOf, CYBER, policyOf } from "../service/agents.ts";
import { hasBrowser, useViewer } from "./world.ts";

interface Ledger {
  readonly entries: readonly { readonly index: number; readonly kind: string }[];
}

describe.skipIf(!hasBrowser)("the ledger", () => {
  const viewer = useViewer("browser-ledger");
  const entries = async (): Promise<Ledger["entries"]> =>
    ((await (await fetch(viewer.url("/api/v1/ledger?limit=500"))).json()) as Ledger).entries;

  test("shows the newest entries, and that this browser has checked them and the whole chain", async () => {
    const page = await viewer.open("/");
    const all = await entries();
    await page.getByText(`This browser checked all ${all.length} entries`).waitFor();
    await page.getByText("25 entries and their links hold").waitFor();
    const first = page.getByRole("listitem").filter({ has: page.getByRole("heading", { level: 2 }) });
    expect(await first.first().getByRole("heading", { level: 2 }).textContent()).toContain(
      String(all[0]!.index),
    );
    expect(await first.count()).toBe(25);
  });

  test("goes to older entries, to the oldest, and to any index, each at an address of its own", async () => {
    const page = await viewer.open("/");
    await page.getByRole("link", { name: "Older" }).first().click();
    await page.waitForURL(/\?from=\d+$/);
    await page.getByText("The chain begins here.").waitFor();
    await page.getByRole("link", { name: "Newest" }).first().click();
    await page.getByRole("spinbutton", { name: "Entry" }).first().fill("7");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Entry 7", level: 1 }).waitFor();
    expect(page.url()).toBe(viewer.url("/entry/7"));
    expect(await page.title()).toBe("Entry 7 · PolicyLedger");
    await page.goBack();
    await page.getByRole("heading", { level: 1, name: "Agents claim rewards. Here is what held." }).waitFor();
  });

  test("shows a new entry as it arrives, without being loaded again", async () => {
    const page = await viewer.open("/");
    const before = (await entries()).length;
    await page.getByText("25 entries and their links hold").waitFor();
    const claim = submissionOf(agentNamed("browser/arrival"), policyOf(), CYBER, 77);
    const answer = await fetch(viewer.url("/api/v1/claims"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: bodyOf(claim),
    });
    expect(answer.status).toBe(202);
    await page
      .getByRole("article", { name: `Entry ${before}` })
      .getByText("browser/arrival")
      .waitFor();
    await page.getByText(`This browser checked all ${before + 1} entries`).waitFor();
  });

  test("replays every policy of the ledger in the page, and each earns its reward again", async () => {
    const page = await viewer.open("/");
    const policies = (await entries()).filter(({ kind }) => kind === "policy");
    for (let from = policies[0]!.index; from >= 0; from -= 25) {
      await page.goto(viewer.url(`/?from=${from}`));
      const here = policies.filter(({ index }) => index <= from && index > from - 25);
      for (const { index } of here)
        await page.getByRole("button", { name: `Replay entry ${index}`, exact: true }).click();
      await page
        .locator(".replay .good")
        .nth(here.length - 1)
        .waitFor();
      expect(await page.locator(".replay .bad, .replay .warn").count()).toBe(0);
    }
  });

  test("an entry is proven, explained and played, and the same is remembered when it is seen again", async () => {
    const page = await viewer.open("/entry/3");
    await page.getByText("hashes lead from this entry to the root").waitFor();
    await page.getByText("This browser sees this log for the first time").waitFor();
    await page.getByText("as the entry says").waitFor();
    const slider = page.getByRole("slider");
    await slider.focus();
    await page.keyboard.press("Home");
    await page.getByText("Step 1 of 24").waitFor();
    // By the page's own clock: a browser that is kept waiting may show a step for less time than it takes to look.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 1_000);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.clock.runFor(1_000);
    await page.getByText("Step 3 of 24").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.clock.resume();
    await page.getByRole("button", { name: /^Show all \d+$/ }).click();
    await page.reload();
    await page.getByText("It continues what this browser saw before").waitFor();
  });

  test("gives entry, claim, artifact and proof as files", async () => {
    const page = await viewer.open("/entry/3");
    const saved: Record<string, string> = {};
    for (const name of ["Entry", "Claim and artifact", "Artifact", "Save the proof"]) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name, exact: true }).click(),
      ]);
      const stream = await download.createReadStream();
      saved[download.suggestedFilename()] = (await stream.toArray()).join("");
    }
    expect(Object.keys(saved)).toHaveLength(4);
    expect(JSON.parse(saved["entry-3.json"]!).index).toBe(3);
    expect(JSON.parse(saved["claim-3.json"]!).claim.seed).toBe(11);
    expect(saved["entry-3.tlog-proof"]).toMatch(/^c2sp\.org\/tlog-proof@v1\nindex 3\n/);
  });

  test("says so where there is no such entry and no such page", async () => {
    const page = await viewer.open("/entry/99999");
    await page.getByRole("heading", { name: "There is nothing here" }).waitFor();
    for (const path of ["/nowhere", "/assets/none.js", "/train/more"]) {
      const answer = await page.goto(viewer.url(path));
      expect(answer!.status(), path).toBe(404);
      await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    }
  });

  describe("an answer that was tampered with", () => {
    /** Changes what the ledger's pages say. */
    async function tamper(page: Page, change: (entry: Record<string, unknown>) => void): Promise<void> {
      await page.route("**/api/v1/ledger?*", async (route: Route) => {
        const body = await (await route.fetch()).json();
        for (const entry of body.entries) change(entry);
        await route.fulfill({ json: body });
      });
    }

    test("a reward that was raised shows at its entry", async () => {
      const page = await viewer.openLoosely();
      await tamper(page, (entry) => {
        if (entry.index === 30) entry.verified_reward = 99_999;
      });
      await page.goto(viewer.url("/"));
      await page
        .getByRole("article", { name: "Entry 30" })
        .getByText(/one of them was changed/)
        .waitFor();
      await page.getByText("It breaks at entry").waitFor();
    });

    test("a link that leads elsewhere shows where the chain breaks", async () => {
      const page = await viewer.openLoosely();
      await tamper(page, (entry) => {
        if (entry.index === 30) entry.previous_hash = "ab".repeat(32);
      });
      await page.goto(viewer.url("/"));
      await page.getByText("The chain breaks here.").first().waitFor();
      await page.getByText("It breaks at entry").waitFor();
    });

    test("a log that holds another entry shows where the whole chain breaks", async () => {
      const page = await viewer.openLoosely();
      await page.route("**/tile/entries/**", async (route) => {
        const bytes = await (await route.fetch()).body();
        // An earlier year, which makes it no less an entry.
        const at = bytes.indexOf('"timestamp":"', bytes.indexOf('"index":5,')) + '"timestamp":"202'.length;
        bytes[at] = "0".charCodeAt(0);
        await route.fulfill({ body: bytes, contentType: "application/octet-stream" });
      });
      await page.goto(viewer.url("/"));
      await page.getByText("25 entries and their links hold").waitFor();
      const broken = page.getByText("It breaks at entry");
      await broken.waitFor();
      expect(await broken.getByRole("link").textContent()).toBe("5");
    });

    test("a policy that is another one is not run", async () => {
      const page = await viewer.openLoosely();
      await page.route("**/api/v1/policies/*", async (route) => {
        const text = await (await route.fetch()).text();
        await route.fulfill({
          body: text.replace(/\d/, (digit) => (digit === "9" ? "8" : "9")),
          contentType: "application/json",
        });
      });
      await page.goto(viewer.url("/"));
      await page.getByRole("button", { name: "Replay entry 20" }).click();
      await page
        .locator(".replay .bad")
        .getByText(/hashes to/)
        .waitFor();
    });

    test("a proof that does not hold is shown as none", async () => {
      const page = await viewer.openLoosely();
      await page.route("**/api/v1/log/inclusion*", async (route) => {
        const body = await (await route.fetch()).json();
        body.path[0] = "cd".repeat(32);
        await route.fulfill({ json: body });
      });
      await page.goto(viewer.url("/entry/3"));
      await page.getByRole("heading", { name: "It was not proven" }).waitFor();
    });

    test("text that looks like markup stays text", async () => {
      const page = await viewer.openLoosely();
      const name = "<img src=x onerror=alert(1)>";
      await page.route("**/api/v1/environments", (route) => route.fulfill({ status: 500, body: name }));
      await tamper(page, (entry) => {
        if (entry.kind === "policy") entry.env_config = { preset: name };
      });
      await page.goto(viewer.url("/"));
      await page.getByText(name).first().waitFor();
      expect(await page.locator("img").count()).toBe(0);
    });
  });

  test("a service that does not answer is said to be, and asked again at a click", async () => {
    const page = await viewer.openLoosely();
    await page.route("**/api/v1/ledger*", (route) => route.fulfill({ status: 503, body: "{}" }));
    await page.goto(viewer.url("/"));
    await page.getByRole("alert").waitFor({ timeout: 60_000 });
    await page.unroute("**/api/v1/ledger*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("25 entries and their links hold").waitFor();
  });
});
