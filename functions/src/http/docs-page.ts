// Renders the OpenAPI document as one page to read: no script, no request to anyone, every text escaped.
import type { JsonObject, OpenApi } from "./openapi.ts";

export function docsPage(document: OpenApi): string {
  const { info, tags, paths, components } = document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation: operation as unknown as Operation,
    })),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(info.title)} API ${escaped(info.version)}</title>
<link rel="stylesheet" href="docs.css">
</head>
<body>
<header>
<h1>${escaped(info.title)} <small>API ${escaped(info.version)}</small></h1>
<p>${prose(info.description)}</p>
<p>The same as <a href="openapi.json">OpenAPI 3.1</a>.</p>
</header>
<nav aria-label="Contents"><ul>
${tags.map(({ name }) => `<li><a href="#${escaped(name)}">${escaped(name)}</a></li>`).join("\n")}
<li><a href="#problems">Problems</a></li>
<li><a href="#schemas">Schemas</a></li>
</ul></nav>
<main>
${tags
  .map(
    ({ name, description }) => `<section id="${escaped(name)}">
<h2>${escaped(name)}</h2>
<p>${prose(description)}</p>
${operations
  .filter(({ operation }) => operation.tags.includes(name))
  .map(operationHtml)
  .join("\n")}
</section>`,
  )
  .join("\n")}
<section id="problems">
<h2>Problems</h2>
<p>Every error is a problem document (RFC 9457). Its <code>code</code> is stable.</p>
<div class="wide"><table>
<thead><tr><th scope="col">code</th><th scope="col">status</th><th scope="col">what it means</th></tr></thead>
<tbody>
${document["x-problems"]
  .map(
    ({ code, status, title }) =>
      `<tr id="${escaped(code)}"><td><code>${escaped(code)}</code></td><td>${status}</td><td>${escaped(title)}</td></tr>`,
  )
  .join("\n")}
</tbody></table></div>
</section>
<section id="schemas">
<h2>Schemas</h2>
${Object.entries(components.schemas)
  .map(
    ([id, schema]) => `<article id="schema-${escaped(id)}">
<h3>${escaped(id)}</h3>
${typeof schema.description === "string" ? `<p>${prose(schema.description)}</p>` : ""}
<details><summary>JSON Schema</summary><pre tabindex="0">${linked(JSON.stringify(schema, null, 2))}</pre></details>
</article>`,
  )
  .join("\n")}
</section>
</main>
</body>
</html>
`;
}

interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: JsonObject;
  }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: JsonObject }>>;

function operationHtml({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}): string {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  return `<article id="${escaped(operationId)}">
<h3><span class="method">${method.toUpperCase()}</span> <code>${escaped(path)}</code></h3>
<p><strong>${escaped(summary)}.</strong>${description === undefined ? "" : ` ${prose(description)}`}</p>
${
  parameters.length === 0
    ? ""
    : table(
        ["parameter", "in", "form"],
        parameters.map(({ name, in: place, required, schema }) => [
          `<code>${escaped(name)}</code>`,
          `${escaped(place)}${required ? ", required" : ""}`,
          form(schema),
        ]),
      )
}
${requestBody === undefined ? "" : `<p>Body: ${contentHtml(requestBody.content)}</p>`}
${table(
  ["answer", "meaning", "body"],
  Object.entries(responses).map(([status, { description, content }]) => [
    escaped(status),
    prose(description),
    content === undefined ? "" : contentHtml(content),
  ]),
)}
<pre tabindex="0">${escaped(curl(method, path, requestBody))}</pre>
</article>`;
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<div class="wide"><table>
<thead><tr>${heads.map((head) => `<th scope="col">${escaped(head)}</th>`).join("")}</tr></thead>
<tbody>
${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("\n")}
</tbody></table></div>`;
}

function contentHtml(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema }]) => `${referenceHtml(schema)} <code>${escaped(type)}</code>`.trim())
    .join(", ");
}

function referenceHtml(schema: JsonObject): string {
  if (typeof schema.$ref !== "string") return "";
  const id = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  return `<a href="#schema-${escaped(id)}">${escaped(id)}</a>`;
}

/** What a parameter looks like, in a few words. */
function form(schema: JsonObject): string {
  const words = [
    Array.isArray(schema.enum)
      ? schema.enum.map((value) => `<code>${escaped(String(value))}</code>`).join(" or ")
      : escaped(String(schema.type ?? "")),
    typeof schema.pattern === "string" ? `<code>${escaped(schema.pattern)}</code>` : "",
    typeof schema.minimum === "number" ? `from ${schema.minimum}` : "",
    typeof schema.maximum === "number" && schema.maximum < Number.MAX_SAFE_INTEGER
      ? `to ${schema.maximum}`
      : "",
    schema.default === undefined ? "" : `by itself <code>${escaped(String(schema.default))}</code>`,
  ];
  return words.filter((word) => word !== "").join(", ");
}

function curl(method: string, path: string, body: Operation["requestBody"]): string {
  const address = `"$URL${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`)}"`;
  if (method === "get") return `curl ${address}`;
  const type = Object.keys(body?.content ?? {})[0] ?? "application/json";
  return `curl ${address} -H 'content-type: ${type}' --data-binary @body.json`;
}

/** Texts of ours, in which backticks mark code. */
function prose(text: string): string {
  return escaped(text).replaceAll(/`([^`]*)`/g, "<code>$1</code>");
}

function linked(text: string): string {
  return escaped(text).replaceAll(
    /#\/components\/schemas\/(\w+)/g,
    (reference, id: string) => `<a href="#schema-${id}">${reference}</a>`,
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!);
}

export const DOCS_STYLE = `
:root { color-scheme: light dark; font: 1rem/1.55 system-ui, sans-serif; --line: light-dark(#d5d9e0, #3a3f4a); --soft: light-dark(#f4f5f7, #1d2027); --accent: light-dark(#0b57d0, #8ab4f8); }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.25rem 6rem; }
h1 { margin: 0; } h1 small { font-weight: 400; font-size: 1rem; }
h2 { margin-top: 3.5rem; border-bottom: 1px solid var(--line); padding-bottom: .3rem; }
h3 { margin: 2.5rem 0 .5rem; font-size: 1.05rem; overflow-wrap: anywhere; }
a { color: var(--accent); }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
pre { background: var(--soft); border-radius: .4rem; padding: .75rem 1rem; overflow-x: auto; }
.method { font: 600 .8rem ui-monospace, monospace; border: 1px solid var(--line); border-radius: .3rem; padding: .1rem .4rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; margin: .75rem 0; }
td code { overflow-wrap: anywhere; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; }
:target { scroll-margin-top: 1rem; outline: 2px solid var(--accent); outline-offset: .4rem; border-radius: .2rem; }
`;
