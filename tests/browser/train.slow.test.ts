// From a training in the page to its entry in the ledger, in a real browser, on the whole local stack.
import { describe, expect, test } from "vitest";
import { hasBrowser, useViewer } from "./world.ts";

describe.skipIf(!hasBrowser)("train", () => {
  const viewer = useViewer("browser-train");

  test("trains, pauses and goes on, says what it is worth, signs, submits, and leads to the entry", async () => {
    const page = await viewer.open("/train");
    // The slower of the two, so that it is not over before it is paused.
    await page.getByLabel("Algorithm").selectOption("double-q-learning");
    await page.getByLabel("Episodes", { exact: true }).fill("60000");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("heading", { name: "Paused" }).waitFor();
    const paused = await page.getByText(/of 60,000 episodes/).textContent();
    await page.waitForTimeout(400);
    expect(await page.getByText(/of 60,000 episodes/).textContent()).toBe(paused);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("heading", { name: "Trained" }).waitFor({ timeout: 60_000 });
    await page.getByText(/Mean reward of the last episodes: \d/).waitFor();
    await page.getByText(/of the optimum, 110\.11/).waitFor();
    await page.getByLabel("Your agent's name").fill("browser/trainee");
    await page.getByRole("button", { name: "Sign and submit" }).click();
    await page.getByText(/^It is entry \d+\.$/).waitFor();
    for (const station of ["Submitted", "Verified", "Recorded", "Proven"])
      await page.getByText(`${station}: done`).waitFor();
    await page.getByRole("link", { name: /^entry \d+$/ }).click();
    await page.getByText("browser/trainee").first().waitFor();
    await page.getByText("hashes lead from this entry to the root").waitFor();
    await page.getByText("as the entry says").waitFor();
  });

  test("a training that is ended early has made what it has learned by then", async () => {
    const page = await viewer.open("/train");
    await page.getByLabel("Algorithm").selectOption("double-q-learning");
    await page.getByLabel("Episodes", { exact: true }).fill("1000000");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("button", { name: "End here" }).click();
    await page.getByRole("heading", { name: "Trained" }).waitFor();
    const [done] = /^[\d,]+/.exec((await page.getByText(/ of 1,000,000 episodes/).textContent())!)!;
    expect(Number(done!.replaceAll(",", ""))).toBeLessThan(900_000);
    await page.getByText(/of the optimum, 110\.11/).waitFor();
    // What was chosen stays chosen.
    expect(await page.getByRole("spinbutton", { name: "Episodes" }).inputValue()).toBe("1000000");
  });

  test("the same choices make the same policy, paused or not, and a name that is another's is refused", async () => {
    const page = await viewer.openLoosely();
    const worth: (string | null)[] = [];
    for (let i = 0; i < 2; i++) {
      await page.goto(viewer.url("/train"));
      await page.getByLabel("Environment").selectOption("energy-slot-v1");
      await page.getByLabel("Episodes", { exact: true }).fill("2000");
      await page.getByRole("button", { name: "Train", exact: true }).click();
      await page.getByRole("heading", { name: "Trained" }).waitFor();
      worth.push(await page.locator(".claim .large").first().textContent());
    }
    expect(worth[0]).toBe(worth[1]);
    await page.getByLabel("Your agent's name").fill("samples/ada");
    await page.getByRole("button", { name: "Sign and submit" }).click();
    await page.getByRole("alert").getByText("The label belongs to another key").waitFor();
    await page.getByLabel("Your agent's name").fill("no spaces!");
    await page.getByRole("button", { name: "Sign and submit" }).click();
    expect(await page.locator("input[name=agent]:invalid").count()).toBe(1);
  });
});
