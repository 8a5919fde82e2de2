// An entry's claim in a real browser: decided on again, step by step, and checked from a terminal as the page says.
import { rmSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newHome, policyledger } from "../agents/command.ts";
import { hasBrowser, useViewer } from "./world.ts";

type Fields = Record<string, unknown>;

describe.skipIf(!hasBrowser)("an entry's claim", () => {
  const viewer = useViewer("browser-entry");
  const home = newHome();
  let plan: number;
  beforeAll(async () => {
    const { entries } = (await (await fetch(viewer.url("/api/v1/ledger?limit=500"))).json()) as {
      entries: { index: number; kind: string }[];
    };
    plan = entries.find(({ kind }) => kind === "plan")!.index;
  });

  /** The page of entry 3, of which the service says something else. */
  async function changed(change: (entry: Fields) => void): Promise<Page> {
    const page = await viewer.openLoosely();
    await page.route("**/api/v1/ledger?*", async (route) => {
      const body = (await (await route.fetch()).json()) as { entries: Fields[] };
      for (const entry of body.entries) if (entry.index === 3) change(entry);
      await route.fulfill({ json: body });
    });
    await page.goto(viewer.url("/entry/3"));
    return page;
  }

  const steps = (page: Page) => page.locator(".claim-of .checks > li");
  const step = (page: Page, name: string) =>
    steps(page).filter({ has: page.getByText(name, { exact: true }) });

  test("of a policy holds in each of the verifier's steps, and the service has recorded it as this entry", async () => {
    const page = await viewer.open("/entry/3");
    await page
      .getByText("samples/bo claims: this policy, in cyber-defense-v1 (standard), on seed 11, earned 113.0.")
      .waitFor();
    await page.getByText("This browser comes to the same verdict: valid, in every step.").waitFor();
    expect(await steps(page).locator("strong").allTextContents()).toEqual([
      "Form",
      "Identity",
      "Bounds",
      "Artifact",
      "Replay",
      "Reward",
    ]);
    await page.getByText(/^The service: submitted .*, found valid .*, recorded .*\.$/).waitFor();
  });

  test("of a plan holds in each of its own", async () => {
    const page = await viewer.open(`/entry/${plan}`);
    await page.getByText("This browser comes to the same verdict: valid, in every step.").waitFor();
    expect(await steps(page).locator("strong").allTextContents()).toEqual([
      "Form",
      "Identity",
      "Bounds",
      "Plan",
      "Run",
      "Final state",
      "Final commit",
    ]);
  });

  test("whose signature is another's is not its agent's", async () => {
    const page = await changed((entry) => {
      entry.signature = "00".repeat(64);
    });
    await step(page, "Identity")
      .getByText(/^The signature is not one of key/)
      .waitFor();
    await page.getByText("This browser comes to another verdict: not valid.").waitFor();
  });

  test("that says more than its policy earns fails at the reward, and nothing is played of it", async () => {
    const page = await changed((entry) => {
      entry.verified_reward = 1_131;
    });
    await step(page, "Reward")
      .getByText(/reward_mismatch/)
      .waitFor();
    await page.getByRole("heading", { name: "It does not hold" }).waitFor();
    expect(await page.getByRole("slider").count()).toBe(0);
    expect(await page.locator(".result.false").count()).toBe(1);
  });

  test("of which the service keeps something else is shown so", async () => {
    const page = await viewer.openLoosely();
    await page.route("**/api/v1/claims/*", async (route) => {
      const body = (await (await route.fetch()).json()) as Fields;
      await route.fulfill({ json: { ...body, index: 4 } });
    });
    await page.goto(viewer.url("/entry/3"));
    await page.getByText("The service says something else of this claim: recorded, as entry 4.").waitFor();
  });

  test("holds by every command that the page shows for a terminal", async () => {
    const ran: string[] = [];
    for (const index of [3, plan]) {
      const page = await viewer.open(`/entry/${index}`);
      const shown = page.locator("section[aria-labelledby=terminal] .commands code");
      await shown.first().waitFor();
      for (const command of await shown.allTextContents()) {
        const [npx, name, ...args] = command.split(" ");
        expect([npx, name]).toEqual(["npx", "policyledger"]);
        const { code, err } = await policyledger(args, { home });
        expect(code, `${command}\n${err}`).toBe(0);
        ran.push(args[0]!);
      }
    }
    expect(ran).toEqual(["verify", "returns", "proof", "audit", "verify", "plan", "proof", "audit"]);
  });

  afterAll(() => rmSync(home, { recursive: true, force: true }));
});
