// A route: where it is, what it takes and what it answers. The table of them is what requests are checked by, and what
// the OpenAPI document is made from.
import type { Fault } from "@policyledger/core";
import { PolicyLedgerError, parseWith } from "@policyledger/core";
import type { ProblemCode } from "@policyledger/core/api";
import type * as z from "zod/mini";
import { Problem } from "../problem.ts";
import type { Service } from "../service.ts";
import type { Settings } from "../settings.ts";
import type { ListedWitnesses } from "./witnesses.ts";

type Shape = z.ZodMiniObject;

export interface Call<P, Q> {
  readonly service: Service;
  readonly settings: Settings;
  /** Whose cosignatures are kept. */
  readonly witnesses: ListedWitnesses;
  readonly request: Request;
  readonly requestId: string;
  /** The address that it came from, as limits know it. */
  readonly caller: string;
  /** Takes more from the caller's share, for a request that turns out to be worth several; refuses when it is used up. */
  readonly charge: (cost: number) => void;
  /** Takes from the share of a key whose signature holds. */
  readonly chargeKey: (publicKey: string) => void;
  readonly params: P;
  readonly query: Q;
}

export interface Answer {
  readonly description: string;
  /** By media type; a type without a schema is text. */
  readonly content?: Readonly<Record<string, z.ZodMiniType | null>>;
}

/** What a request costs whom: each class has limits of its own. */
export type LimitClass = "read" | "submit" | "compute";

export interface Route<P extends Shape = Shape, Q extends Shape = Shape> {
  readonly method: "get" | "post";
  /** Below /api/v1, with parameters as OpenAPI writes them. */
  readonly path: string;
  readonly id: string;
  readonly tag: "Claims" | "Ledger" | "Log" | "Marketplace" | "Policies" | "Plans" | "Training" | "Service";
  readonly summary: string;
  readonly description?: string;
  readonly params: P;
  readonly query: Q;
  /** By media type; the schema of a whole body, or null where the description says what it is. */
  readonly body?: Readonly<Record<string, z.ZodMiniType | null>>;
  readonly limit: LimitClass;
  /** Its answer is of the moment and kept by nobody: it has no ETag. */
  readonly isFleeting?: boolean;
  readonly answers: Readonly<Record<number, Answer>>;
  readonly problems: readonly ProblemCode[];
  handle(call: Call<z.infer<P>, z.infer<Q>>): Promise<Response>;
}

/** Lets a route's handler know the types of its own parameters, and the table hold routes of all types. */
export function route<P extends Shape, Q extends Shape>(given: Route<P, Q>): Route {
  return given as unknown as Route;
}

/** Checks parameters; all that is wrong with path and query is said at once. */
export function parseParameters(
  { params, query }: Route,
  path: Readonly<Record<string, string>>,
  search: URLSearchParams,
): { params: object; query: object } {
  const faults: Fault[] = [];
  const read = (schema: Shape, texts: Readonly<Record<string, string>>, base: string) => {
    const values = withNumbers(schema, texts);
    try {
      return parseWith(schema, values, "invalid_json", "parameters", base) as object;
    } catch (error) {
      if (!(error instanceof PolicyLedgerError)) throw error;
      for (const { path, message } of error.faults) {
        const name = path.slice(base.length + 1);
        // The schema's own words would be about a text, which every parameter is.
        const isText = wantsNumber(schema, name) && typeof values[name] === "string";
        faults.push({ path, message: isText ? "wanted a whole number" : message });
      }
      return {};
    }
  };
  const found = {
    params: read(params, path, "/path"),
    query: read(query, onlyOnce(search, query, faults), "/query"),
  };
  if (faults.length === 0) return found;
  const shown = faults.slice(0, 3).map((fault) => `${fault.path}: ${fault.message}`);
  throw new Problem("invalid_request", `Cannot take the request's parameters: ${shown.join("; ")}`, {
    faults,
  });
}

/** A name that is not known is a fault of its own, however often it is given. */
function onlyOnce(search: URLSearchParams, { shape }: Shape, faults: Fault[]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of search) {
    if (values.has(name) && Object.hasOwn(shape, name)) {
      faults.push({ path: `/query/${name}`, message: "is given more than once" });
    }
    values.set(name, value);
  }
  return Object.fromEntries(values);
}

const INTEGER = /^(?:0|-?[1-9]\d{0,15})$/;

/** Parameters are text; where the schema wants an integer, one is made of what looks like one. */
function withNumbers(schema: Shape, values: Readonly<Record<string, string>>): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    const number = wantsNumber(schema, name) && INTEGER.test(value) ? Number(value) : value;
    if (name === "__proto__") Object.defineProperty(read, name, { value: number, enumerable: true });
    else read[name] = number;
  }
  return read;
}

function wantsNumber({ shape }: Shape, name: string): boolean {
  return Object.hasOwn(shape, name) && innermost(shape[name] as z.ZodMiniType) === "number";
}

function innermost(schema: z.ZodMiniType): string {
  const { def } = schema as { def: { type: string; innerType?: z.ZodMiniType } };
  return def.innerType === undefined ? def.type : innermost(def.innerType);
}
