// A recorded plan in a real browser: run again, drawn, and its receipts checked.
import { describe, expect, test } from "vitest";
import { hasBrowser, useViewer } from "./world.ts";

interface Ledger {
  readonly entries: readonly { readonly index: number; readonly kind: string }[];
}

describe.skipIf(!hasBrowser)("a plan", () => {
  const viewer = useViewer("browser-plan");

  test("is run again in the page, with its graph, its batches and its receipts, and given as a file", async () => {
    const { entries } = (await (await fetch(viewer.url("/api/v1/ledger?limit=500"))).json()) as Ledger;
    const { index } = entries.find(({ kind }) => kind === "plan")!;
    const page = await viewer.open(`/entry/${index}`);
    await page.getByText("it came to the state and the commit that the entry says").waitFor();
    await page.getByText(/^Receipts, checked without running a kernel: ./).waitFor();
    await page.getByRole("img", { name: /^\d+ ops and \d+ edges/ }).waitFor();
    await page.getByText("committed", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Run it again" }).click();
    await page.getByText("it came to the state and the commit that the entry says").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Plan's document" }).click(),
    ]);
    const text = (await (await download.createReadStream()).toArray()).join("");
    expect(text.startsWith('{"initialState":')).toBe(true);
  });

  test("whose document or receipts were changed on their way is not shown as if it held", async () => {
    const { entries } = (await (await fetch(viewer.url("/api/v1/ledger?limit=500"))).json()) as Ledger;
    const { index } = entries.find(({ kind }) => kind === "plan")!;
    const page = await viewer.openLoosely();
    await page.route("**/receipts", async (route) => {
      const text = await (await route.fetch()).text();
      await route.fulfill({ body: text.replace(/[0-9a-f]{64}/, "ab".repeat(32)), contentType: "text/plain" });
    });
    await page.goto(viewer.url(`/entry/${index}`));
    await page.getByRole("heading", { name: "This answer does not hold" }).waitFor();
    expect(await page.getByText("it came to the state and the commit").count()).toBe(0);
  });
});
