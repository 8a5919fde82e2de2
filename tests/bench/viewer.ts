// The figures of the viewer: what its first view takes over the wire, and what its reader gets in Chromium.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { startStack } from "../../emulators/src/launcher/stack.ts";
import { until } from "../../scripts/until.ts";
import { chromiumPath, launchChromium, openPage } from "../browser/chromium.ts";
import { withLongLedger } from "./long-ledger.ts";
import { atOneOrigin, SITE } from "./origin.ts";
import { median } from "./rate.ts";
import { ENTRIES, POLICIES } from "./remote.ts";
import { fullQTable } from "./workloads.ts";

const VIEWS = 11;
const CHECKS = 5;

/** All JavaScript that the document itself names, as it is built. */
export function firstLoadBytes(): number {
  const page = readFileSync(`${SITE}/index.html`, "utf8");
  const paths = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  if (paths.length === 0) throw new Error("bug: the page names no script");
  return paths.reduce((sum, path) => sum + gzipSync(readFileSync(SITE + path), { level: 9 }).length, 0);
}

/**
 * Notes when the window is checked and shown: after the frame that has it is painted, when the page would hear a click.
 * The marks are the page's own, in milliseconds from the start of its navigation.
 */
const NOTE_INTERACTIVE = `
  window.interactive = new Promise((resolve) => {
    const isThere = () =>
      document.querySelector(".standing")?.textContent.includes("25 entries and their links hold") &&
      document.querySelectorAll(".chain button:enabled").length >= 25;
    const look = () => {
      if (!isThere()) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
  });`;

/** The median of first views, each in a browser context of its own, through Hosting of the local stack. */
export function timeToInteractive(): Promise<number | null> {
  return inChromium(async (browser) => {
    const local = mkdtempSync(join(tmpdir(), "policyledger-bench-"));
    const stack = await startStack({ ports: "free", local });
    try {
      const { hosting } = stack.urls;
      await until("the first checkpoint", async () => (await fetch(`${hosting}/checkpoint`)).ok);
      const view = () =>
        onPage(browser, async (page) => {
          await page.addInitScript(NOTE_INTERACTIVE);
          await page.goto(hosting);
          return (await page.evaluate("window.interactive")) as number;
        });
      // Once before, so that every function has run.
      await view();
      return await medianOf(VIEWS, view);
    } finally {
      await stack.stop();
      rmSync(local, { recursive: true });
    }
  });
}

/** Notes the time of the click, and when the page says that all is checked. */
const NOTE_CHECK = `
  window.milliseconds = new Promise((resolve) => {
    const all = document.querySelector(".standing .all");
    let clicked;
    all.addEventListener("click", (event) => { clicked = event.timeStamp; }, { once: true, capture: true });
    new MutationObserver(() => {
      if (all.querySelector(".good") !== null) resolve(performance.now() - clicked);
    }).observe(all, { childList: true, subtree: true });
  }); 0`;

/** From the click to the result as the page shows it, each time in a browser context of its own. */
export function checkedChainEntries(): Promise<number | null> {
  return inChromium((browser) =>
    withLongLedger({ entries: ENTRIES, policies: POLICIES }, ({ url }) =>
      medianOf(CHECKS, () =>
        onPage(browser, async (page) => {
          await page.goto(url);
          const button = page.getByRole("button", { name: "Check all 10,000 here" });
          await button.waitFor();
          await page.evaluate(NOTE_CHECK);
          await button.click();
          return ENTRIES / (((await page.evaluate("window.milliseconds")) as number) / 1_000);
        }),
      ),
    ),
  );
}

/** The workload of replays in a worker, built as the viewer's is. */
export function viewerReplaySteps(): Promise<number | null> {
  return inChromium(async (browser) => {
    const folder = mkdtempSync(join(tmpdir(), "policyledger-bench-"));
    try {
      await build({
        configFile: fileURLToPath(new URL("../../hosting/vite.config.ts", import.meta.url)),
        root: fileURLToPath(new URL(".", import.meta.url)),
        build: {
          outDir: folder,
          rolldownOptions: {
            input: fileURLToPath(new URL("replay-worker.ts", import.meta.url)),
            output: { entryFileNames: "worker.js" },
          },
        },
      });
      writeFileSync(join(folder, "index.html"), '<!doctype html><link rel="icon" href="data:,">');
      return await atOneOrigin(folder, notThere, (url) =>
        onPage(browser, async (page) => {
          await page.goto(url);
          return (await page.evaluate(`new Promise((resolve, reject) => {
            const worker = new Worker("/worker.js", { type: "module" });
            worker.onmessage = ({ data }) => resolve(data);
            worker.onerror = ({ message }) => reject(new Error(message));
            worker.postMessage(${JSON.stringify(fullQTable(1))});
          })`)) as number;
        }),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

const notThere = async () => new Response(null, { status: 404 });

async function inChromium(work: (browser: Browser) => Promise<number>): Promise<number | null> {
  if (chromiumPath() === null) return null;
  const browser = await launchChromium();
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** A page with nothing in its caches; one that is at fault measures nothing. */
async function onPage(browser: Browser, work: (page: Page) => Promise<number>): Promise<number> {
  const { page, faults, close } = await openPage(browser);
  try {
    const measured = await work(page);
    if (faults.length > 0) throw new Error(`bug: ${faults.join("; ")}`);
    return measured;
  } finally {
    await close();
  }
}

async function medianOf(count: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let i = 0; i < count; i++) values.push(await measure());
  return median(values);
}
