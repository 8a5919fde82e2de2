// The browser that the viewer is tried in: Chromium of the machine, and a page that notes whatever goes wrong in it.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Null where there is none; `CHROMIUM` names another one. */
export function chromiumPath(): string | null {
  const named = process.env.CHROMIUM;
  if (named !== undefined) return existsSync(named) ? named : null;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return paths.find((path) => existsSync(path)) ?? null;
}

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath()!,
    // Machines without user name spaces cannot sandbox; only our own page is opened.
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}

export interface Watched {
  readonly page: Page;
  /** Errors of the console, uncaught ones, and violations of the page's policy. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    // A path that is no page is one with status 404, which the browser itself notes.
    const isNoPage = message.location().url === page.url() && message.text().includes("status of 404");
    if (message.type() === "error" && !isNoPage) faults.push(message.text());
  });
  page.on("pageerror", (error) => void faults.push(`uncaught: ${error.message}`));
  return { page, faults, close: () => context.close() };
}
