// What every call of the client is made of: requests below the API's path, answers by their schemas, and checks of what
// goes into a path and of what comes back.
import type { Hasher } from "@policyledger/core";
import type * as z from "zod/mini";
import { ClientError } from "./error.ts";
import { readAnswer, type Transport } from "./transport.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface Calls {
  readonly transport: Transport;
  readonly hasher: Hasher;
  get<T>(
    path: string,
    schema: z.ZodMiniType<T>,
    options?: CallOptions & { readonly maxBytes?: number },
  ): Promise<T>;
  post<T>(path: string, body: string, schema: z.ZodMiniType<T>, options?: CallOptions): Promise<T>;
  /** Reads what came as a part of an answer: a line, an event. */
  read<T>(path: string, schema: z.ZodMiniType<T>, text: string): T;
  /** Where event streams come through. */
  streams(): Promise<string>;
}

export const API = "/api/v1";

export function makeCalls(transport: Transport, hasher: Hasher, streams: () => Promise<string>): Calls {
  return {
    transport,
    hasher,
    get: async (path, schema, options = {}) =>
      readAnswer(path, schema, await transport.text({ path: API + path, ...options })),
    post: async (path, body, schema, options = {}) =>
      readAnswer(path, schema, await transport.text({ method: "POST", path: API + path, body, ...options })),
    read: readAnswer,
    streams,
  };
}

export function search(query: object): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return given.length === 0
    ? ""
    : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

/** What comes from outside may end in no other path than the one that was meant. */
export function hash(text: string): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  const shown = JSON.stringify(String(text).slice(0, 80));
  throw new ClientError("invalid_argument", `Wanted a hash of 64 lowercase hex digits, got ${shown}`);
}

export function natural(index: number): number {
  if (Number.isSafeInteger(index) && index >= 0) return index;
  throw new ClientError("invalid_argument", `Wanted the index of an entry, got ${index}`);
}
