// The page that shows how it works from the newest claim, in a real browser, on the whole local stack.
import { describe, expect, test } from "vitest";
import { hasBrowser, useViewer } from "./world.ts";

interface Listed {
  readonly entries: readonly {
    readonly kind: string;
    readonly policy_hash: string;
    readonly index: number;
  }[];
}

describe.skipIf(!hasBrowser)("how it works", () => {
  const viewer = useViewer("browser-how");

  test("shows the newest policy's own values, and checks its reward, its link and its place in the log", async () => {
    const page = await viewer.open("/how");
    const life = page.getByRole("list", { name: /^The life of entry \d+$/ });
    await life.getByText(/steps earned it again/).waitFor();
    await life.getByText(/^✓ It names the hash of entry \d+\.$/).waitFor();
    await life.getByText(/hashes lead from it to the signed root/).waitFor();
    await life.getByText(/^\d+ of \d+$/).waitFor();
    const { entries } = (await (await fetch(viewer.url("/api/v1/ledger?limit=50"))).json()) as Listed;
    const newest = entries.find(({ kind }) => kind === "policy")!;
    expect(await life.getAttribute("aria-label")).toBe(`The life of entry ${newest.index}`);
    expect(await life.locator(`code[title="${newest.policy_hash}"]`).count()).toBe(2);
  });

  test("every route that it shows with curl answers", async () => {
    const page = await viewer.open("/how");
    const shown = page.locator("section[aria-labelledby=api] .commands code");
    await shown.first().waitFor();
    const commands = await shown.allTextContents();
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) {
      const [, url] = /^curl '([^']+)'/.exec(command)!;
      const body = / -d '([^']+)'$/.exec(command)?.[1];
      const init = { method: "POST", headers: { "content-type": "application/json" }, body: body ?? null };
      expect((await fetch(url!, body === undefined ? {} : init)).status, command).toBe(200);
    }
  });

  test("a reward that was changed on its way is not earned again, and is shown so", async () => {
    const page = await viewer.openLoosely();
    await page.route("**/api/v1/ledger?*", async (route) => {
      const answer = await route.fetch();
      const text = (await answer.text()).replaceAll(
        /"verified_reward":(\d+)/g,
        (_, n) => `"verified_reward":${n}1`,
      );
      await route.fulfill({ response: answer, body: text });
    });
    await page.goto(viewer.url("/how"));
    const life = page.getByRole("list", { name: /^The life of entry/ });
    await life.locator(".check.bad").nth(1).waitFor();
    await life.getByText(/It hashes to [0-9a-f]{64}/).waitFor();
  });
});
