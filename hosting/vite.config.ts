// Builds the viewer: what is deployed is hosting/site, static files whose names hold the hash of their content.
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const page = (name: string) => fileURLToPath(new URL(`site/${name}`, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL("src", import.meta.url)),
  // What Hosting answers, with status 404, for a path that is no page and no file: the same page, which says so itself.
  plugins: [{ name: "not-found", closeBundle: () => copyFileSync(page("index.html"), page("404.html")) }],
  logLevel: "warn",
  resolve: { conditions: ["source", "browser", "module"] },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  // The page's policy takes no styles and no data that are written into it.
  build: {
    outDir: "../site",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: true,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
});
