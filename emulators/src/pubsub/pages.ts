// Lists in pages: sorted by name, and a token names the last that was sent.
import { Code, StatusError } from "../wire/status.ts";

const DEFAULT_SIZE = 100;
const MAX_SIZE = 1_000;
const NAME = /^projects\/[^/\s]+\/(topics|subscriptions)\/[^/\s]+$/;

export function page<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { pageSize, pageToken }: { readonly pageSize: number; readonly pageToken: string },
): { items: T[]; nextPageToken: string } {
  if (pageSize < 0)
    throw new StatusError(Code.INVALID_ARGUMENT, `Invalid page size given (page_size=${pageSize}).`);
  const size = Math.min(pageSize || DEFAULT_SIZE, MAX_SIZE);
  const after = readToken(pageToken);
  const sorted = items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const rest = sorted.filter((item) => nameOf(item) > after);
  const some = rest.slice(0, size);
  const isLast = rest.length <= size;
  return {
    items: some,
    nextPageToken: isLast ? "" : tokenOf(nameOf(some.at(-1)!)),
  };
}

function tokenOf(name: string): string {
  return Buffer.from(name).toString("base64url");
}

/** The name after which to go on, though it may be gone by now. */
function readToken(token: string): string {
  const name = Buffer.from(token, "base64url").toString();
  if (token !== "" && !(NAME.test(name) && tokenOf(name) === token))
    throw new StatusError(Code.INVALID_ARGUMENT, `Invalid page token given (page_token=${token}).`);
  return name;
}
