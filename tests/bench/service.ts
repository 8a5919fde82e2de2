// The figures of the whole service: `npm start`'s stack as processes of its own, durable, with the limits on callers
// lifted (all requests come from one address), and clients of it in the process that measures.
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Firestore } from "@google-cloud/firestore";
import { claimId, type PolicySubmission } from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { type Stack, startStack } from "../../emulators/src/launcher/stack.ts";
import { bodyOf } from "../../scripts/agents.ts";
import { until } from "../../scripts/until.ts";
import { inFlight } from "./in-flight.ts";
import { validSubmissions } from "./workloads.ts";

const THROUGHPUT_CLAIMS = 1_000;
const THROUGHPUT_CLIENTS = 16;
const LATENCY_CLAIMS = 200;
const LATENCY_EVERY_MS = 100;
const WARM_UP_CLAIMS = 50;
const SEQUENTIAL = 200;
const READERS = 16;

/** 1,000 claims by 16 clients, each of which submits one after the other: from the first request to all being ranked. */
export function claimsPerSecond(): Promise<number> {
  return withService(async (service) => {
    const all = validSubmissions(WARM_UP_CLAIMS + THROUGHPUT_CLAIMS).slice(WARM_UP_CLAIMS);
    const start = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: THROUGHPUT_CLIENTS }, async () => {
        while (next < all.length) await service.submit(all[next++]!);
      }),
    );
    await service.ranked(WARM_UP_CLAIMS + all.length);
    return all.length / ((performance.now() - start) / 1_000);
  });
}

let latencies: Promise<readonly number[]> | null = null;

/** From the submission to the ranking's knowing of the entry, of one claim each tenth of a second. */
export async function claimLatency(part: number): Promise<number> {
  latencies ??= withService(measureLatencies);
  return percentile(await latencies, part);
}

async function measureLatencies(service: Running): Promise<readonly number[]> {
  const all = validSubmissions(WARM_UP_CLAIMS + LATENCY_CLAIMS).slice(WARM_UP_CLAIMS);
  const rankedAt: { readonly size: number; readonly at: number }[] = [];
  const stop = service.db.doc("rankings/watermark").onSnapshot((snapshot) => {
    rankedAt.push({ size: snapshot.get("size"), at: performance.now() });
  });
  const submittedAt: number[] = [];
  const sent: Promise<void>[] = [];
  const start = performance.now();
  for (const [i, submission] of all.entries()) {
    await sleep(Math.max(0, start + i * LATENCY_EVERY_MS - performance.now()));
    submittedAt.push(performance.now());
    sent.push(service.submit(submission));
  }
  await Promise.all(sent);
  await service.ranked(WARM_UP_CLAIMS + all.length);
  await sleep(200);
  stop();
  const found = await service.db.getAll(
    ...all.map(({ claim }) => service.db.doc(`verification_jobs/${claimId(nodeHost, claim)}`)),
  );
  return found.map((job, i) => {
    const index: number = job.get("index");
    return rankedAt.find(({ size }) => size > index)!.at - submittedAt[i]!;
  });
}

/** `POST /claims` one after the other, through hosting. */
export function submitLatency(): Promise<number> {
  return withService(async (service) => {
    const all = validSubmissions(WARM_UP_CLAIMS + SEQUENTIAL).slice(WARM_UP_CLAIMS);
    return medianOf(all.length, (i) => service.submit(all[i]!), 20);
  });
}

export function pageLatency(): Promise<number> {
  return withService((service) => medianOf(SEQUENTIAL, () => service.get("/ledger?limit=50")));
}

export function bestLatency(): Promise<number> {
  return withService((service) => medianOf(SEQUENTIAL, () => service.get("/marketplace/best")));
}

/** 16 readers, each taking in turn: a page of 50, the head, the best, a page of 50, one entry, a policy. */
export function requestsPerSecond(): Promise<number> {
  return withService(async (service) => {
    const best = JSON.parse(await service.get("/marketplace/best"));
    const paths = [
      "/ledger?limit=50",
      "/ledger/head",
      "/marketplace/best",
      "/ledger?order=oldest&limit=50",
      "/ledger/7",
      `/policies/${best.best.policy_hash}`,
    ];
    let turn = 0;
    return inFlight(READERS, async () => {
      await service.get(paths[turn++ % paths.length]!);
      return 1;
    });
  });
}

async function medianOf(count: number, run: (i: number) => Promise<unknown>, leaveOut = 0): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run(i);
    if (i >= leaveOut) times.push(performance.now() - start);
  }
  return percentile(times, 0.5);
}

function percentile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;
}

interface Running {
  readonly db: Firestore;
  submit(submission: PolicySubmission): Promise<void>;
  /** The body of an answer that is 200. */
  get(path: string): Promise<string>;
  /** Waits until the ranking has seen so many entries. */
  ranked(size: number): Promise<void>;
}

/** A stack with 50 claims in its ledger, so that every function has run before. */
async function withService<T>(work: (service: Running) => Promise<T>): Promise<T> {
  const local = mkdtempSync(join(tmpdir(), "policyledger-bench-"));
  process.env.POLICYLEDGER_LIMITS_FACTOR = "100000";
  const stack = await startStack({ ports: "free", local, samples: join(local, "none") });
  delete process.env.POLICYLEDGER_LIMITS_FACTOR;
  const service = runningOn(stack);
  try {
    for (const submission of validSubmissions(WARM_UP_CLAIMS)) await service.submit(submission);
    await service.ranked(WARM_UP_CLAIMS);
    return await work(service);
  } finally {
    await service.db.terminate();
    await stack.stop();
    rmSync(local, { recursive: true, force: true });
  }
}

function runningOn({ urls, environment }: Stack): Running {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const db = new Firestore({
    projectId: environment.GCLOUD_PROJECT!,
    host: environment.FIRESTORE_EMULATOR_HOST!,
    ssl: false,
    customHeaders: { Authorization: "Bearer owner" },
  });
  const ask = (method: string, path: string, body?: string) =>
    new Promise<string>((resolve, reject) => {
      const sent = request(
        `${urls.hosting}/api/v1${path}`,
        { method, agent, ...(body !== undefined && { headers: { "content-type": "application/json" } }) },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
          });
          answer.on("end", () => {
            if (answer.statusCode! < 300) resolve(text);
            else reject(new Error(`${method} ${path} answered ${answer.statusCode}: ${text.slice(0, 300)}`));
          });
        },
      );
      sent.on("error", reject);
      sent.end(body);
    });
  return {
    db,
    submit: async (submission) => void (await ask("POST", "/claims", bodyOf(submission))),
    get: (path) => ask("GET", path),
    ranked: async (size) => {
      await until(
        `a ranking of ${size} entries`,
        async () => ((await db.doc("rankings/watermark").get()).get("size") ?? 0) >= size,
        { within: 120_000 },
      );
    },
  };
}
