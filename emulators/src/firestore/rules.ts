// What a security rules file says: nothing more than "everybody is denied", or more than is evaluated here.

/** As the emulator's HTTP endpoint reports them; line and column count from 1. */
export interface RulesIssue {
  readonly severity: "WARNING" | "ERROR";
  readonly description: string;
  readonly sourcePosition: { readonly line: number; readonly column: number };
}

/**
 * No issue: the file denies everything, which is what is done here whatever it says. Otherwise one issue for each
 * `allow` that is more than `if false`, or one for the first place that cannot be understood.
 */
export function rulesIssues(source: string): readonly RulesIssue[] {
  try {
    return readFile(tokensOf(source)).map(notEvaluated);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return [notUnderstood(error)];
  }
}

interface Token {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

class SyntaxFault extends Error {
  readonly token: Token;

  constructor(token: Token, message: string) {
    super(message);
    this.token = token;
  }
}

function notEvaluated({ line, column }: Token): RulesIssue {
  return {
    severity: "WARNING",
    description:
      "This local Firestore evaluates no security rules: everybody but the admin is denied, whatever this `allow` says.",
    sourcePosition: { line, column },
  };
}

function notUnderstood({ message, token: { line, column } }: SyntaxFault): RulesIssue {
  return {
    severity: "ERROR",
    description: `Cannot read these rules: ${message}. Everybody but the admin is denied.`,
    sourcePosition: { line, column },
  };
}

// Comments and white space, quoted text, words with dots (cloud.firestore), and every other character on its own.
const TOKEN = /(?:\s+|\/\/[^\n]*|\/\*.*?\*\/)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[\w.]+|.)/gsu;

/** Ends with an empty token, which stands for the end of the file. */
function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let lineStart = 0;
  for (const match of source.matchAll(TOKEN)) {
    if (match[1] !== undefined) tokens.push(tokenAt(source, match, line, match.index - lineStart + 1));
    for (let end = match[0].indexOf("\n"); end >= 0; end = match[0].indexOf("\n", end + 1)) {
      line += 1;
      lineStart = match.index + end + 1;
    }
  }
  return [...tokens, { text: "", line, column: source.length - lineStart + 1 }];
}

function tokenAt(source: string, match: RegExpExecArray, line: number, column: number): Token {
  const token = { text: match[1], line, column };
  if (/^["']$/.test(token.text)) throw new SyntaxFault(token, "a text that does not end on its line");
  if (source.startsWith("/*", match.index)) throw new SyntaxFault(token, "a comment that does not end");
  return token;
}

/** Reads tokens from the first to the last. */
class Reader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.#tokens[this.#next];
  }

  take(): Token {
    const token = this.next;
    if (token.text === "") throw new SyntaxFault(token, "the file ends too early");
    this.#next += 1;
    return token;
  }

  takeIf(text: string): boolean {
    const is = this.next.text === text;
    if (is) this.#next += 1;
    return is;
  }

  expect(text: string): void {
    if (!this.takeIf(text)) throw unexpected(this.next, `"${text}"`);
  }
}

function unexpected({ text, ...at }: Token, wanted: string): SyntaxFault {
  const found = text === "" ? "the end of the file" : text;
  return new SyntaxFault({ text, ...at }, `found ${found} where ${wanted} was expected`);
}

/** The `allow`s that allow something, or may. */
function readFile(tokens: readonly Token[]): readonly Token[] {
  const reader = new Reader(tokens);
  const allowing: Token[] = [];
  if (reader.takeIf("rules_version")) {
    reader.expect("=");
    if (!/^["'][12]["']$/.test(reader.next.text)) throw unexpected(reader.next, `version '1' or '2'`);
    reader.take();
    reader.takeIf(";");
  }
  while (reader.next.text !== "") {
    reader.expect("service");
    reader.expect("cloud.firestore");
    reader.expect("{");
    readService(reader, allowing);
  }
  return allowing;
}

/** What stands between the service's `{`, which is read already, and its `}`. Counts blocks: recursion could run out of stack. */
function readService(reader: Reader, allowing: Token[]): void {
  for (let depth = 1; depth > 0; ) {
    const kinds = depth === 1 ? ["match", "function"] : ["match", "function", "allow"];
    const start = reader.take();
    if (start.text === "}") depth -= 1;
    else if (!kinds.includes(start.text)) throw unexpected(start, `${listed(kinds)} or "}"`);
    else if (start.text === "function") readFunction(reader);
    else if (start.text === "allow") readAllow(reader, start, allowing);
    else {
      readPath(reader);
      depth += 1;
    }
  }
}

function listed(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(", ");
}

/** A path such as /databases/{database}/documents, and the `{` that opens its block. */
function readPath(reader: Reader): void {
  if (reader.next.text !== "/") throw unexpected(reader.next, `a path such as "/ledger/{id}"`);
  while (reader.takeIf("/")) {
    if (reader.takeIf("{")) skipTo(reader, "}");
    else while (!["/", "{"].includes(reader.next.text)) plainSegment(reader);
  }
  reader.expect("{");
}

function plainSegment(reader: Reader): void {
  if (["}", ";"].includes(reader.next.text)) throw unexpected(reader.next, `"{"`);
  reader.take();
}

function readFunction(reader: Reader): void {
  reader.take();
  reader.expect("(");
  skipTo(reader, ")");
  reader.expect("{");
  for (let depth = 1; depth > 0; ) depth += nesting(reader.take());
}

const METHODS = new Set(["read", "write", "get", "list", "create", "update", "delete"]);

function readAllow(reader: Reader, start: Token, allowing: Token[]): void {
  do {
    if (!METHODS.has(reader.next.text)) throw unexpected(reader.next, `one of ${[...METHODS].join(", ")}`);
    reader.take();
  } while (reader.takeIf(","));
  if (reader.takeIf(":")) {
    reader.expect("if");
    const condition = readCondition(reader).filter((text) => text !== "(" && text !== ")");
    if (condition.length === 1 && condition[0] === "false") return;
  } else reader.takeIf(";");
  allowing.push(start);
}

/** Up to the semicolon, or to the end of the block where it was left out. */
function readCondition(reader: Reader): readonly string[] {
  const texts: string[] = [];
  for (let depth = 0; depth > 0 || ![";", "}"].includes(reader.next.text); ) {
    const token = reader.take();
    depth += nesting(token);
    texts.push(token.text);
  }
  reader.takeIf(";");
  return texts;
}

function nesting({ text }: Token): number {
  return text === "{" ? 1 : text === "}" ? -1 : 0;
}

/** Reads past the next `end`, which must come before any other bracket or semicolon. */
function skipTo(reader: Reader, end: string): void {
  while (!reader.takeIf(end)) {
    const token = reader.take();
    if ("(){};".includes(token.text)) throw unexpected(token, `"${end}"`);
  }
}
