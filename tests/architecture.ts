// The house rules as functions over a file's syntax tree, so that each rule can be shown to find what it forbids.
import { readdirSync, readFileSync } from "node:fs";
import { type Node, parseSync, visitorKeys } from "oxc-parser";

export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Every source file below a folder, whether or not git knows it. */
export function sourceFiles(root: string, folder = ""): SourceFile[] {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (entry.isDirectory())
      return /^(?:\..*|node_modules|dist|lib|coverage|site)$/.test(entry.name)
        ? []
        : sourceFiles(root, `${path}/`);
    return /\.[cm]?[jt]s$|\.[jt]sx$/.test(path)
      ? [{ path, text: readFileSync(`${root}/${path}`, "utf8") }]
      : [];
  });
}

/** Which packages and folders a room may import from; a file belongs to the room whose folder it is in. */
const ROOMS: readonly {
  readonly folder: string;
  readonly packages: readonly string[];
  readonly folders: readonly string[];
  /** Packages that may be imported at run time. */
  readonly late?: readonly string[];
}[] = [
  {
    folder: "core/src/",
    packages: [
      "@noble/curves/abstract/curve.js",
      "@noble/curves/ed25519.js",
      "@noble/hashes/sha2.js",
      "canonicalize",
      "seedrandom/lib/alea.js",
      "zod/mini",
      "zod/v4/locales/en.js",
    ],
    folders: ["core/src/"],
  },
  { folder: "core/check/", packages: ["fast-check"], folders: ["core/src/", "core/check/"] },
  { folder: "core/api/", packages: ["zod/mini"], folders: ["core/src/", "core/api/"] },
  { folder: "core/node/", packages: ["node:crypto"], folders: ["core/src/", "core/node/"] },
  // The stand-ins know the protocols of the cloud, and nothing of PolicyLedger nor of each other.
  {
    folder: "emulators/src/wire/",
    packages: ["node:fs", "node:http", "node:net", "@grpc/grpc-js", "protobufjs", "seedrandom/lib/alea.js"],
    folders: ["emulators/src/wire/"],
  },
  {
    folder: "emulators/src/durable/",
    packages: ["node:fs", "node:path", "node:sqlite"],
    folders: ["emulators/src/durable/"],
  },
  ...["firestore", "pubsub"].map((name) => ({
    folder: `emulators/src/${name}/`,
    packages: [
      ...["buffer", "crypto", "fs", "http", "path", "sqlite", "string_decoder", "url"].map(
        (module) => `node:${module}`,
      ),
      "protobufjs",
      "protobufjs/minimal.js",
    ],
    folders: ["wire", "durable", name].map((folder) => `emulators/src/${folder}/`),
  })),
  // What is deployed stands on the core alone; the queue's client is loaded when it is first used.
  {
    folder: "functions/src/",
    packages: [
      ...[
        "async_hooks",
        "crypto",
        "diagnostics_channel",
        "http",
        "net",
        "stream",
        "stream/promises",
        "zlib",
      ].map((module) => `node:${module}`),
      "@google-cloud/pubsub",
      "@hono/node-server",
      "@policyledger/core",
      "@policyledger/core/api",
      "@policyledger/core/node",
      ...["app", "firestore"].map((part) => `firebase-admin/${part}`),
      ...["logger", "params", "v2", "v2/firestore", "v2/https", "v2/pubsub", "v2/scheduler"].map(
        (part) => `firebase-functions/${part}`,
      ),
      ...["hono", "hono/compress", "zod/mini"],
    ],
    folders: ["functions/src/"],
    late: ["@google-cloud/pubsub"],
  },
  // What agents install: the SDK runs in a page too, so that Node is the command's alone.
  {
    folder: "agent/src/sdk/",
    packages: ["@policyledger/core", "@policyledger/core/api", "zod/mini"],
    folders: ["agent/src/sdk/"],
  },
  { folder: "agent/src/check/", packages: ["@policyledger/core"], folders: ["agent/src/check/"] },
  {
    folder: "agent/src/log/",
    packages: ["@policyledger/core", "@policyledger/core/api"],
    folders: ["agent/src/sdk/", "agent/src/log/"],
  },
  {
    folder: "agent/src/plans/",
    packages: ["@policyledger/core"],
    folders: ["agent/src/sdk/", "agent/src/plans/"],
  },
  // The viewer asks and checks through the SDK: a second client would be a second place for the same mistakes.
  {
    folder: "hosting/src/",
    packages: [
      "@policyledger/agent",
      "@policyledger/agent/check",
      "@policyledger/agent/log",
      "@policyledger/agent/plans",
      "@policyledger/core",
      "@policyledger/core/api",
      "preact",
      "preact/hooks",
      "uplot",
    ],
    folders: ["hosting/src/"],
  },
];
/** Folders all of whose files belong to a room. */
const HELD = [
  "agent/src/sdk/",
  "agent/src/check/",
  "agent/src/log/",
  "agent/src/plans/",
  "core/",
  "emulators/src/wire/",
  "emulators/src/durable/",
  "emulators/src/firestore/",
  "emulators/src/pubsub/",
  "functions/src/",
];

