// The deployed page: everything it needs comes from its own site, as its headers demand, and nobody reads the database past the functions.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { REPOSITORY } from "../../src/launcher/project.ts";

const SITE = join(REPOSITORY, "hosting/site");
const page = readFileSync(join(SITE, "index.html"), "utf8");
const { hosting } = JSON.parse(readFileSync(join(REPOSITORY, "firebase.json"), "utf8"));

describe("hosting", () => {
  test("serves a page whose scripts and styles are files beside it", () => {
    const links = [...page.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path!);
    expect(links.length).toBeGreaterThanOrEqual(2);
    for (const path of links) expect(existsSync(join(SITE, path))).toBe(true);
    // The icon's name space is no address.
    expect(page.replace("http://www.w3.org/2000/svg", "")).not.toMatch(
      /https?:\/\/|<style|<script>| style=| on[a-z]+=/,
    );
  });

  test("allows nothing from other sites and nothing inline", () => {
    const [{ headers }] = hosting.headers;
    const byName = Object.fromEntries(
      headers.map(({ key, value }: { key: string; value: string }) => [key, value]),
    );
    expect(byName["Content-Security-Policy"]).toMatch(/^default-src 'none'/);
    expect(byName["Content-Security-Policy"]).not.toMatch(/unsafe|\*|https?:/);
    expect(byName["X-Content-Type-Options"]).toBe("nosniff");
  });

  test("leads /api, and the log's own paths, to the function api, and each page's to the page", () => {
    expect(hosting.rewrites).toEqual([
      ...["/api/**", "/checkpoint", "/tile/**"].map((source) => ({ source, function: "api" })),
      // Any other path is not there, and is answered so.
      ...["/@(boards|train|verify|how)", "/@(entry|boards)/**"].map((source) => ({
        source,
        destination: "/index.html",
      })),
    ]);
  });
});
