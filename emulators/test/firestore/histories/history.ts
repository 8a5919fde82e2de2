// What was done to a few documents by several at once, and what each saw of it.

/** A document of a history: a number that no other write uses, a group to query by, and a count to increment. */
export interface Contents {
  readonly v?: number;
  readonly g?: number;
  readonly n?: number;
}

/** By id; what is not there does not exist. */
export type State = Readonly<Record<string, Contents>>;

export type Read =
  | { readonly kind: "get"; readonly ids: readonly string[] }
  | { readonly kind: "where"; readonly g: number }
  | { readonly kind: "count" }
  | { readonly kind: "last" };

export type Write =
  | { readonly kind: "set" | "create"; readonly id: string; readonly v: number; readonly g: number }
  | { readonly kind: "update"; readonly id: string; readonly v: number }
  | { readonly kind: "increment"; readonly id: string }
  | { readonly kind: "delete"; readonly id: string };

/** Moments are numbers of one counter in the process that made the history: what was answered before something else was asked came first. */
export interface Span {
  readonly asked: number;
  readonly answered: number;
}

export interface Seen extends Span {
  readonly read: Read;
  /** The documents found, in their order; for a count the number. */
  readonly found: readonly (readonly [string, Contents])[] | number;
  /** Microseconds. */
  readonly readTime: bigint;
}

export type End =
  | { readonly kind: "committed"; readonly time: bigint }
  /** By the server, with this code. */
  | { readonly kind: "refused"; readonly code: number }
  | { readonly kind: "rolled back" };

export interface Attempt {
  readonly kind: "transaction" | "read-only transaction" | "plain write";
  readonly reads: readonly Seen[];
  readonly writes: readonly Write[];
  /** From its first request to its last answer. */
  readonly whole: Span;
  /** Of the request that ended it. */
  readonly last: Span;
  readonly end: End;
}

export type History = readonly Attempt[];