/** Imports that do not run the one way, types and re-exports among them, and all that are made at run time. */
export function wrongImports(file: SourceFile): string[] {
  if (!HELD.some((folder) => file.path.startsWith(folder))) return [];
  const room = ROOMS.find(({ folder }) => file.path.startsWith(folder));
  return placesOf(file).flatMap((place) => {
    if (place.node.type === "ImportExpression") return isLate(place.node, room?.late) ? [] : ["import()"];
    if (room === undefined) return [];
    if (isReference(place) && place.node.name === "require") return ["require"];
    const target = importedFrom(place.node);
    if (target === null || room.packages.includes(target)) return [];
    const resolved = target.startsWith(".") ? new URL(target, `file:///${file.path}`).pathname.slice(1) : "";
    return room.folders.some((folder) => resolved.startsWith(folder)) ? [] : [target];
  });
}

function isLate(
  { source }: Extract<Node, { type: "ImportExpression" }>,
  late: readonly string[] = [],
): boolean {
  return source.type === "Literal" && late.includes(String(source.value));
}

/** The globals of core/src: part of the language, or of the Encoding Standard, and the same on every host. */
const PURE_GLOBALS = new Set(
  `undefined Array BigInt Error JSON Map Number Object Set String Symbol TextDecoder TextEncoder
  ArrayBuffer DataView Float32Array Float64Array Int8Array Int16Array Int32Array Uint8Array Uint16Array
  Uint32Array`.split(/\s+/),
);

