// A ledger that is too long to be checked without being asked: its check goes on beside all else, and stops when it is told.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { appendWaiting } from "../../functions/src/append.ts";
import type { Service } from "../../functions/src/service.ts";
import { until } from "../../scripts/until.ts";
import { fill } from "../bench/fill.ts";
import { withLongLedger } from "../bench/long-ledger.ts";
import { agentNamed, claims } from "../service/agents.ts";
import { launchChromium, openPage, type Watched } from "./chromium.ts";
import { hasBrowser } from "./world.ts";

const ENTRIES = 3_000;

describe.skipIf(!hasBrowser)("a long ledger", () => {
  let browser: Browser;
  let url: string;
  let service: Service;
  let watched: Watched;
  const ended = Promise.withResolvers<void>();
  let ledger: Promise<void>;

  beforeAll(async () => {
    browser = await launchChromium();
    await new Promise<void>((ready, failed) => {
      ledger = withLongLedger({ entries: ENTRIES, policies: 20 }, (at) => {
        ({ url, service } = at);
        ready();
        return ended.promise;
      });
      ledger.catch(failed);
    });
  });
  afterEach(async () => {
    await watched.close();
    expect(watched.faults).toEqual([]);
  });
  afterAll(async () => {
    ended.resolve();
    await ledger;
    await browser?.close();
  });

  /** The ledger's page, on which the log's bundles come one at a time, as often as they are let through. */
  async function open(): Promise<{ page: Page; asked: () => number; letThrough: (count: number) => void }> {
    watched = await openPage(browser);
    const { page } = watched;
    let asked = 0;
    let open = 0;
    const waiting: (() => void)[] = [];
    const letThrough = (count: number) => {
      open += count;
      while (open > 0 && waiting.length > 0) {
        open -= 1;
        waiting.shift()!();
      }
    };
    await page.route("**/tile/entries/**", async (route) => {
      asked += 1;
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        letThrough(0);
      });
      // What was given up on its way is answered to nobody.
      await route.continue().catch(() => {});
    });
    await page.goto(url);
    return { page, asked: () => asked, letThrough };
  }

  const start = (page: Page, size: number) =>
    page.getByRole("button", { name: `Check all ${size.toLocaleString("en")} here` }).click();

  test("is checked at a click, which goes on while the reader pages, replays and sees new entries arrive", async () => {
    const { page, asked, letThrough } = await open();
    await page.getByText("25 entries and their links hold").waitFor();
    await start(page, ENTRIES);
    letThrough(3);
    await page.getByText(`768 of ${ENTRIES.toLocaleString("en")}`).waitFor();
    await page.getByRole("button", { name: `Replay entry ${ENTRIES - 1}`, exact: true }).click();
    await page.getByText(/^Earned .* again/).waitFor();
    await page.getByRole("link", { name: "Oldest" }).first().click();
    await page.getByText("The chain begins here.").waitFor();
    letThrough(1);
    await page.getByText(`1,024 of ${ENTRIES.toLocaleString("en")}`).waitFor();
    await page.getByRole("link", { name: "Newest" }).first().click();
    await fill(service.db, claims(agentNamed("long/arrival"), 1, 9_000));
    await appendWaiting(service);
    await page.getByRole("article", { name: `Entry ${ENTRIES}` }).waitFor();
    letThrough(100);
    await page.getByText(`This browser checked all ${ENTRIES.toLocaleString("en")} entries`).waitFor();
    expect(asked()).toBe(Math.ceil(ENTRIES / 256));
    await page.getByRole("link", { name: "Older" }).first().click();
    await page.getByRole("article", { name: `Entry ${ENTRIES - 25}` }).waitFor();
    await page.getByRole("button", { name: "Check again" }).click();
    await page.getByText(`This browser checked all ${(ENTRIES + 1).toLocaleString("en")} entries`).waitFor();
  });

  test("stops when it is told to, and when the ledger is left", async () => {
    const { page, asked, letThrough } = await open();
    const size = ENTRIES + 1;
    for (const leave of [
      () => page.getByRole("button", { name: "Stop" }).click(),
      () => page.getByRole("link", { name: "Verify" }).click(),
    ]) {
      const before = asked();
      await start(page, size);
      letThrough(2);
      await page.getByText(`512 of ${size.toLocaleString("en")}`).waitFor();
      // Four are on their way at a time.
      await until("the next requests", async () => asked() - before === 6);
      await leave();
      await page.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
      letThrough(4);
      // Whoever goes on would have asked by now.
      await page.waitForTimeout(500);
      expect(asked() - before).toBe(6);
    }
  });
});
