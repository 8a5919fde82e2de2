// Parses a foreign value with a schema once, reporting all faults with their paths, in plain English.
import type { ZodMiniType } from "zod/mini";
import en from "zod/v4/locales/en.js";
import { type ErrorCode, type Fault, refuseFaults } from "./error.ts";
import { pointer } from "./json.ts";
import { MAX_FAULTS } from "./limits.ts";

// jitless: under a strict Content-Security-Policy a page may not compile code, and zod would try.
const CONTEXT = { error: en().localeError, jitless: true };

export function parseWith<T>(
  schema: ZodMiniType<T>,
  value: unknown,
  code: ErrorCode,
  what: string,
  base = "",
): T {
  const result = schema.safeParse(value, CONTEXT);
  if (result.success) return result.data;
  const faults: Fault[] = result.error.issues.slice(0, MAX_FAULTS).map((issue) => ({
    path: base + pointer(issue.path),
    message: issue.message,
  }));
  refuseFaults(code, what, faults);
  throw new Error(`bug: a failed parse of ${what} names no fault`);
}
