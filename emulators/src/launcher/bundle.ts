// How functions become one file: with all that they import, so that a cold start opens one file in place of two
// thousand, and without what they never use, which V8 would have to read all the same (27 ms a megabyte).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildOptions, Plugin } from "esbuild";
import { cutProtos } from "./cut-protos.ts";

/** By their paths in node_modules. Their importers name them at load, and use them for what our functions cannot want. */
export const LEFT_OUT = [
  // A class for each message, published for TypeScript; the clients speak by protos.json.
  "@google-cloud/firestore-api/build/protos/protos.js",
  "@google-cloud/pubsub-api/build/protos/protos.js",
  "@google-cloud/pubsub/build/protos/protos.js",
  "google-gax/build/protos/iam_service.js",
  "google-gax/build/protos/locations.js",
  "google-gax/build/protos/operations.js",
  // Administration of databases and of schemas, whose services are cut below.
  "@google-cloud/firestore-api/build/src/v1/firestore_admin_client.js",
  "@google-cloud/pubsub-api/build/src/v1/schema_service_client.js",
  // Who the caller of a callable function is; ours are called by plain HTTP.
  "firebase-admin/lib/auth/index.js",
  "firebase-admin/lib/app-check/index.js",
];

/** An ES module that is left out is empty: esbuild itself says who names what is not there. */
export const EMPTIED = [
  // Fifty languages; English is imported by itself.
  "zod/v4/locales/index.js",
];

/** The first call builds a class for each message and a descriptor for each file: 75 ms for all, 10 for these. */
export const SERVICES: Readonly<Record<string, readonly string[]>> = {
  "@google-cloud/firestore-api/build/protos/protos.json": ["google.firestore.v1.Firestore"],
  "@google-cloud/pubsub-api/build/protos/protos.json": [
    "google.pubsub.v1.Publisher",
    "google.pubsub.v1.Subscriber",
  ],
  "google-gax/build/protos/locations.json": ["google.cloud.location.Locations"],
};

export function bundleOptions(folder: string, entry: string, outfile: string) {
  return {
    entryPoints: [entry],
    outfile,
    absWorkingDir: folder,
    bundle: true,
    platform: "node",
    target: "node24",
    // With .cjs in the name: to find out that a .js is an ES module takes the functions framework 25 ms.
    format: "cjs",
    conditions: ["source"],
    // Names stay, so that a stack trace says where; lines stay short, since Node prints the whole line of an error.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 200,
    sourcemap: true,
    sourcesContent: false,
    plugins: [oneCopyOfEach(), leaveOut(), cut()],
    metafile: true,
    write: false,
    logLevel: "silent",
    // Of ES modules, which ask where they are.
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
    define: { "import.meta.url": "importMetaUrl" },
    // What would be found missing at run time only: a name that is left out, an export that is none.
    logOverride: {
      "import-is-undefined": "error",
      "commonjs-variable-in-esm": "error",
    },
  } satisfies BuildOptions;
}

/** Stands for a module that is left out: it may be named and passed on, as its importers do, but not used. */
export function leftOut(path: string): object {
  const fail = (): never => {
    throw new Error(`${path} was left out of this bundle: see emulators/src/launcher/bundle.ts`);
  };
  return new Proxy(class {}, {
    get: (target, name) =>
      typeof name === "symbol" || ["__esModule", "then", "prototype"].includes(name)
        ? Reflect.get(target, name)
        : leftOut(`${path}: ${name}`),
    apply: fail,
    construct: fail,
  });
}

function leaveOut(): Plugin {
  return {
    name: "leave-out",
    setup(build) {
      build.onLoad({ filter: anyOf(LEFT_OUT) }, ({ path }) => ({
        contents: `module.exports = (${leftOut})(${JSON.stringify(inPackages(path))})`,
      }));
      build.onLoad({ filter: anyOf(EMPTIED) }, () => ({ contents: "export {}" }));
    },
  };
}

function cut(): Plugin {
  return {
    name: "cut-protos",
    setup(build) {
      build.onLoad({ filter: anyOf(Object.keys(SERVICES)) }, ({ path }) => ({
        contents: JSON.stringify(
          cutProtos(JSON.parse(readFileSync(path, "utf8")), SERVICES[inPackages(path)]!),
        ),
        loader: "json",
      }));
    },
  };
}

/**
 * A package lies several times in node_modules when its usual place is taken by another version; the cloud would
 * install it once. All but the first copy of the same version are passed over. What esbuild finds by itself is left to
 * it: a path that a plugin answers has lost which kind of module it is.
 */
function oneCopyOfEach(): Plugin {
  return {
    name: "one-copy-of-each",
    setup(build) {
      const first = new Map<string, string>();
      build.onResolve({ filter: /^[^./]/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
        if (pluginData === oneCopyOfEach) return undefined;
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: oneCopyOfEach });
        if (found.errors.length > 0 || found.external) return undefined;
        const root = packageRoot(found.path);
        if (root === null) return undefined;
        const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
        const key = `${name}@${version}`;
        const kept = first.get(key) ?? root;
        first.set(key, kept);
        return kept === root ? undefined : { path: kept + found.path.slice(root.length) };
      });
    },
  };
}

const IN_PACKAGES = /^(.*[\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)/;

function packageRoot(path: string): string | null {
  return IN_PACKAGES.exec(path)?.[0] ?? null;
}

/** The path in the innermost node_modules, with forward slashes. */
function inPackages(path: string): string {
  return path.slice(IN_PACKAGES.exec(path)![1]!.length).replaceAll("\\", "/");
}

/** esbuild matches in Go, and gives the system's own paths. */
function anyOf(paths: readonly string[]): RegExp {
  const exactly = (path: string) => path.replaceAll(".", "\\.").replaceAll("/", "[\\\\/]");
  return new RegExp(`[\\\\/]node_modules[\\\\/](${paths.map(exactly).join("|")})$`);
}
