// What the viewer shows when there is nothing, no network, or something else than before, in a real browser.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { findings } from "./axe.ts";
import { hasBrowser, useViewer } from "./world.ts";

interface Listed {
  entries: { index: number; current_hash: string; agent_id: string }[];
  size: number;
  head: string | null;
}

describe.skipIf(!hasBrowser)("the viewer", () => {
  const viewer = useViewer("browser-states");

  /** The ledger's pages and its head, changed. */
  async function ledgerAs(page: Page, change: (listed: Listed) => void): Promise<void> {
    await page.unroute("**/api/v1/ledger*");
    await page.unroute("**/api/v1/ledger/head");
    await page.route("**/api/v1/ledger*", async (route) => {
      const body = (await (await route.fetch()).json()) as Listed;
      change(body);
      await route.fulfill({ json: body });
    });
    await page.route("**/api/v1/ledger/head", async (route) => {
      const head = (await (await route.fetch()).json()) as { size: number; current_hash: string };
      const listed: Listed = { entries: [], size: head.size, head: head.current_hash };
      change(listed);
      await route.fulfill({ json: { ...head, size: listed.size, current_hash: listed.head } });
    });
  }

  test("says of a ledger without entries how to be the first", async () => {
    const page = await viewer.openLoosely();
    await ledgerAs(page, (listed) => Object.assign(listed, { entries: [], size: 0, head: null }));
    await page.goto(viewer.url("/"));
    await page.getByRole("heading", { name: "The ledger is empty" }).waitFor();
    await page.getByRole("link", { name: "Train a policy" }).click();
    await page.getByRole("heading", { name: "Train a policy here" }).waitFor();
  });

  test("shows a ledger that has become shorter while the page was open", async () => {
    const page = await viewer.openLoosely();
    await page.goto(viewer.url("/"));
    await page.getByText("25 entries and their links hold").waitFor();
    await ledgerAs(page, (listed) => {
      listed.entries = listed.entries.filter(({ index }) => index < 33);
      listed.size = 33;
      listed.head = listed.entries[0]?.current_hash ?? "ab".repeat(32);
    });
    await page.getByRole("alert").getByText("It had 34 entries a moment ago, and has 33 now.").waitFor();
  });

  test("shows an entry that has become another while the page was open", async () => {
    const page = await viewer.openLoosely();
    await page.goto(viewer.url("/"));
    await page.getByText("25 entries and their links hold").waitFor();
    await ledgerAs(page, (listed) => {
      listed.head = "cd".repeat(32);
      for (const entry of listed.entries) if (entry.index === 33) entry.current_hash = "cd".repeat(32);
    });
    await page.getByRole("alert").getByText("Entry 33 is another than it was a moment ago.").waitFor();
  });

  test("says that the network is gone, keeps what it showed, and goes on when it is back", async () => {
    const page = await viewer.openLoosely();
    await page.goto(viewer.url("/"));
    await page.getByText("25 entries and their links hold").waitFor();
    await page.context().setOffline(true);
    await page.getByText("You are offline. What is shown was loaded before.").waitFor();
    expect(await page.getByRole("article").count()).toBe(25);
    await page.getByRole("link", { name: "Older" }).first().click();
    await page.getByRole("heading", { name: "You are offline" }).waitFor({ timeout: 60_000 });
    await page.context().setOffline(false);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("The chain begins here.").waitFor();
    expect(await page.getByText("You are offline").count()).toBe(0);
  });

  test("goes back to where the reader was, and shows the checkpoint that the foot links to", async () => {
    const page = await viewer.open("/");
    const last = page.getByRole("article", { name: "Entry 10" });
    await last.scrollIntoViewIfNeeded();
    const before = (await page.evaluate("scrollY")) as number;
    expect(before).toBeGreaterThan(500);
    await last.getByRole("link").click();
    await page.getByRole("heading", { level: 1, name: "Entry 10" }).waitFor();
    expect(await page.evaluate("scrollY")).toBe(0);
    await page.goBack();
    await expect.poll(() => page.evaluate("scrollY"), { timeout: 10_000 }).toBe(before);
    await page.getByRole("link", { name: "Checkpoint" }).click();
    await page.waitForURL("**/checkpoint");
  });

  test("gives a whole hash at a click, and the exact time beside the reader's own", async () => {
    const page = await viewer.open("/entry/3", { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("button", { name: /current_hash/ }).click();
    const hash = (await page.evaluate("navigator.clipboard.readText()")) as string;
    const { entries } = (await (
      await fetch(viewer.url("/api/v1/ledger?order=oldest&from=3&limit=1"))
    ).json()) as Listed;
    expect(hash).toBe(entries[0]!.current_hash);
    expect(await page.locator(".by time").getAttribute("title")).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test("trains, signs and submits by the keyboard alone, and axe finds nothing on the way", async () => {
    const page = await viewer.open("/train", { bypassCSP: true });
    await page.getByRole("combobox", { name: "Environment" }).focus();
    await page.keyboard.press("ArrowDown");
    for (let i = 0; i < 3; i++) await page.keyboard.press("Tab");
    await page.keyboard.press("Control+A");
    await page.keyboard.type("3000");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Trained" }).waitFor();
    await page.getByLabel("Your agent's name").waitFor();
    for (let i = 0; i < 10; i++) {
      await page.keyboard.press("Tab");
      if ((await page.evaluate("document.activeElement.name")) === "agent") break;
    }
    await page.keyboard.type("browser/keys");
    await page.keyboard.press("Enter");
    await page.getByText("Proven: done").waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test("shows what does not hold so that axe finds nothing in it", async () => {
    const page = await viewer.openLoosely({ bypassCSP: true });
    await ledgerAs(page, (listed) => {
      for (const entry of listed.entries) if (entry.index % 3 === 0) entry.agent_id = "other/agent";
    });
    for (const path of ["/", "/entry/3", "/entry/33"]) {
      await page.goto(viewer.url(path));
      await page.getByRole("alert").first().waitFor();
      expect(await findings(page), path).toEqual([]);
    }
  });
});
