// Routes of the ledger: pages by index, one entry, the head, and whether it holds.

import * as schemas from "@policyledger/core/api";
import { Problem } from "../../problem.ts";
import { readEntry, readHead, readIntegrity, readPage } from "../../read.ts";
import { FOREVER, FRESH, json } from "../answer.ts";
import { type Route, route } from "../route.ts";

export const ledgerRoutes: readonly Route[] = [
  route({
    method: "get",
    path: "/ledger",
    id: "listLedger",
    tag: "Ledger",
    summary: "A page of entries",
    description:
      "Newest first, or oldest first with `order=oldest`; `from` is the index of the page's first entry. Follow `next` to go on.",
    params: schemas.noParameters,
    query: schemas.ledgerQuery,
    limit: "read",
    answers: { 200: { description: "A page.", content: { "application/json": schemas.ledgerPage } } },
    problems: [],
    handle: async ({ service, query }) => {
      const { entries, head, next } = await readPage(service.db, query);
      const { order, limit } = query;
      return json(
        {
          entries,
          size: head?.size ?? 0,
          head: head?.current_hash ?? null,
          next: next === null ? null : `/api/v1/ledger?order=${order}&from=${next}&limit=${limit}`,
        },
        { cache: FRESH },
      );
    },
  }),
  route({
    method: "get",
    path: "/ledger/head",
    id: "getHead",
    tag: "Ledger",
    summary: "The last entry's index and hash",
    params: schemas.noParameters,
    query: schemas.noParameters,
    limit: "read",
    answers: { 200: { description: "The head.", content: { "application/json": schemas.ledgerHead } } },
    problems: [],
    handle: async ({ service }) => {
      const head = await readHead(service.db);
      const { size = 0, index = null, current_hash = null, timestamp = null } = head ?? {};
      return json({ size, index, current_hash, timestamp }, { cache: FRESH });
    },
  }),
  route({
    method: "get",
    path: "/ledger/integrity",
    id: "getIntegrity",
    tag: "Ledger",
    summary: "Whether the ledger holds, as far as the service has looked",
    description:
      "Answered from what was audited before, not by a walk on each call. Whoever wants to know it for sure audits alone, and then also that no claim stands there twice, which this does not look for.",
    params: schemas.noParameters,
    query: schemas.noParameters,
    limit: "read",
    answers: {
      200: { description: "What was found.", content: { "application/json": schemas.integrity } },
    },
    problems: [],
    handle: async ({ service }) => json(await readIntegrity(service.db), { cache: FRESH }),
  }),
  route({
    method: "get",
    path: "/ledger/{index}",
    id: "getEntry",
    tag: "Ledger",
    summary: "One entry",
    params: schemas.indexPath,
    query: schemas.noParameters,
    limit: "read",
    answers: { 200: { description: "The entry.", content: { "application/json": schemas.entry } } },
    problems: ["not_found"],
    handle: async ({ service, params }) => {
      const entry = await readEntry(service.db, params.index);
      if (entry === null) throw new Problem("not_found", `There is no entry ${params.index}.`);
      return json(entry, { cache: FOREVER, headers: { etag: `W/"${entry.current_hash}"` } });
    },
  }),
];
