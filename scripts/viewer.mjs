// Builds the viewer when what it is made of is newer than it, and does nothing otherwise.
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = [
  "hosting/src",
  "hosting/vite.config.ts",
  "core/src",
  "core/api",
  "agent/src",
  "package-lock.json",
];
const BUILT = "hosting/site/index.html";

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(`${path}/${name}`)));
}

function isBuilt() {
  try {
    const built = statSync(root + BUILT).mtimeMs;
    return SOURCES.every((path) => newest(root + path) <= built);
  } catch {
    return false;
  }
}

if (!isBuilt()) {
  const vite = fileURLToPath(new URL("../node_modules/vite/bin/vite.js", import.meta.url));
  const { status } = spawnSync(process.execPath, [vite, "build", "-c", "hosting/vite.config.ts"], {
    cwd: root,
    // Standard output is the caller's own.
    stdio: ["ignore", 2, 2],
  });
  process.exitCode = status ?? 1;
}
