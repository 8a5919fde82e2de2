// One origin, as Hosting makes it of firebase.json: the files of a site with their headers, and the paths that lead to
// the API.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, matchesGlob } from "node:path";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";

interface Hosting {
  readonly rewrites: readonly {
    readonly source: string;
    readonly function?: string;
    readonly destination?: string;
  }[];
  readonly headers: readonly {
    readonly source: string;
    readonly headers: readonly { readonly key: string; readonly value: string }[];
  }[];
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const { rewrites, headers }: Hosting = JSON.parse(
  await readFile(join(ROOT, "firebase.json"), "utf8"),
).hosting;

export const SITE = join(ROOT, "hosting/site");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** Serves until the work is done. */
export async function atOneOrigin<T>(
  site: string,
  api: (request: Request) => Promise<Response>,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const answer = (request: Request) => {
    const path = new URL(request.url).pathname;
    const leads = rewrites.find(({ source }) => matchesGlob(path, source));
    return leads?.function === undefined ? fileAt(site, path, leads?.destination ?? path) : api(request);
  };
  const server = createServer(getRequestListener(answer) as Parameters<typeof createServer>[1]);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function fileAt(site: string, path: string, leadsTo: string): Promise<Response> {
  const name = leadsTo === "/" ? "/index.html" : leadsTo;
  const said = headers
    .filter(({ source }) => matchesGlob(path, source))
    .flatMap((rule) => rule.headers.map(({ key, value }) => [key, value] as [string, string]));
  try {
    const type = TYPES[extname(name)] ?? "text/plain";
    return new Response(await readFile(join(site, name)), { headers: [...said, ["content-type", type]] });
  } catch {
    return new Response(null, { status: 404 });
  }
}
