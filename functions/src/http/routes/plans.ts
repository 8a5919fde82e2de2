// Routes of plans: a document by its plan's hash, and the receipts that its run left behind.
import { Readable } from "node:stream";
import * as schemas from "@policyledger/core/api";
import { type KeptText, plans, type StoredPlan } from "../../documents.ts";
import { streamLongText } from "../../long-texts.ts";
import { Problem } from "../../problem.ts";
import { readPlan } from "../../read.ts";
import { FOREVER } from "../answer.ts";
import { type Call, type Route, route } from "../route.ts";

export const planRoutes: readonly Route[] = [
  route({
    method: "get",
    path: "/plans/{plan_hash}",
    id: "getPlan",
    tag: "Plans",
    summary: "A plan's document, by the plan's hash",
    description:
      "In its normal form (docs/formats.md), byte for byte: the plan in it has the hash. There once a claim of it is VALID.",
    params: schemas.planPath,
    query: schemas.noParameters,
    limit: "read",
    answers: { 200: { description: "The document.", content: { "application/json": schemas.planDocument } } },
    problems: ["not_found"],
    handle: (call) => serve(call, call.params.plan_hash, "document", ({ document }) => document),
  }),
  route({
    method: "get",
    path: "/plans/{plan_hash}/receipts",
    id: "getReceipts",
    tag: "Plans",
    summary: "What a verified plan's run left behind",
    description:
      "The chain of receipts as docs/nk2.md has it, byte for byte. It follows from the plan alone, whoever claimed it.",
    params: schemas.planPath,
    query: schemas.noParameters,
    limit: "read",
    answers: { 200: { description: "The chain.", content: { "application/json": schemas.receipts } } },
    problems: ["not_found"],
    handle: (call) => serve(call, call.params.plan_hash, "receipts", ({ receipts }) => receipts),
  }),
];

async function serve(
  { service: { db }, request }: Call<object, object>,
  hash: string,
  name: "document" | "receipts",
  of: (plan: StoredPlan) => KeptText | undefined,
): Promise<Response> {
  const plan = await readPlan(db, hash);
  const kept = plan === null ? undefined : of(plan);
  if (kept === undefined) throw new Problem("not_found", `There is no published plan ${hash}.`);
  const headers = {
    "content-type": "application/json",
    "content-length": String(kept.bytes),
    "cache-control": FOREVER,
    vary: "accept-encoding",
    etag: `W/"${hash}-${name}"`,
  };
  // Whoever asks for the headers alone, or has it already, keeps nothing waiting in the database.
  if (request.method === "HEAD") return new Response(null, { headers });
  const stream = Readable.toWeb(streamLongText(plans(db).doc(hash), name, kept));
  return new Response(stream as ReadableStream<Uint8Array>, { headers });
}
