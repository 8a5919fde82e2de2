// Routes of the transparency log: its last checkpoint, proofs, and what its witnesses have signed. Tiles and bundles are
// read below the root of the site: http/tile-paths.ts.
import { formatProofFile, limits, PolicyLedgerError, parseVerifierKey } from "@policyledger/core";
import * as schemas from "@policyledger/core/api";
import { keepCosignatures, MOST_WITNESSES } from "../../cosignatures.ts";
import { Problem } from "../../problem.ts";
import { consistencyOf, inclusionOf, notCovered, type PublishedLog, requireLog } from "../../read-log.ts";
import { FOREVER, FRESH, json, NEVER, text } from "../answer.ts";
import { BODY_PROBLEMS, readBody } from "../body.ts";
import { type Call, type Route, route } from "../route.ts";

export const logRoutes: readonly Route[] = [
  route({
    method: "get",
    path: "/log",
    id: "getLog",
    tag: "Log",
    summary: "The log: its name, its keys, its last checkpoint, and the witnesses that it keeps",
    description:
      "A checkpoint comes some milliseconds after the entries that it covers. The same note is served at `/checkpoint`, " +
      "and tiles and entry bundles at `/tile/…`, as c2sp.org/tlog-tiles has them.",
    params: schemas.noParameters,
    query: schemas.noParameters,
    limit: "read",
    answers: { 200: { description: "The log.", content: { "application/json": schemas.log } } },
    problems: ["not_covered"],
    handle: async (call) => {
      const { origin, keys, size, root, note } = (await requireLog(call.service.db)).checkpoint;
      const checkpoint = { size, root, note };
      return json({ origin, keys, checkpoint, witnesses: call.witnesses.texts }, { cache: FRESH });
    },
  }),
  route({
    method: "get",
    path: "/log/inclusion",
    id: "proveInclusion",
    tag: "Log",
    summary: "A proof that an entry is in the tree of so many entries",
    description: "Without `size`: in that of the last checkpoint.",
    params: schemas.noParameters,
    query: schemas.inclusionQuery,
    limit: "read",
    answers: { 200: { description: "The proof.", content: { "application/json": schemas.inclusion } } },
    problems: ["not_covered"],
    handle: async (call) => {
      const { index, size } = call.query;
      const covered = coveredSize(await requireLog(call.service.db), index + 1, size);
      return json(await inclusionOf(call.service, index, covered), { cache: cacheFor(size) });
    },
  }),
  route({
    method: "get",
    path: "/log/consistency",
    id: "proveConsistency",
    tag: "Log",
    summary: "A proof that a tree begins with all entries of a smaller one",
    description: "Without `to`: that of the last checkpoint.",
    params: schemas.noParameters,
    query: schemas.consistencyQuery,
    limit: "read",
    answers: { 200: { description: "The proof.", content: { "application/json": schemas.consistency } } },
    problems: ["not_covered"],
    handle: async (call) => {
      const { from, to } = call.query;
      const covered = coveredSize(await requireLog(call.service.db), from, to);
      return json(await consistencyOf(call.service, from, covered), { cache: cacheFor(to) });
    },
  }),
  route({
    method: "get",
    path: "/log/proofs/{index}",
    id: "getProofFile",
    tag: "Log",
    summary: "An entry's proof file, which verifies offline",
    description:
      "As c2sp.org/tlog-proof@v1 has it: index, path and the last checkpoint, with the cosignatures that it has by now.",
    params: schemas.indexPath,
    query: schemas.noParameters,
    limit: "read",
    answers: { 200: { description: "The file.", content: { "text/plain": null } } },
    problems: ["not_covered"],
    handle: async (call) => {
      const { index } = call.params;
      const log = await requireLog(call.service.db);
      const { path } = await inclusionOf(call.service, index, coveredSize(log, index + 1));
      return text(formatProofFile({ index, path, checkpoint: log.checkpoint.note }), {
        cache: FRESH,
        type: TEXT,
        headers: { "content-disposition": `inline; filename="entry-${index}.tlog-proof"` },
      });
    },
  }),
  route({
    method: "get",
    path: "/log/checkpoints",
    id: "listCheckpoints",
    tag: "Log",
    summary: "The checkpoints that witnesses have signed, the newest first",
    description:
      "Of each witness's key the latest four. Whoever demands a quorum takes the first that has it, and proofs for its size.",
    params: schemas.noParameters,
    query: schemas.noParameters,
    limit: "read",
    answers: {
      200: { description: "The checkpoints.", content: { "application/json": schemas.cosignedCheckpoints } },
    },
    problems: ["not_covered"],
    handle: async (call) =>
      json({ checkpoints: (await requireLog(call.service.db)).cosigned }, { cache: FRESH }),
  }),
  route({
    method: "post",
    path: "/log/cosignatures",
    id: "addCosignatures",
    tag: "Log",
    summary: "Send a witness's cosignature on a checkpoint",
    description:
      "The checkpoint's note with the cosignature's line added; the log's own must be there. Where the log takes those of " +
      `anyone (\`witnesses\` is null), the header x-witness-keys names the verifier keys, with commas between them, and those of the first ${MOST_WITNESSES} keys are kept.`,
    params: schemas.noParameters,
    query: schemas.noParameters,
    body: { "text/plain": null },
    limit: "submit",
    answers: {
      200: {
        description: "Which of them are kept.",
        content: { "application/json": schemas.cosignaturesKept },
      },
    },
    problems: [...BODY_PROBLEMS, "invalid_note", "bad_signature", "unknown_witness", "not_covered"],
    handle: async (call) => {
      const { service, witnesses, request } = call;
      const { bytes } = await readBody(request, { "text/plain": limits.MAX_NOTE_BYTES });
      const offered = offeredKeys(call, request.headers.get("x-witness-keys"));
      const { size, keys } = await keepCosignatures(service, bytes, witnesses.known, offered);
      return json({ size, kept: keys }, { cache: NEVER });
    },
  }),
];

const TEXT = "text/plain; charset=utf-8";

/** Proofs between sizes that are named never change. */
function cacheFor(size: number | undefined): string {
  return size === undefined ? FRESH : FOREVER;
}

/** The size to prove for: the one asked for, or the last checkpoint's; `atLeast` is what it takes. */
function coveredSize({ checkpoint }: PublishedLog, atLeast: number, asked?: number): number {
  const wanted = asked ?? atLeast;
  if (wanted <= checkpoint.size) return asked ?? checkpoint.size;
  throw notCovered(`The last checkpoint covers ${checkpoint.size} entries, and this takes ${wanted}.`);
}

const MOST_KEYS = 4;

function offeredKeys({ service }: Pick<Call<object, object>, "service">, header: string | null) {
  const texts = header === null ? [] : header.split(",").map((one) => one.trim());
  try {
    if (texts.length > MOST_KEYS) throw new PolicyLedgerError("invalid_key", `more than ${MOST_KEYS} keys`);
    if (new Set(texts).size < texts.length) throw new PolicyLedgerError("invalid_key", "one key twice");
    return texts.map((one) => parseVerifierKey(service.host, one));
  } catch (error) {
    if (!(error instanceof PolicyLedgerError)) throw error;
    const { message } = error;
    throw new Problem("invalid_request", `Cannot take x-witness-keys: ${message}`, {
      faults: [{ path: "/header/x-witness-keys", message }],
    });
  }
}
