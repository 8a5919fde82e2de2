// Routes about the service itself: whether it is well, and what it offers.

import * as schemas from "@policyledger/core/api";
import { readIntegrity } from "../../read.ts";
import { trainerLabel } from "../../train.ts";
import { json, NEVER, text } from "../answer.ts";
import { DOCS_STYLE, docsPage } from "../docs-page.ts";
import { openApiDocument } from "../openapi.ts";
import { type Route, route } from "../route.ts";

/** The document changes with a deployment only. */
const WITH_THE_VERSION = "public, max-age=300";

/** The table of all routes is handed in, since these two describe it. */
export function serviceRoutes(all: () => readonly Route[]): readonly Route[] {
  let document: string | null = null;
  let page: string | null = null;
  return [
    route({
      method: "get",
      path: "/health",
      id: "getHealth",
      tag: "Service",
      summary: "Whether the service is well",
      params: schemas.noParameters,
      query: schemas.noParameters,
      limit: "read",
      isFleeting: true,
      answers: { 200: { description: "It answers.", content: { "application/json": schemas.health } } },
      problems: ["unavailable"],
      handle: async ({ service, settings }) => {
        const { ok, size, head } = await readIntegrity(service.db);
        const { trainer } = service;
        return json(
          {
            status: ok ? "ok" : "ledger_broken",
            version: settings.version,
            entries: size,
            head,
            streams: settings.streamsUrl,
            trainer: trainer && { agent_id: trainerLabel(trainer.publicKey), public_key: trainer.publicKey },
          },
          { cache: NEVER },
        );
      },
    }),
    route({
      method: "get",
      path: "/openapi.json",
      id: "getOpenApi",
      tag: "Service",
      summary: "This description, as OpenAPI 3.1",
      params: schemas.noParameters,
      query: schemas.noParameters,
      limit: "read",
      answers: { 200: { description: "The document.", content: { "application/json": null } } },
      problems: [],
      handle: async ({ settings }) => {
        document ??= JSON.stringify(openApiDocument(all(), settings.version));
        return text(document, { cache: WITH_THE_VERSION, type: "application/json" });
      },
    }),
    route({
      method: "get",
      path: "/docs",
      id: "getDocs",
      tag: "Service",
      summary: "The same, as a page to read",
      params: schemas.noParameters,
      query: schemas.noParameters,
      limit: "read",
      answers: { 200: { description: "The page.", content: { "text/html": null } } },
      problems: [],
      handle: async ({ settings }) => {
        page ??= docsPage(openApiDocument(all(), settings.version));
        return text(page, {
          cache: WITH_THE_VERSION,
          type: "text/html; charset=utf-8",
          headers: {
            "content-security-policy":
              "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          },
        });
      },
    }),
    route({
      method: "get",
      path: "/docs.css",
      id: "getDocsStyle",
      tag: "Service",
      summary: "How that page looks",
      params: schemas.noParameters,
      query: schemas.noParameters,
      limit: "read",
      answers: { 200: { description: "The style sheet.", content: { "text/css": null } } },
      problems: [],
      // A file of its own: the pages' Content-Security-Policy takes no styles from within a page.
      handle: async () => text(DOCS_STYLE, { cache: WITH_THE_VERSION, type: "text/css; charset=utf-8" }),
    }),
  ];
}
