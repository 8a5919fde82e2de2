// Writes functions/package-lock.json, by which the cloud installs what the functions need: the versions of the root's
// lock file, and no others. `npm run lock-functions` after functions/package.json or the root's lock file has changed.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const SOURCE = "functions";

interface Lock {
  packages: Record<string, { readonly link?: boolean }>;
}

const folder = mkdtempSync(join(tmpdir(), "policyledger-lock-"));
try {
  const alone = standAlone(onlyOurs(join(folder, "workspace")));
  const isolated = join(folder, "isolated");
  mkdirSync(isolated);
  copyFileSync(join(ROOT, ".npmrc"), join(isolated, ".npmrc"));
  copyFileSync(join(ROOT, SOURCE, "package.json"), join(isolated, "package.json"));
  writeFileSync(join(isolated, "package-lock.json"), JSON.stringify(alone));
  // What stood deep because the root has another version at its usual place moves up.
  npm(isolated, "dedupe");
  copyFileSync(join(isolated, "package-lock.json"), join(ROOT, SOURCE, "package-lock.json"));
} finally {
  rmSync(folder, { recursive: true });
}

/** The root's lock file, cut by npm to what this one workspace needs. */
function onlyOurs(workspace: string): Lock {
  mkdirSync(join(workspace, SOURCE), { recursive: true });
  writeFileSync(join(workspace, "package.json"), JSON.stringify({ private: true, workspaces: [SOURCE] }));
  copyFileSync(join(ROOT, ".npmrc"), join(workspace, ".npmrc"));
  copyFileSync(join(ROOT, "package-lock.json"), join(workspace, "package-lock.json"));
  copyFileSync(join(ROOT, SOURCE, "package.json"), join(workspace, SOURCE, "package.json"));
  npm(workspace, "install");
  return JSON.parse(readFileSync(join(workspace, "package-lock.json"), "utf8")) as Lock;
}

/** The same with the workspace as the root. */
function standAlone(lock: Lock): Lock {
  const inside = `${SOURCE}/`;
  const packages = Object.entries(lock.packages).flatMap(([path, one]) => {
    if (path === "" || one.link === true) return [];
    if (path === SOURCE) return [["", one] as const];
    return [[path.startsWith(inside) ? path.slice(inside.length) : path, one] as const];
  });
  return { ...lock, packages: Object.fromEntries(packages) };
}

function npm(cwd: string, command: string): void {
  // npm is a script of its own on Windows, which only a shell finds.
  execFileSync("npm", [command, "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}
