// Installs what package-lock.json asks for and node_modules does not hold; does nothing when all is there.
// Runs on the machine's own Node, before anything is installed: plain JavaScript, no dependencies.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function packagesIn(file) {
  return JSON.parse(readFileSync(`${root}${file}`, "utf8")).packages;
}

/** What npm left word of; null when it did not, or left none that can be read. */
function whatIsPresent() {
  try {
    return packagesIn("node_modules/.package-lock.json") ?? null;
  } catch {
    return null;
  }
}

/** Names the first package that is missing, damaged or of another version, or says null. */
function firstMissing() {
  const present = whatIsPresent();
  if (present === null) return "everything";
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

if (firstMissing() !== null) {
  await alone(() => {
    const missing = firstMissing();
    if (missing !== null) install(missing);
  });
}

function install(missing) {
  console.error(`Installing what is missing (${missing}) …`);
  // npm is a script of its own on Windows, which only a shell finds.
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (status !== 0) {
    console.error(`npm ci failed with exit code ${status}; its message stands above.`);
    process.exitCode = 1;
  }
}

/** Two installations at once would each remove what the other one wrote. */
async function alone(work) {
  mkdirSync(`${root}.local`, { recursive: true });
  const lock = `${root}.local/install.pid`;
  for (let told = false; !take(lock); told = true) {
    if (!told) console.error("Waiting for another installation …");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  try {
    work();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** Whether the lock is ours; one whose process is gone is taken away. */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    process.kill(Number(readFileSync(lock, "utf8")) || 0, 0);
  } catch (error) {
    if (error.code !== "EPERM") rmSync(lock, { force: true });
  }
  return false;
}
