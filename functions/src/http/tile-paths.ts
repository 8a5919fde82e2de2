// The log as tiles (c2sp.org/tlog-tiles), below the root of the site: the checkpoint, and what never changes, which the
// CDN may keep for ever. A path that names nothing, or not yet, is answered with 404 and kept by nobody.
import { PolicyLedgerError, parseBundlePath, parseTilePath } from "@policyledger/core";
import { Problem } from "../problem.ts";
import { readBundle, readTile, requireLog } from "../read-log.ts";
import type { Service } from "../service.ts";
import { FOREVER, FRESH, text } from "./answer.ts";

export async function answerCheckpoint({ db }: Service): Promise<Response> {
  const { checkpoint } = await requireLog(db);
  return text(checkpoint.note, { cache: FRESH, type: "text/plain; charset=utf-8" });
}

/** Of a path as `tile/0/x001/x234/067.p/8` or `tile/entries/000`. */
export async function answerTile(service: Service, path: string): Promise<Response> {
  const bytes = await bytesAt(service, path);
  if (bytes === null) throw new Problem("not_found", `There is no ${path} yet.`);
  return text(new Uint8Array(bytes), { cache: FOREVER, type: "application/octet-stream" });
}

async function bytesAt(service: Service, path: string): Promise<Uint8Array | null> {
  try {
    if (!path.startsWith("tile/entries/")) return await readTile(service, parseTilePath(path));
    const { index, width } = parseBundlePath(path);
    return await readBundle(service, index, width);
  } catch (error) {
    if (!(error instanceof PolicyLedgerError) || error.code !== "invalid_tile") throw error;
    throw new Problem("not_found", error.message);
  }
}
