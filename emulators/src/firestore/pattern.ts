// Path patterns of document triggers: `ledger/{id}`, `a/{rest=**}`, and paths with `*` as they are given.

/** Whether the path of a document, from the root of documents, fits. */
export type Pattern = (path: string) => boolean;

export function compilePattern(pattern: string, isPattern: boolean): Pattern {
  if (!isPattern) return (path) => path === pattern;
  const segments = pattern.split("/").map((segment) => {
    if (/^(?:\*\*|\{[^{}=]*=\*\*\})$/.test(segment)) return ".+";
    if (/^(?:\*|\{[^{}]*\})$/.test(segment)) return "[^/]+";
    return segment.split("*").map(literally).join("[^/]*");
  });
  const expression = new RegExp(`^${segments.join("/")}$`, "su");
  return (path) => expression.test(path);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
