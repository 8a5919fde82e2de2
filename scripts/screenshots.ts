// Pictures of every page of the viewer, in light and dark, narrow and wide, on a local stack with the sample data:
// npm run screenshots -- FOLDER
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { startStack } from "../emulators/src/launcher/stack.ts";
import { chromiumPath, launchChromium, openPage } from "../tests/browser/chromium.ts";
import { until } from "./until.ts";

const PAGES = {
  ledger: "/",
  entry: "/entry/3",
  plan: "/entry/33",
  boards: "/boards",
  board: "/boards/cyber-defense-v1/standard",
  train: "/train",
  verify: "/verify",
  how: "/how",
};
const SETTLED_MS = 2_500;

async function takeAll(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const stack = await startStack({ ports: "free", memory: true, local: ".local/screenshots" });
  const browser = await launchChromium();
  try {
    const { hosting } = stack.urls;
    await until("the first checkpoint", async () => (await fetch(`${hosting}/checkpoint`)).ok);
    for (const colorScheme of ["light", "dark"] as const) {
      for (const width of [360, 1_440]) {
        const { page, close } = await openPage(browser, { colorScheme, viewport: { width, height: 900 } });
        for (const [name, path] of Object.entries(PAGES)) {
          await page.goto(hosting + path);
          await page.waitForTimeout(SETTLED_MS);
          const file = join(folder, `${name}-${colorScheme}-${width}.png`);
          await page.screenshot({ path: file });
          console.log(file);
        }
        await close();
      }
    }
  } finally {
    await browser.close();
    await stack.stop();
  }
}

if (chromiumPath() === null) {
  console.error("No Chromium was found; CHROMIUM=/path/to/one names it.");
  process.exitCode = 1;
} else {
  await takeAll(process.argv[2] ?? ".local/screenshots/pictures");
}
