// The marketplace in a real browser, on the whole local stack.
import {
  loadPolicy,
  makeEnvironment,
  type PolicyEntry,
  readArtifact,
  returnsOverSeeds,
  standingOf,
} from "@policyledger/core";
import { describe, expect, test } from "vitest";
import { hasBrowser, useViewer } from "./world.ts";

interface Place {
  agent_id: string;
  index: number;
  verified_reward: number;
  expected?: number;
}

interface Board {
  readonly entries: readonly Place[];
}

describe.skipIf(!hasBrowser)("the marketplace", () => {
  const viewer = useViewer("browser-boards");
  const board = async (by: string): Promise<Board["entries"]> => {
    const query = `env_id=cyber-defense-v1&preset=standard&by=${by}`;
    return ((await (await fetch(viewer.url(`/api/v1/marketplace?${query}`))).json()) as Board).entries;
  };

  /** The same by the core, here: the reward, and the shares of seeds that earn less, as much, more. */
  const luckOf = async (index: number): Promise<{ reward: string; shares: string[] }> => {
    const json = async (path: string) => (await fetch(viewer.url(path))).text();
    const entry = JSON.parse(await json(`/api/v1/ledger/${index}`)) as PolicyEntry;
    const artifact = readArtifact(await json(`/api/v1/policies/${entry.policy_hash}`));
    const env = makeEnvironment(entry.env_id, entry.env_config);
    const rewards = [...returnsOverSeeds(env, loadPolicy(artifact), { first: 0, count: 3_000 })];
    const { below, equal, above } = standingOf(entry.verified_reward, rewards);
    const shares = [below, equal, above].map((part) => `${(part / 30).toFixed(1)} %`);
    return { reward: (entry.verified_reward / 10).toFixed(1), shares };
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

  test("runs a place's policy again from its entry, on the claimed seed and on thousands of others", async () => {
    const page = await viewer.open("/boards/cyber-defense-v1/standard");
    await page.getByText("places say what their entries say").waitFor();
    await page.getByRole("button", { name: "Replay place 1", exact: true }).click();
    await page.locator(".replay .good").waitFor();
    await page.getByRole("button", { name: "How lucky is place 1?" }).click();
    const [first] = await board("expected");
    await page.getByRole("heading", { name: `How lucky is entry ${first!.index}?` }).waitFor();
    const { reward, shares } = await luckOf(first!.index);
    const said = `earned ${reward}: more than ${shares[0]} of 3,000 seeds, as much as ${shares[1]}, less than ${shares[2]}.`;
    await page.getByText(said).waitFor();
    await page.getByRole("img", { name: /^Returns on seeds 0 to 2999: from/ }).waitFor();
  });

  test.each([
    ["another reward", (first: Place) => (first.verified_reward += 100), "board says: verified_reward"],
    ["another expected return", (first: Place) => (first.expected! += 1), "board says: expected"],
    ["another agent", (first: Place) => (first.agent_id = "somebody"), "board says: agent_id"],
    [
      "an entry of another board",
      (first: Place) => (first.index = 27),
      "Entry 27 has no place on this board",
    ],
  ])("a board that says %s than the ledger is caught without a click", async (_, lie, said) => {
    const loose = await viewer.openLoosely();
    await loose.route("**/api/v1/marketplace?*", async (route) => {
      const body = await (await route.fetch()).json();
      lie(body.entries[0]);
      await route.fulfill({ json: body });
    });
    await loose.goto(viewer.url("/boards/cyber-defense-v1/standard"));
    await loose.getByText(said).waitFor();
    await loose.getByText("places that were looked at are not what the ledger says").waitFor();
  });

  test("a board that is not in its order says where", async () => {
    const loose = await viewer.openLoosely();
    await loose.route("**/api/v1/marketplace?*", async (route) => {
      const body = await (await route.fetch()).json();
      const [first, second, ...others] = body.entries;
      await route.fulfill({
        json: { ...body, entries: [{ ...second, rank: 1 }, { ...first, rank: 2 }, ...others] },
      });
    });
    await loose.goto(viewer.url("/boards/cyber-defense-v1/standard"));
    await loose.getByText("place 2 is not where it belongs").waitFor();
  });

  test("a board that nobody is on says what there is to win, and one that is not there says that", async () => {
    const page = await viewer.open("/boards/energy-slot-v1/low_demand");
    await page.getByRole("heading", { name: "Nobody has a place here yet" }).waitFor();
    const loose = await viewer.openLoosely();
    await loose.goto(viewer.url("/boards/energy-slot-v1/nowhere"));
    await loose.getByRole("alert").waitFor();
  });
});
