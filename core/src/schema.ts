// Parses a foreign value with a schema once, reporting all faults with their paths, in plain English.
import type * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import { type ErrorCode, type Fault, refuseFaults } from "./error.ts";
import { pointer } from "./json.ts";
import { MAX_FAULTS } from "./limits.ts";

const { localeError } = en();
/** zod's names for what JSON calls otherwise. */
const JSON_NAMES: Readonly<Record<string, string>> = { record: "object", int: "integer" };

// jitless: under a strict Content-Security-Policy a page may not compile code, and zod would try.
const CONTEXT: z.core.ParseContext<z.core.$ZodIssue> = {
  jitless: true,
  error: (issue) => {
    const name = issue.code === "invalid_type" ? JSON_NAMES[issue.expected] : undefined;
    return localeError(name === undefined ? issue : ({ ...issue, expected: name } as typeof issue));
  },
};

export function parseWith<T>(
  schema: z.ZodMiniType<T>,
  value: unknown,
  code: ErrorCode,
  what: string,
  base = "",
): T {
  const result = schema.safeParse(value, CONTEXT);
  if (result.success) return result.data;
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, base)).slice(0, MAX_FAULTS);
  refuseFaults(code, what, faults);
  throw new Error(`bug: a failed parse of ${what} names no fault`);
}

/** What keeps a value from being read as the schema says, where a later version may have added fields. */
export function readingFaults(schema: z.ZodMiniType, value: unknown): readonly Fault[] {
  const { error } = schema.safeParse(value, CONTEXT);
  const issues = error?.issues.filter(({ code }) => code !== "unrecognized_keys") ?? [];
  return issues.flatMap((issue) => faultsOf(issue, "")).slice(0, MAX_FAULTS);
}

/** zod's own words for unknown fields quote all of them, however many and whatever is in them. */
function faultsOf(issue: z.core.$ZodIssue, base: string): readonly Fault[] {
  const path = base + pointer(issue.path);
  if (issue.code !== "unrecognized_keys") return [{ path, message: inWords(issue.message) }];
  return issue.keys
    .slice(0, MAX_FAULTS)
    .map((key) => ({ path: path + pointer([key]), message: "there is no such field" }));
}

/** JSON has no undefined: what zod calls so is not there. */
function inWords(message: string): string {
  return message.replace(/^Invalid input: expected (.*), received undefined$/, "is missing: expected $1");
}
