// The HTTP door: from a Request to a Response. Identifies the request, limits its caller, checks its parameters, hands
// it to its route, and answers whatever goes wrong with a problem document.
import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { inTime } from "../in-time.ts";
import { callerAddress, trustedRanges } from "../limits/caller-address.ts";
import { FairLimit, type Taken } from "../limits/fair-limit.ts";
import { asProblem, Problem } from "../problem.ts";
import { messageOf, type Service } from "../service.ts";
import type { Settings } from "../settings.ts";
import { problemAnswer } from "./answer.ts";
import { nameSender, releaseBody } from "./body-room.ts";
import { compressed, compressedBundles, conditional } from "./caching.ts";
import { type Call, type LimitClass, parseParameters, type Route } from "./route.ts";
import { claimRoutes } from "./routes/claims.ts";
import { ledgerRoutes } from "./routes/ledger.ts";
import { logRoutes } from "./routes/log.ts";
import { marketplaceRoutes } from "./routes/marketplace.ts";
import { planRoutes } from "./routes/plans.ts";
import { serviceRoutes } from "./routes/service.ts";
import { trainingRoutes } from "./routes/training.ts";
import { verifyRoutes } from "./routes/verify.ts";
import { answerCheckpoint, answerTile } from "./tile-paths.ts";
import { witnessesOf } from "./witnesses.ts";

export const BASE = "/api/v1";

export const routes: readonly Route[] = [
  ...claimRoutes,
  ...verifyRoutes,
  ...ledgerRoutes,
  ...logRoutes,
  ...marketplaceRoutes,
  ...planRoutes,
  ...trainingRoutes,
  ...serviceRoutes(() => routes),
];

/** What the server knows of a connection. */
interface Connection {
  readonly remoteAddress?: string | undefined;
}

type Env = { Bindings: Connection; Variables: { requestId: string; route: string; problem: Problem } };

export interface Api {
  fetch(request: Request, connection?: Connection): Promise<Response>;
}

export function makeApi(service: Service, settings: Settings): Api {
  const app = new Hono<Env>();
  const limits = makeLimits(settings);
  // A parameter that cannot be is said at the start, and not by the first witness that comes.
  const witnesses = witnessesOf(service.host, settings.witnesses);

  app.use(async (c, next) => {
    const started = performance.now();
    const requestId = requestIdOf(c.req.raw);
    c.set("requestId", requestId);
    await next();
    c.header("x-request-id", requestId);
    c.header("x-content-type-options", "nosniff");
    const problem = c.get("problem") as Problem | undefined;
    service.log({
      station: "http",
      event: "request",
      severity: severityOf(c.res.status),
      request_id: requestId,
      method: c.req.method,
      route: c.get("route") ?? "none",
      status: c.res.status,
      milliseconds: Math.round(performance.now() - started),
      ...(problem !== undefined && { code: problem.code }),
      ...(problem?.code === "internal" && { error: stackOf(problem.cause) }),
      counted: { requests: 1 },
    });
  });
  app.use(async (c, next) => {
    await next();
    // Anyone may read from any page; writing from other people's pages is not offered.
    if (c.req.method === "GET" || c.req.method === "HEAD" || c.req.method === "OPTIONS") {
      c.header("access-control-allow-origin", "*");
      c.header("access-control-expose-headers", "etag, location, retry-after, x-request-id");
    }
  });
  app.use(compressed);
  app.use("/tile/entries/*", compressedBundles);
  app.use(conditional);

  /** What leads nowhere costs its sender as much as a read. */
  const chargeRead = (c: Context<Env>) => limits.forCaller("read", limits.callerOf(c.req.raw, c.env), 1);

  for (const one of routes) {
    app.on(one.method.toUpperCase(), honoPath(one), async (c) => {
      c.set("route", BASE + one.path);
      const caller = limits.callerOf(c.req.raw, c.env);
      const charge = (cost: number) => limits.forCaller(one.limit, caller, cost);
      charge(1);
      nameSender(c.req.raw, caller);
      const { params, query } = parseParameters(one, c.req.param(), new URL(c.req.url).searchParams);
      const call: Call<object, object> = {
        service,
        settings,
        witnesses,
        request: c.req.raw,
        requestId: c.get("requestId"),
        caller,
        charge,
        chargeKey: limits.forKey,
        params,
        query,
      };
      try {
        return await answered(one.handle(call as Call<never, never>), MAX_HANDLING_MS[one.limit]);
      } finally {
        releaseBody(c.req.raw);
      }
    });
  }
  const tiles = (path: string, answer: (path: string) => Promise<Response>) =>
    app.get(path, async (c) => {
      c.set("route", path);
      chargeRead(c);
      return answered(answer(c.req.path.slice(1)), MAX_HANDLING_MS.read);
    });
  tiles("/checkpoint", () => answerCheckpoint(service));
  tiles("/tile/*", (path) => answerTile(service, path));
  for (const [path, methods] of methodsByPath()) {
    app.options(path, (c) => {
      chargeRead(c);
      c.header("access-control-allow-methods", methods.filter((method) => method !== "POST").join(", "));
      c.header("access-control-allow-headers", "accept, if-none-match, last-event-id, x-request-id");
      c.header("access-control-max-age", "86400");
      c.header("allow", [...methods, "OPTIONS"].join(", "));
      return c.body(null, 204);
    });
    app.all(path, (c) => {
      chargeRead(c);
      const allow = [...methods, "OPTIONS"].join(", ");
      throw new Problem("method_not_allowed", `${c.req.method} is not offered here; ${allow} are.`, {
        headers: { allow },
      });
    });
  }
  app.all("*", (c) => {
    chargeRead(c);
    throw new Problem("not_found", `There is no ${cut(c.req.path)} here; see ${BASE}/docs.`);
  });
  app.onError((error, c) => {
    const problem = asProblem(error);
    c.set("problem", problem);
    return problemAnswer(problem, c.get("requestId"));
  });

  return { fetch: async (request, connection = {}) => app.fetch(request, connection) };
}

