// The marketplace in a real browser, on the whole local stack.
import { describe, expect, test } from "vitest";
import { hasBrowser, useViewer } from "./world.ts";

interface Board {
  readonly entries: readonly { readonly agent_id: string; readonly index: number }[];
}

describe.skipIf(!hasBrowser)("the marketplace", () => {
  const viewer = useViewer("browser-boards");
  const board = async (by: string): Promise<Board["entries"]> => {
    const query = `env_id=cyber-defense-v1&preset=standard&by=${by}`;
    return ((await (await fetch(viewer.url(`/api/v1/marketplace?${query}`))).json()) as Board).entries;
  };

  test("leads from all boards to one, ranked by expectation first, and by the verified reward at a click", async () => {
    const page = await viewer.open("/boards");
    await page
      .getByRole("link", { name: /^standard 24 steps .* of the optimum/ })
      .first()
      .click();
    await page.getByRole("heading", { name: "cyber-defense-v1, standard" }).waitFor();
    const rows = page.getByRole("table").getByRole("row");
    const agents = async () => (await rows.getByRole("link").allTextContents()).map((text) => text.trim());
    const wanted = async (by: string) => (await board(by)).map(({ agent_id }) => agent_id);
    await rows.nth(1).waitFor();
    expect(await agents()).toEqual(await wanted("expected"));
    await page.getByRole("link", { name: "Verified reward" }).click();
    await page.waitForURL(/by=verified_reward/);
    await page.getByText("on the one seed that its agent chose").waitFor();
    await rows.nth(1).waitFor();
    expect(await agents()).toEqual(await wanted("verified_reward"));
    await page.getByRole("img", { name: /^Verified rewards of \d+ places/ }).waitFor();
    await page.getByRole("img", { name: /^The best expected return over time/ }).waitFor();
  });

  test("runs a place's policy again from its entry, and says so where the board says something else", async () => {
    const page = await viewer.open("/boards/cyber-defense-v1/standard");
    await page.getByRole("button", { name: "Replay place 1", exact: true }).click();
    await page.locator(".replay .good").waitFor();
    const loose = await viewer.openLoosely();
    await loose.route("**/api/v1/marketplace?*", async (route) => {
      const body = await (await route.fetch()).json();
      body.entries[0].verified_reward += 100;
      await route.fulfill({ json: body });
    });
    await loose.goto(viewer.url("/boards/cyber-defense-v1/standard"));
    await loose.getByRole("button", { name: "Replay place 1", exact: true }).click();
    await loose.getByText("does not say what the board says").waitFor();
  });

  test("a board that nobody is on says what there is to win, and one that is not there says that", async () => {
    const page = await viewer.open("/boards/energy-slot-v1/low_demand");
    await page.getByRole("heading", { name: "Nobody has a place here yet" }).waitFor();
    const loose = await viewer.openLoosely();
    await loose.goto(viewer.url("/boards/energy-slot-v1/nowhere"));
    await loose.getByRole("alert").waitFor();
  });
});
