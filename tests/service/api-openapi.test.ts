// The OpenAPI document: a validator of others' accepts it, it says of each route what the table says, and each problem
// that it names is one that can happen.

import { PROBLEMS } from "@policyledger/core/api";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, test } from "vitest";
import { BASE, makeApi, routes } from "../../functions/src/http/app.ts";
import { docsPage } from "../../functions/src/http/docs-page.ts";
import { openApiDocument } from "../../functions/src/http/openapi.ts";
import type { Service } from "../../functions/src/service.ts";
import { usualSettings } from "../../functions/src/settings.ts";
import { clientOf, openApi, type Read, validatorOf } from "./api-client.ts";

/** What these routes answer needs no database. */
const api = makeApi({ log: () => {} } as unknown as Service, usualSettings(10_000));
const client = clientOf(api);
const served = await client.get("/openapi.json");

describe("the document", () => {
  test("is accepted by an OpenAPI validator", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(served.body));
    expect(errors ?? []).toEqual([]);
    expect([valid, validator.version]).toEqual([true, "3.1"]);
  });

  test("says of itself what a validator of a broken one would not take", async () => {
    const broken = { ...structuredClone(served.body), paths: { health: {} } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  test("has each route of the table, and no other", () => {
    const said = Object.entries<Read>(served.body.paths).flatMap(([path, methods]) =>
      Object.entries<Read>(methods).map(([method, { operationId }]) => [method, path, operationId]),
    );
    expect(said).toEqual(expect.arrayContaining(routes.map((one) => [one.method, BASE + one.path, one.id])));
    expect(said).toHaveLength(routes.length);
    expect(new Set(routes.map(({ id }) => id)).size).toBe(routes.length);
  });

  test.each(routes.map((one) => [one.id, one] as const))(
    "says of %s its parameters, answers and problems",
    (_, one) => {
      const operation = served.body.paths[BASE + one.path][one.method];
      const names = operation.parameters.map((each: Read) => `${each.in} ${each.name}`);
      const wanted = (place: string, shape: object) => Object.keys(shape).map((name) => `${place} ${name}`);
      expect(names).toEqual([...wanted("path", one.params.shape), ...wanted("query", one.query.shape)]);
      for (const [status, { content = {} }] of Object.entries(one.answers)) {
        expect(Object.keys(operation.responses[status].content ?? {})).toEqual(Object.keys(content));
      }
      for (const code of one.problems) {
        const { description, content } = operation.responses[PROBLEMS[code][0]];
        expect(description).toContain(`\`${code}\`: ${PROBLEMS[code][1]}.`);
        expect(content).toEqual({
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        });
      }
      expect(Object.keys(operation.requestBody?.content ?? {})).toEqual(Object.keys(one.body ?? {}));
    },
  );

  test("says in which headers a caller is told what to do next", () => {
    const { responses } = served.body.paths[`${BASE}/claims`].post;
    const told = (status: number) => Object.keys(responses[status].headers);
    expect(told(202)).toEqual(["x-request-id", "location"]);
    expect(told(429)).toEqual(["x-request-id", "retry-after"]);
    expect(told(422)).toEqual(["x-request-id"]);
    expect(Object.keys(served.body.paths[`${BASE}/ledger`].get.responses[200].headers)).toContain("etag");
  });

  test("has schemas that JSON Schema compiles, each of them used", () => {
    const ids = Object.keys(served.body.components.schemas);
    for (const id of ids) expect(validatorOf(`#/components/schemas/${id}`)).toBeTypeOf("function");
    const text = JSON.stringify(served.body);
    const unused = ids.filter((id) => !text.includes(`"#/components/schemas/${id}"`));
    // What `data` of events is: OpenAPI has no way to say so.
    expect(unused.filter((id) => id !== "TrainingPoint" && id !== "Submission")).toEqual([]);
  });

  test("is made of the schemas that validate: a change of one is a change of the other", () => {
    expect(served.body).toEqual(JSON.parse(JSON.stringify(openApiDocument(routes, usualSettings().version))));
  });
});

describe("problems", () => {
  const codes = Object.keys(PROBLEMS);

  test("are listed with their status, each code once", () => {
    expect(openApi["x-problems"].map(({ code }) => code)).toEqual(codes);
  });

  test.each(codes)("%s is one that some route can answer", (code) => {
    const text = JSON.stringify(openApi.paths);
    // Of what is in no table: a path that is none, and a method that a path has not.
    expect(code === "method_not_allowed" || text.includes(`\`${code}\``)).toBe(true);
  });
});

describe("the page", () => {
  test("has each operation, each problem and each schema, once", async () => {
    const { text, headers } = await client.get("/docs");
    const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    const wanted = [
      ...routes.map(({ id }) => id),
      ...Object.keys(PROBLEMS),
      ...Object.keys(openApi.components.schemas).map((id) => `schema-${id}`),
    ];
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
  });

  test("leads only to what is there", async () => {
    const { text } = await client.get("/docs");
    const ids = new Set([...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!));
    const links = [...text.matchAll(/ href="([^"]*)"/g)].map(([, link]) => link!);
    expect(links.filter((link) => link.startsWith("#") && !ids.has(link.slice(1)))).toEqual([]);
    for (const link of links.filter((one) => !one.startsWith("#"))) {
      const { pathname } = new URL(link, `http://policyledger.test${BASE}/docs`);
      expect([pathname, (await client.get(pathname)).status]).toEqual([pathname, 200]);
    }
  });

  test("escapes every text, whatever a schema or a route says", () => {
    const evil = `<img src=x onerror="alert('&')">`;
    const hostile = JSON.parse(JSON.stringify(openApi), (key, value) =>
      // Names that stand in addresses are ours; every other text may hold anything.
      typeof value === "string" && !["$ref", "operationId", "in"].includes(key) ? `${value}${evil}` : value,
    );
    const tags = hostile.tags.map((one: Read) => one.name);
    for (const methods of Object.values<Read>(hostile.paths)) {
      for (const operation of Object.values<Read>(methods)) operation.tags = tags;
    }
    const page = docsPage(hostile);
    expect(page).not.toContain("<img");
    expect(page).not.toContain(`alert('`);
    expect(page).toContain("&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;");
  });

  test("is well-formed: each element that is opened is closed", async () => {
    const { text } = await client.get("/docs");
    const open: string[] = [];
    const EMPTY = new Set(["meta", "link", "br", "img", "!doctype"]);
    for (const [, close, name] of text.matchAll(/<(\/?)([!a-z][a-z0-9]*)[^>]*>/g)) {
      if (EMPTY.has(name!)) continue;
      if (close === "") open.push(name!);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });
});