/** A 503 says that others, or too many at once, keep us from answering; what is our own mistake is a 500. */
function severityOf(status: number): "INFO" | "WARNING" | "ERROR" {
  if (status < 500) return "INFO";
  return status === 503 ? "WARNING" : "ERROR";
}

/** By class of request; those that bring a body may take twenty seconds for that alone. */
const MAX_HANDLING_MS: Readonly<Record<LimitClass, number>> = {
  read: 10_000,
  submit: 40_000,
  compute: 40_000,
};

/** A database that is gone keeps its client trying for longer than anyone waits. */
async function answered(work: Promise<Response>, milliseconds: number): Promise<Response> {
  const message = `The service could not answer within ${milliseconds / 1_000} s; the same request may succeed later.`;
  const tooLate = () => new Problem("unavailable", message, { headers: { "retry-after": "5" } });
  try {
    return await inTime(work, milliseconds, tooLate);
  } catch (error) {
    // What comes after all has nobody to read it; a stream would go on for nobody.
    work.then((late) => late.body?.cancel()).catch(() => {});
    throw error;
  }
}

function honoPath({ path }: Route): string {
  return BASE + path.replaceAll(/\{(\w+)\}/g, ":$1");
}

function methodsByPath(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const one of routes) {
    const methods = one.method === "get" ? ["GET", "HEAD"] : ["POST"];
    found.set(honoPath(one), [...(found.get(honoPath(one)) ?? []), ...methods]);
  }
  for (const path of ["/checkpoint", "/tile/*"]) found.set(path, ["GET", "HEAD"]);
  return found;
}

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;

/** The caller's own where it has the form of one, the trace's where Google's front end names one, or a new one. */
function requestIdOf({ headers }: Request): string {
  const own = headers.get("x-request-id");
  if (own !== null && REQUEST_ID.test(own)) return own;
  const trace = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(headers.get("traceparent") ?? "")?.[1];
  return trace ?? randomUUID();
}

function cut(path: string): string {
  return path.length <= 100 ? path : `${path.slice(0, 99)}…`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}

/** Takes from the caller's share of a class of requests, or refuses with the time after which to come again. */
function makeLimits(settings: Settings) {
  const clock = () => performance.now();
  const ranges = trustedRanges(settings.trustedProxies);
  if (!ranges.ok) throw new Error(`Cannot start: TRUSTED_PROXIES: ${ranges.faults.join("; ")}`);
  const { trusted } = ranges;
  const byClass = new Map<LimitClass, FairLimit>();
  for (const [name, limit] of Object.entries(settings.limits)) {
    byClass.set(name as LimitClass, new FairLimit(limit, clock));
  }
  const byKey = new FairLimit(settings.claimsOfKey, clock);
  return {
    callerOf: (request: Request, { remoteAddress }: Connection = {}): string =>
      callerAddress(request.headers.get("x-forwarded-for") ?? undefined, remoteAddress, trusted),
    forCaller: (name: LimitClass, caller: string, cost: number) =>
      refuseUnless(byClass.get(name)!.take(caller, cost), "this address"),
    forKey: (publicKey: string) => refuseUnless(byKey.take(publicKey), `key ${publicKey}`),
  };
}

function refuseUnless(taken: Taken, whose: string): void {
  if (taken.ok) return;
  const { scope, retryAfterSeconds } = taken;
  const message =
    scope === "caller"
      ? `Too many requests from ${whose}; come again in ${retryAfterSeconds} s.`
      : `Too many requests from everyone, and ${whose} had its share; come again in ${retryAfterSeconds} s.`;
  throw new Problem(scope === "caller" ? "rate_limited" : "overloaded", message, {
    headers: { "retry-after": String(retryAfterSeconds) },
  });
}
