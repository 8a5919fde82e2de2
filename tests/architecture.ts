// The house rules as functions over a file's text, so that each rule can be shown to find what it forbids.

export interface SourceFile {
  /** From the root of the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Which packages and folders a room may import from; a file belongs to the first room whose folder it is in. */
const ROOMS: readonly {
  readonly folder: string;
  readonly packages: readonly RegExp[];
  readonly folders: readonly string[];
}[] = [
  {
    folder: "core/src/",
    packages: [/^@noble\//, /^seedrandom\//, /^zod\//, /^canonicalize$/],
    folders: ["core/src/"],
  },
  { folder: "core/check/", packages: [/^fast-check$/], folders: ["core/src/", "core/check/"] },
  { folder: "core/node/", packages: [/^node:/], folders: ["core/src/", "core/node/"] },
];

const IMPORT =
  /(?:^|[;\s])(?:import|export)\s(?:[^"';]*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;

/** Imports that do not run the one way. */
export function wrongImports({ path, text }: SourceFile): string[] {
  const room = ROOMS.find(({ folder }) => path.startsWith(folder));
  if (room === undefined) return [];
  const wanted = [...stripComments(text).matchAll(IMPORT)].map((match) => (match[1] ?? match[2])!);
  return wanted.filter((target) => {
    if (!target.startsWith(".")) return !room.packages.some((allowed) => allowed.test(target));
    const resolved = new URL(target, `file:///${path}`).pathname.slice(1);
    return !room.folders.some((folder) => resolved.startsWith(folder));
  });
}

/** In every engine the same, bit for bit: IEEE 754 fixes sqrt, the others are exact. */
const EXACT_MATH = ["abs", "ceil", "clz32", "floor", "fround", "imul", "max", "min", "sign", "sqrt", "trunc"];

const IMPURE: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["the clock", /\b(?:Date|performance|Temporal|setTimeout|setInterval|setImmediate|queueMicrotask)\b/],
  ["ambient randomness", /\bMath\.random\b|\bcrypto\b|\bgetRandomValues\b/],
  ["Node or the browser", /\b(?:process|require|Buffer|globalThis|navigator|fetch|console|__dirname)\b/],
  [
    "what is not synchronous",
    /\b(?:async|await|Promise|WeakRef|FinalizationRegistry|SharedArrayBuffer|Atomics)\b/,
  ],
  ["the reader's language", /\b(?:Intl|toLocale\w*|localeCompare)\b/],
  ["code made at run time", /\beval\b|\bnew Function\b/],
  ["a power, which engines round differently", /\*\*/],
];

/** What makes a file of core/src depend on more than its arguments. */
export function impurities({ path, text }: SourceFile): string[] {
  if (!path.startsWith("core/src/")) return [];
  const code = stripStrings(stripComments(text));
  const found = IMPURE.filter(([, pattern]) => pattern.test(code)).map(([what]) => what);
  const math = [...code.matchAll(/\bMath\s*(?:\.\s*(\w+)|\[)/g)].map((match) => match[1] ?? "[…]");
  return [...found, ...math.filter((name) => !EXACT_MATH.includes(name)).map((name) => `Math.${name}`)];
}

/** Whether a file advances an environment. Its own tests may, and so does the checker of environments. */
export function advances({ path, text }: SourceFile): boolean {
  if (path.startsWith("core/check/") || path.startsWith("core/test/") || path.startsWith("tests/"))
    return false;
  return /[.?]\s*step\s*\(|\[\s*["']step["']\s*\]|\{[^{}]*\bstep\b[^{}]*\}\s*=/.test(stripComments(text));
}

export function hasPurpose({ text }: SourceFile): boolean {
  return /^(?:#!.*\n)?\/\/ \S/.test(text);
}

export function lineCount({ text }: SourceFile): number {
  return text.split("\n").length - 1;
}

/** Blanks out comments, and leaves strings and templates as they are. */
export function stripComments(text: string): string {
  return text.replace(TOKENS, (token) => (token.startsWith("//") || token.startsWith("/*") ? " " : token));
}

/** Empties strings and the fixed parts of templates; what templates compute stays. */
function stripStrings(text: string): string {
  return text.replace(TOKENS, (token) => {
    if (token.startsWith("`"))
      return [...token.matchAll(/\$\{([^{}]*)\}/g)].map((match) => match[1]).join(" ");
    return token.startsWith('"') || token.startsWith("'") ? '""' : token;
  });
}

const TOKENS = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;
