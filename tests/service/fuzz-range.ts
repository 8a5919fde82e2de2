// Where the shots go: one service whose stations are at work. Each answer must be one that the API says it gives; and
// afterwards everything that was accepted must have come to its end, and a good claim still go through.
import { parseJson } from "@policyledger/core";
import { expect } from "vitest";
import { until } from "../../scripts/until.ts";
import { agentNamed, bodyOf, claims, idOf } from "./agents.ts";
import { type Answer, checkAnswer, clientOf, type Read } from "./api-client.ts";
import type { Shot } from "./fuzz-requests.ts";
import { findFaults } from "./invariants.ts";
import { type LocalCloud, startLocalCloud } from "./local-cloud.ts";

/** A hang detector, not a stopwatch. */
const MOST_MILLISECONDS = 10_000;
/** No answer to a fault may be much longer than what a hundred faults take. */
const MOST_PROBLEM = 64_000;

export class Range {
  readonly cloud: LocalCloud;
  readonly accepted = new Set<string>();
  readonly statuses = new Map<number, number>();

  private constructor(cloud: LocalCloud) {
    this.cloud = cloud;
  }

  static async open(): Promise<Range> {
    return new Range(await startLocalCloud());
  }

  async fire(shot: Shot): Promise<void> {
    const response = await soon(this.cloud.api.fetch(requestOf(shot), { remoteAddress: "203.0.113.1" }));
    const { status, headers } = response;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    expect(status).toBeLessThan(500);
    if (headers.get("content-type") === "text/event-stream") return void (await response.body?.cancel());
    const answer = await soon(checkAnswer(methodOf(shot), pathOf(shot), response));
    if (answer.type === "application/problem+json" && answer.body !== null) checkProblem(answer, shot);
    this.#remember(answer);
  }

  #remember({ type, body, status }: Answer): void {
    const views = type === "application/x-ndjson" ? body.map((line: Read) => line.accepted) : [body];
    if (status !== 200 && status !== 202) return;
    for (const view of views) if (view?.known !== undefined) this.accepted.add(view.claim_id);
  }

  /** All that was accepted comes to its end, nothing is broken, and the next good claim is recorded. */
  async settle(seed: number): Promise<void> {
    const client = clientOf(this.cloud.api);
    const [one] = claims(agentNamed("fuzz/good"), 1, seed);
    expect((await client.post("/claims", bodyOf(one!))).status).toBe(202);
    this.accepted.add(idOf(one!));
    let faults: readonly string[] = [];
    await until("nothing is on its way", async () => {
      ({ faults } = await findFaults(this.cloud.db, [...this.accepted]));
      return faults.length === 0;
    }).catch((cause) => {
      throw new Error(faults.join("\n"), { cause });
    });
    expect((await client.get(`/claims/${idOf(one!)}`)).body.state).toBe("RECORDED");
    expect(this.cloud.lines.filter(({ severity }) => severity === "ERROR")).toEqual([]);
    this.cloud.lines.length = 0;
  }
}

const address = ({ path }: Shot) => `http://policyledger.test/api/v1${path}`;

function requestOf(shot: Shot): Request {
  const { method, body } = shot;
  const headers = new Headers();
  for (const [name, value] of shot.headers) headers.append(name, value);
  return new Request(address(shot), { method, headers, body: body as Uint8Array<ArrayBuffer> | null });
}

/** As a request has them, once it is one. */
const methodOf = (shot: Shot) => requestOf(shot).method;
const pathOf = (shot: Shot) => new URL(address(shot)).pathname;

async function soon<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer after ${MOST_MILLISECONDS} ms`)), MOST_MILLISECONDS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Strict JSON of a bounded size, whose paths lead into what was sent. */
function checkProblem({ text, body }: Answer, shot: Shot): void {
  expect(text.length).toBeLessThan(MOST_PROBLEM);
  parseJson(text, { maxBytes: MOST_PROBLEM });
  const query = new URL(address(shot)).searchParams;
  for (const { path, message } of body.errors) {
    expect(message).not.toBe("");
    const where = path.split("/").slice(1).map(unescaped);
    if (where[0] === "path" && shot.body === null) continue;
    if (where[0] === "query" && query.size > 0) {
      expect([...query.keys()].map(cut).concat(REQUIRED_QUERY)).toContain(where[1]);
    } else leadsInto(where, shot.body);
  }
}

/** Parameters that a query may lack, and is refused without. */
const REQUIRED_QUERY = ["hashes", "index", "from"];

/** What bodies have at their top, and may lack. */
const TOP = new Set(["claim", "signature", "artifact", "claim_id", "agent_id", "request"]);

/** The last step may be what is missing. */
function leadsInto(where: readonly string[], body: Uint8Array | null): void {
  if (where.length === 0) return;
  let at: Read;
  try {
    at = JSON.parse(new TextDecoder().decode(body ?? new Uint8Array()));
  } catch {
    return;
  }
  const top = at !== null && typeof at === "object" ? Object.keys(at).map(cut) : [];
  expect(top.includes(where[0]!) || TOP.has(where[0]!), `${where[0]} is not of the body`).toBe(true);
  for (const name of where.slice(0, -1)) {
    expect(at, `${where.join("/")} leads nowhere`).toBeTypeOf("object");
    const key = Object.keys(at).find((each) => cut(each) === name);
    expect(key, `${where.join("/")} leads nowhere`).toBeDefined();
    at = at[key!];
  }
}

/** Paths carry no more than 64 characters of a key. */
const cut = (key: string) => (key.length <= 64 ? key : `${key.slice(0, 63)}…`);
const unescaped = (part: string) => part.replaceAll("~1", "/").replaceAll("~0", "~");
