// Lists in pages: sorted by name, and a token names the last that was sent.
import { Code, StatusError } from "../wire/status.ts";

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1_000;

export function page<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { pageSize, pageToken }: { readonly pageSize: number; readonly pageToken: string },
): { items: T[]; nextPageToken: string } {
  if (pageSize < 0)
    throw new StatusError(Code.INVALID_ARGUMENT, `Invalid page size given (page_size=${pageSize}).`);
  const size = Math.min(pageSize || DEFAULT_SIZE, MAX_SIZE);
  const after = Buffer.from(pageToken, "base64url").toString();
  const sorted = items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const rest = sorted.filter((item) => nameOf(item) > after);
  const some = rest.slice(0, size);
  const isLast = rest.length <= size;
  return {
    items: some,
    nextPageToken: isLast ? "" : Buffer.from(nameOf(some.at(-1)!)).toString("base64url"),
  };
}
