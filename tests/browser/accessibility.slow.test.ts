// Every page for those who do not see it, or use no mouse: axe finds nothing, and the keyboard leads everywhere.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { findings } from "./axe.ts";
import { hasBrowser, useViewer } from "./world.ts";

const PAGES = [
  "/",
  "/?from=10",
  "/entry/3",
  "/entry/33",
  "/boards",
  "/boards/cyber-defense-v1/standard",
  "/train",
  "/verify",
  "/how",
  "/nowhere",
];

/** Until nothing more is on its way. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(500);
}

describe.skipIf(!hasBrowser)("accessible", () => {
  const viewer = useViewer("browser-accessible");

  test.each([
    ["light", 360],
    ["dark", 1_280],
  ] as const)("axe finds nothing on any page, %s, %i pixels wide", async (colorScheme, width) => {
    const found: string[] = [];
    // axe's own script is not the page's: only here its policy is lifted.
    const options = { colorScheme, viewport: { width, height: 800 }, bypassCSP: true };
    const page = await viewer.open("/", options);
    for (const path of PAGES) {
      await page.goto(viewer.url(path));
      await settled(page);
      found.push(...(await findings(page)).map((one) => `${path}: ${one}`));
    }
    expect(found).toEqual([]);
  });

  test("no page is wider than a phone", async () => {
    const page = await viewer.open("/", { viewport: { width: 360, height: 800 } });
    const wide: string[] = [];
    for (const path of PAGES) {
      await page.goto(viewer.url(path));
      await settled(page);
      if (((await page.evaluate("document.documentElement.scrollWidth")) as number) > 360) wide.push(path);
    }
    expect(wide).toEqual([]);
  });

  test.each([360, 1_280])("nothing moves while a page comes to be, %i pixels wide", async (width) => {
    const page = await viewer.open("/", { viewport: { width, height: 800 } });
    await page.addInitScript(
      "window.moved = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) window.moved += one.value; }).observe({ type: 'layout-shift', buffered: true });",
    );
    const moved: Record<string, number> = {};
    for (const path of PAGES) {
      await page.goto(viewer.url(path));
      await settled(page);
      const by = (await page.evaluate("window.moved")) as number;
      // Google's limit for what readers do not notice is 0.1.
      if (by > 0.1) moved[path] = by;
    }
    expect(moved).toEqual({});
  });

  test("the keyboard alone skips to the content, opens an entry, replays and comes back", async () => {
    const page = await viewer.open("/");
    await settled(page);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    const at = () =>
      page.evaluate(
        "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
      );
    let text: unknown = "";
    for (let i = 0; i < 60 && !String(text).startsWith("Replay entry"); i++) {
      await page.keyboard.press("Tab");
      text = await at();
    }
    await page.keyboard.press("Enter");
    await page.locator(".replay .good").waitFor();
    for (let i = 0; i < 10 && !String(text).startsWith("Entry "); i++) {
      await page.keyboard.press("Tab");
      text = await at();
    }
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: /^Entry \d+$/ }).waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await page.goBack();
    await page.getByText("Agents claim rewards").waitFor();
  });

  test("whoever wants less motion gets none", async () => {
    const page = await viewer.open("/", { reducedMotion: "reduce" });
    await settled(page);
    const moving = await page.evaluate("document.getAnimations().length");
    expect(moving).toBe(0);
  });
});
