// Installs what package-lock.json asks for and node_modules does not hold; does nothing when all is there.
// Runs on the machine's own Node, before anything is installed: plain JavaScript, no dependencies.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function packagesIn(file) {
  return JSON.parse(readFileSync(`${root}${file}`, "utf8")).packages;
}

/** Names the first package that is missing, damaged or of another version, or says null. */
function firstMissing() {
  if (!existsSync(`${root}node_modules/.package-lock.json`)) return "everything";
  const present = packagesIn("node_modules/.package-lock.json");
  for (const [path, { version, optional, link }] of Object.entries(packagesIn("package-lock.json"))) {
    if (!path.includes("node_modules/")) continue;
    if (link) {
      if (!existsSync(`${root}${path}`)) return path;
      continue;
    }
    // Of the optional ones, npm keeps those for this platform.
    if (optional && present[path] === undefined) continue;
    if (present[path]?.version !== version) return path;
    if (!existsSync(`${root}${path}/package.json`)) return path;
  }
  return Object.keys(commandsOf(present)).find((name) => !isCommand(name)) ?? null;
}

function commandsOf(packages) {
  return Object.assign({}, ...Object.values(packages).map(({ bin }) => bin));
}

function isCommand(name) {
  return existsSync(`${root}node_modules/.bin/${name}`) || existsSync(`${root}node_modules/.bin/${name}.cmd`);
}

const missing = firstMissing();
if (missing !== null) {
  console.error(`Installing what is missing (${missing}) …`);
  // npm is a script of its own on Windows, which only a shell finds.
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(`npm ci failed with exit code ${status}; its message stands above.`);
    process.exit(1);
  }
}
