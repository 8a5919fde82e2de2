// A function as the cloud runs it: one process of the functions framework, told by its environment which function it is.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { get } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NODE } from "./packed.ts";

const HOST = "127.0.0.1";
const POLL_MS = 2;
const WITHIN_MS = 30_000;
const FRAMEWORK = "node_modules/@google-cloud/functions-framework/build/src/main.js";

export interface Target {
  /** Where package.json is. */
  readonly folder: string;
  /** Where node_modules is, if it is not there. */
  readonly installed?: string;
  readonly target: string;
  readonly signature: "http" | "cloudevent";
  readonly environment: Readonly<Record<string, string>>;
}

export interface Running {
  readonly url: string;
  /** What it wrote. */
  text(): string;
  stop(): Promise<void>;
}

/** What a function finds in its environment, with the stand-ins in place of the cloud. */
export function cloudEnvironment(firestore: string, pubsub: string): Record<string, string> {
  const project = "demo-deployed";
  return {
    NODE_ENV: "production",
    GCLOUD_PROJECT: project,
    GOOGLE_CLOUD_PROJECT: project,
    FIREBASE_CONFIG: JSON.stringify({ projectId: project }),
    FIRESTORE_EMULATOR_HOST: firestore,
    PUBSUB_EMULATOR_HOST: pubsub,
    METADATA_SERVER_DETECTION: "none",
    TRUSTED_PROXIES: "",
  };
}

/** Ready when it answers anything at all. */
export async function startFunction(target: Target): Promise<Running> {
  const { running } = await firstAnswer(target, "/");
  return running;
}

/** From the start of the process to the end of its first answer. */
export async function firstAnswer(
  { folder, installed = folder, target, signature, environment }: Target,
  path: string,
): Promise<{ readonly running: Running; readonly milliseconds: number; readonly status: number }> {
  const port = await freePort();
  const start = performance.now();
  const child = spawn(NODE, [join(installed, FRAMEWORK)], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      ...environment,
      PORT: String(port),
      FUNCTION_TARGET: target,
      FUNCTION_SIGNATURE_TYPE: signature,
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const running = { url: `http://${HOST}:${port}`, text: () => text, stop: () => stop(child) };
  while (performance.now() - start < WITHIN_MS && child.exitCode === null) {
    const status = await statusOf(port, path);
    if (status !== null) return { running, milliseconds: performance.now() - start, status };
    await sleep(POLL_MS);
  }
  await running.stop();
  throw new Error(`${target} does not answer as ${signature}:\n${text}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** Null while nobody listens. */
function statusOf(port: number, path: string): Promise<number | null> {
  return new Promise((resolve) => {
    get({ host: HOST, port, path, agent: false }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode!));
    }).once("error", () => resolve(null));
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
