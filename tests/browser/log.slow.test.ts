// A log that lies to the viewer, with its own key: what is shown is held against what it signed, now and before.
import { readFileSync, rmSync, writeFileSync } from "node:fs";

import { join } from "node:path";
import { canonicalJson, formatVerifierKey, type Json } from "@policyledger/core";
import { noteSigner } from "@policyledger/core/node";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newHome, policyledger } from "../agents/command.ts";
import { type LyingLog, logShowing } from "../agents/lying-log.ts";

import { hasBrowser, useViewer } from "./world.ts";

const signer = noteSigner("log", "lying.example", "03".repeat(32));

describe.skipIf(!hasBrowser)("a log that lies", () => {
  const viewer = useViewer("browser-log");
  const home = newHome();
  let real: string[];
  let forked: string[];
  beforeAll(async () => {
    const answer = await fetch(viewer.url("/api/v1/ledger?order=oldest&limit=500"));
    const { entries } = (await answer.json()) as {
      entries: (Record<string, Json> & { current_hash: string })[];
    };
    real = entries.map(({ current_hash: _, ...entry }) => canonicalJson(entry));
    forked = real.with(-1, real.at(-1)!.replace(/"timestamp":"\d/, '"timestamp":"1'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** From now on the log says what this one does; the ledger's own pages stay as they are. */
  async function show(page: Page, log: LyingLog): Promise<void> {
    await page.unroute("**/api/v1/log*");
    await page.unroute("**/api/v1/log/**");
    for (const path of ["**/api/v1/log*", "**/api/v1/log/**"])
      await page.route(path, async (route) => {
        const { pathname, search } = new URL(route.request().url());
        const told = log.tamper(pathname + search, "");
        if (typeof told === "string") throw new Error(`bug: nothing is told for ${pathname}`);
        await route.fulfill({
          status: told.status,
          body: told.text as string,
          contentType: "application/json",
        });
      });
  }

  test("signs what the page has checked: the root is computed here, and is the one that was signed", async () => {
    const page = await viewer.open("/");
    await page.getByText(/and the root over 34 is what 127\.0\.0\.1:\d+ signed/).waitFor();
  });

  test("and has signed other entries than are shown is found out when the whole chain is checked", async () => {
    const page = await viewer.openLoosely();
    await show(page, logShowing({ texts: forked, signers: [signer] }));
    await page.goto(viewer.url("/"));
    await page
      .getByRole("alert")
      .getByText(/^This is not what the log signed\./)
      .waitFor();
    await page
      .getByText(/The first 34 entries have the root [0-9a-f]{64}, and it has signed [0-9a-f]{64}\./)
      .waitFor();
  });

  test("and has signed more entries than the service shows is found out", async () => {
    const page = await viewer.openLoosely();
    await show(page, logShowing({ texts: [...real, ...forked], signers: [signer] }));
    await page.goto(viewer.url("/"));
    await page.getByText("It has signed 68 entries, and the service shows 34.").waitFor();
  });

  test.each(["/", "/entry/3"])(
    "and shows another history than before is shown on %s, with evidence that others can check",
    async (path) => {
      const page = await viewer.openLoosely();
      await show(page, logShowing({ texts: real, signers: [signer] }));
      await page.goto(viewer.url(path));
      await page
        .getByText(path === "/" ? /is what lying\.example signed/ : /^\d+ hashes lead from this entry/)
        .waitFor();
      await show(page, logShowing({ texts: forked, signers: [signer] }));
      await page.reload();
      await page.getByRole("heading", { name: "The log does not continue what it showed before" }).waitFor();
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Save the evidence" }).click(),
      ]);
      const file = join(home, `evidence-${path.length}.json`);
      writeFileSync(file, readFileSync(await download.path()));
      const { code, out } = await policyledger(
        ["evidence", "check", file, "--key", formatVerifierKey(signer.key)],
        { home },
      );
      expect(out).toMatch(/two histories|same size/i);
      expect(code).toBe(0);
    },
  );
});
