// Sees to a browser for the viewer's tests: where none is found, and this process may install packages of Debian's (as
// root, in a container or in CI), it does; anywhere else it says what is left out, and how to have it.
import { spawnSync } from "node:child_process";
import { chromiumPath } from "../tests/browser/chromium.ts";

// apt-get asks no questions, and its own output is for whoever looks for what went wrong.
function apt(...args: string[]): boolean {
  const { status } = spawnSync("apt-get", [...args, "-q", "-y"], {
    stdio: ["ignore", 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status === 0;
}

function install(): void {
  console.error("Installing Chromium for the viewer's tests (apt-get install chromium) …");
  const wanted = ["install", "--no-install-recommends", "chromium"] as const;
  // The lists of packages may be missing, as in a new container, or older than the packages.
  if (!apt(...wanted)) apt("update") && apt(...wanted);
}

const isRoot = process.getuid?.() === 0;
// `CHROMIUM` names a browser: whoever says which one wants no other.
if (chromiumPath() === null && process.env.CHROMIUM === undefined && isRoot) install();
if (chromiumPath() === null)
  console.error(
    "No Chromium was found: the viewer's tests in a browser will be skipped. To run them, install it (Debian: apt-get install chromium), or name one with CHROMIUM=/path/to/it.",
  );