/** In every engine the same, bit for bit: IEEE 754 fixes sqrt, the others are exact. */
const EXACT_MATH = ["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "sign", "sqrt", "trunc"];

/** Not even a local may bear these names: who reads it would take it for the global. */
const NEVER = new Set(["eval", "Function", "globalThis", "Date", "Promise", "Reflect", "Proxy"]);

/** Members that make code from text, tell where the code runs, or follow the reader's language. */
const IMPURE_MEMBER = /^(?:constructor|stack|captureStackTrace|localeCompare|toLocale.*)$/;

/** What makes a file of core/src depend on more than its arguments. */
export function impurities(file: SourceFile): string[] {
  if (!file.path.startsWith("core/src/")) return [];
  const places = placesOf(file).filter(({ isType }) => !isType);
  const scopes = scopesOf(places);
  return places.flatMap((place) => impurity(place, scopes) ?? []);
}

function impurity(place: Place, scopes: Scopes): string | null {
  const { node } = place;
  if (node.type === "MetaProperty") return `${node.meta.name}.${node.property.name}`;
  if (node.type === "ImportExpression") return "import()";
  if (node.type === "AwaitExpression" || ("await" in node && node.await)) return "await";
  if ("async" in node && node.async) return "async";
  if ("operator" in node && node.operator.startsWith("**")) return node.operator;
  const member = memberOf(place);
  if (member !== null && IMPURE_MEMBER.test(member)) return `.${member}`;
  if (!isReference(place)) return null;
  const { name } = place.node;
  if (NEVER.has(name)) return name;
  if (PURE_GLOBALS.has(name) || isDeclared(name, place, scopes)) return null;
  return name === "Math" ? inexact(place) : name;
}

/** Math may only stand before the dot of one of its exact functions. */
function inexact({ up }: Place): string | null {
  const over = up!.node;
  if (over.type !== "MemberExpression" || over.computed || over.optional) return "Math";
  return EXACT_MATH.includes(over.property.name) ? null : `Math.${over.property.name}`;
}

/** The checker and the tests of environments advance them one step at a time; these rules only name it. */
const MAY_ADVANCE = ["core/check/", "core/test/", "tests/cases/", "tests/golden/", "tests/architecture."];

/** Whether a file reaches for an environment's `step`; of all others only the one loop does. */
export function advances(file: SourceFile): boolean {
  if (MAY_ADVANCE.some((start) => file.path.startsWith(start))) return false;
  return placesOf(file).some((place) => !place.isType && memberOf(place) === "step");
}

export function hasPurpose({ text }: SourceFile): boolean {
  return /^(?:#!.*\n)?\/\/ \S/.test(text);
}

export function lineCount({ text }: SourceFile): number {
  return text.split("\n").length - 1;
}

/** A node, the field of the node over it that holds it, and whether it is gone when the types are stripped. */
interface Place {
  readonly node: Node;
  readonly key: string;
  readonly up: Place | null;
  readonly isType: boolean;
}

function placesOf({ path, text }: SourceFile): Place[] {
  const { program, errors } = parseSync(path, text, { preserveParens: false });
  if (errors.length > 0) throw new Error(`Cannot parse ${path}: ${errors[0]!.message}`);
  const places: Place[] = [];
  const visit = (node: Node, key: string, up: Place | null) => {
    const place = { node, key, up, isType: up?.isType || TYPE_FIELD.test(key) || isTypeOnly(node) };
    places.push(place);
    const fields = node as unknown as Record<string, Node | null | (Node | null)[]>;
    for (const field of visitorKeys[node.type]!)
      for (const child of [fields[field]].flat()) if (child) visit(child, field, place);
  };
  visit(program, "", null);
  return places;
}

const TYPE_FIELD =
  /^(?:typeAnnotation|returnType|typeParameters|typeArguments|superTypeArguments|implements)$/;

function isTypeOnly(node: Node): boolean {
  return (
    /^TS(?:TypeAlias|Interface)Declaration$/.test(node.type) ||
    ("declare" in node && node.declare === true) ||
    ("importKind" in node && node.importKind === "type") ||
    ("exportKind" in node && node.exportKind === "type")
  );
}

/** The module that a node imports from or re-exports, be it for types only. */
function importedFrom(node: Node): string | null {
  if (node.type === "TSExternalModuleReference") return node.expression.value;
  return "source" in node && node.source?.type === "Literal" ? String(node.source.value) : null;
}

/** The member that a place reaches for: after a dot, in a pattern, or as text that may stand in brackets. */
function memberOf({ node, key, up }: Place): string | null {
  if (node.type === "MemberExpression")
    return node.computed || node.property.type !== "Identifier" ? null : node.property.name;
  if (node.type === "Property" && up!.node.type === "ObjectPattern" && node.key.type === "Identifier")
    return node.computed ? null : node.key.name;
  const isDefined = key === "key" && !isComputed(up!.node) && up!.up!.node.type !== "ObjectPattern";
  return isDefined ? null : constantText(node);
}

/** What text a node always is, if it is put together from nothing but texts. */
function constantText(node: Node): string | null {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  const parts: Node[] = [];
  if (node.type === "TemplateLiteral") parts.push(...node.quasis, ...node.expressions);
  else if (node.type === "BinaryExpression" && node.operator === "+") parts.push(node.left, node.right);
  else return null;
  const texts = parts
    .sort((a, b) => a.start - b.start)
    .map((part) => (part.type === "TemplateElement" ? part.value.cooked : constantText(part)));
  return texts.includes(null) ? null : texts.join("");
}

function isComputed(node: Node): boolean {
  return "computed" in node && node.computed;
}

/** Whether a place is a variable, declared or used, and not the name of a member, a label or another module's. */
function isReference(place: Place): place is Place & { readonly node: { readonly name: string } } {
  const { node, key, up } = place;
  if (node.type !== "Identifier" || up!.node.type === "MetaProperty") return false;
  if (key === "property" || key === "key") return isComputed(up!.node);
  if (up!.node.type === "ExportSpecifier") return key === "local" && importedFrom(up!.up!.node) === null;
  return key !== "label" && key !== "imported" && key !== "exported";
}

/** The names that each scope declares. A `var` counts in its block only, which is stricter than the language. */
type Scopes = ReadonlyMap<Node, readonly string[]>;

const SCOPE =
  /^(?:Program|.*Function.*|BlockStatement|StaticBlock|For.*|SwitchCase|CatchClause|ClassExpression)$/;

function scopesOf(places: readonly Place[]): Scopes {
  const scopes = new Map<Node, string[]>();
  const declare = (place: Place, ...patterns: (Node | null)[]): void => {
    let { node, up } = place;
    while (!SCOPE.test(node.type)) ({ node, up } = up!);
    scopes.set(node, [...(scopes.get(node) ?? []), ...patterns.flatMap(boundNames)]);
  };
  for (const place of places) {
    const { node, up } = place;
    if (/^(?:VariableDeclarator|(?:Function|Class)Declaration)$/.test(node.type) && "id" in node)
      declare(up!, node.id);
    if (/^(?:Function|Class)Expression$/.test(node.type) && "id" in node) declare(place, node.id);
    if (/^Import\w*Specifier$/.test(node.type) && "local" in node) declare(up!, node.local);
    if (node.type === "CatchClause") declare(place, node.param);
    if ("params" in node) declare(place, ...node.params);
  }
  return scopes;
}

function boundNames(pattern: Node | null): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap(boundNames);
    case "Property":
      return boundNames(pattern.value);
    case "ArrayPattern":
      return pattern.elements.flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

function isDeclared(name: string, place: Place | null, scopes: Scopes): boolean {
  if (place === null) return false;
  return scopes.get(place.node)?.includes(name) || isDeclared(name, place.up, scopes);
}
