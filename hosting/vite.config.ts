// Builds the viewer: what is deployed is hosting/site, static files whose names hold the hash of their content.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export default defineConfig({
  root: fileURLToPath(new URL("src", import.meta.url)),
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
