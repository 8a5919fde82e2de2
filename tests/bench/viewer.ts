// The figure of the viewer: what its first view takes over the wire.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const SITE = fileURLToPath(new URL("../../hosting/site", import.meta.url));

/** All JavaScript that the document itself names, as it is built. */
export function firstLoadBytes(): number {
  const page = readFileSync(`${SITE}/index.html`, "utf8");
  const paths = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]!);
  if (paths.length === 0) throw new Error("bug: the page names no script");
  return paths.reduce((sum, path) => sum + gzipSync(readFileSync(SITE + path), { level: 9 }).length, 0);
}
