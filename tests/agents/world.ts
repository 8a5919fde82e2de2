// A service for the command and the SDK to be tried on: the local cloud with a small ledger that is the same each time,
// behind a port, and a door through which a test can lie.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type Artifact, startTraining, type TrainingOptions } from "@policyledger/core";
import { agentNamed, bodyOf, submissionOf } from "../../scripts/agents.ts";
import { until } from "../../scripts/until.ts";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../service/local-cloud.ts";

export interface World {
  readonly url: string;
  readonly cloud: LocalCloud;
  /** What the service answers is handed to this on its way; null takes it away again. */
  tamper(change: Tamper | null): void;
  close(): Promise<void>;
}

/** Gets the path with its query, the text of the answer and its bytes, gives what is answered instead. */
export type Tamper = (
  path: string,
  text: string,
  bytes?: Uint8Array,
) =>
  | string
  | {
      readonly status: number;
      readonly text: string | Uint8Array;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** So many milliseconds late. */
      readonly delay?: number;
      /** With spaces behind the text, for as long as they are read. */
      readonly endless?: boolean;
    };

/** Nothing depends on how late it is, so that entries have the same hashes each time. */
const NOON = Date.parse("2026-11-28T12:00:00.000Z");

export const CYBER = "cyber-defense-v1";
const ENERGY = "energy-slot-v1";

/** Who claims what, in the order of the ledger. */
const CLAIMS: readonly {
  readonly agent: string;
  readonly config: TrainingOptions;
  readonly artifact: (config: TrainingOptions) => Artifact;
  readonly seeds: readonly number[];
}[] = [
  { agent: "ada/first", config: q(CYBER, "standard", 1, 3_000), artifact: trained, seeds: [7, 42] },
  { agent: "ada/rules", config: q(CYBER, "standard", 0, 1), artifact: byHand, seeds: [42] },
  { agent: "bob", config: q(CYBER, "standard", 0, 1), artifact: drawing, seeds: [3] },
  { agent: "bob", config: q(CYBER, "extended", 2, 3_000), artifact: trained, seeds: [5] },
  { agent: "cleo/energy", config: q(ENERGY, "standard", 3, 3_000), artifact: trained, seeds: [1, 2] },
  { agent: "ada/second", config: q(CYBER, "standard", 4, 30_000), artifact: trained, seeds: [42, 1_000] },
];

export async function startWorld(options: LocalCloudOptions = {}): Promise<World> {
  const cloud = await startLocalCloud({ now: () => NOON, trainer: null, ...options });
  for (const { agent, config, artifact, seeds } of CLAIMS) {
    const made = artifact(config);
    for (const seed of seeds)
      await record(cloud, bodyOf(submissionOf(agentNamed(agent), made, config, seed)));
  }
  await ranked(cloud);
  let change: Tamper | null = null;
  const listener = getRequestListener(async (request, { incoming }) => {
    // What is to be changed on its way must not be compressed.
    if (change !== null) request.headers.delete("accept-encoding");
    const answer = await cloud.api.fetch(request, { remoteAddress: incoming.socket.remoteAddress });
    return change === null ? answer : changed(request, answer, change);
  });
  const server = createServer(listener as Parameters<typeof createServer>[1]);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cloud,
    tamper: (given) => {
      change = given;
    },
    close: async () => {
      await closed(server);
      await cloud.close();
    },
  };
}

async function changed(request: Request, answer: Response, change: Tamper): Promise<Response> {
  if (answer.headers.get("content-type")?.startsWith("text/event-stream")) return answer;
  const { pathname, search } = new URL(request.url);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const before = Buffer.from(bytes).toString();
  const made = change(pathname + search, before, bytes);
  const {
    status,
    text,
    type = answer.headers.get("content-type") ?? "text/plain",
    headers = {},
    delay = 0,
    endless = false,
  } = typeof made === "string" ? { status: answer.status, text: made === before ? bytes : made } : made;
  if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay).unref());
  return new Response(endless ? endlessly(String(text)) : (text as string), {
    status,
    headers: { "content-type": type, "cache-control": "no-store", ...headers },
  });
}

function endlessly(text: string): ReadableStream<Uint8Array> {
  const spaces = new Uint8Array(65_536).fill(0x20);
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    pull: (controller) => controller.enqueue(spaces),
  });
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Submits a claim and waits for its entry, so that entries come in one order. */
export async function record({ api }: LocalCloud, body: string): Promise<number> {
  const taken = await api.fetch(
    new Request("http://world/api/v1/claims", {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    }),
  );
  const { location } = (await taken.json()) as { location: string };
  return until("the claim is recorded", async () => {
    const answer = await api.fetch(new Request(`http://world${location}`));
    const job = (await answer.json()) as { state: string; index?: number; message?: string };
    if (job.state === "INVALID") throw new Error(`bug: ${job.message}`);
    return job.state === "RECORDED" ? job.index! : null;
  });
}

async function ranked({ api }: LocalCloud): Promise<void> {
  await until("all is ranked", async () => {
    const answer = await api.fetch(new Request("http://world/api/v1/ledger/integrity"));
    const { size, audited_size } = (await answer.json()) as { size: number; audited_size: number };
    return size === audited_size;
  });
}

function q(env_id: string, preset: string, seed: number, episodes: number): TrainingOptions {
  return { algorithm: "q-learning", env_id, env_config: { preset }, seed, episodes };
}

function trained(config: TrainingOptions): Artifact {
  const training = startTraining(config);
  training.advance(config.episodes!);
  return training.artifact();
}

function byHand(): Artifact {
  const rules = [
    { when: { attack_severity: [2] }, action: 3 },
    { when: { attack_severity: [1], attack_type: [1, 2] }, action: 2 },
  ];
  return { v: 1, kind: "rules", env_id: CYBER, default_action: 1, rules };
}

function drawing({ env_id }: TrainingOptions): Artifact {
  return { v: 1, kind: "random", env_id };
}
