// The whole local stack with the viewer on it, and a browser: for one file of tests.

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type Stack, startStack } from "../../emulators/src/launcher/stack.ts";
import { until } from "../../scripts/until.ts";
import { chromiumPath, launchChromium, openPage, type Watched } from "./chromium.ts";

export const hasBrowser = chromiumPath() !== null;
if (!hasBrowser) {
  console.warn("No Chromium was found on this machine: the viewer's tests in a browser are skipped.");
}

export interface Viewer {
  url(path?: string): string;
  /** A page that must stay without faults until the test ends. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** The same for pages that are shown what is wrong: the browser itself notes failed requests as errors. */
  openLoosely(options?: BrowserContextOptions): Promise<Page>;
}

export function useViewer(name: string): Viewer {
  let stack: Stack;
  let browser: Browser;
  let open: { readonly watched: Watched; readonly isLoose: boolean }[] = [];
  beforeAll(async () => {
    if (!hasBrowser) return;
    [stack, browser] = await Promise.all([
      startStack({ ports: "free", memory: true, local: `.local/${name}` }),
      launchChromium(),
    ]);
    // Signed a moment after the start; before, the browser would note that it is not there.
    await until("the first checkpoint", async () => (await fetch(url("/checkpoint"))).ok);
  });
  afterEach(async () => {
    const closing = open;
    open = [];
    for (const { watched, isLoose } of closing) {
      await watched.close();
      if (!isLoose) expect(watched.faults).toEqual([]);
    }
  });
  afterAll(async () => {
    await browser?.close();
    await stack?.stop();
  });
  const url = (path = "") => `${stack.urls.hosting}${path}`;
  const opened = async (isLoose: boolean, options?: BrowserContextOptions) => {
    const watched = await openPage(browser, options);
    open.push({ watched, isLoose });
    return watched.page;
  };
  return {
    url,
    open: async (path, options) => {
      const page = await opened(false, options);
      await page.goto(url(path));
      return page;
    },
    openLoosely: (options) => opened(true, options),
  };
}
