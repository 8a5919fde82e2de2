// The journey of a claim on the whole local stack, as its users go it: an agent trains, claims over HTTPS and is
// verified, recorded and ranked; a consumer takes the best policy and checks it before it runs; an auditor checks all.
import { readFileSync } from "node:fs";
import {
  auditChain,
  canonicalJson,
  type Json,
  type PolicyEntry,
  reusePolicy,
  startTraining,
} from "@policyledger/core";
import { generateKeyPair, nodeHost } from "@policyledger/core/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Stack, startStack } from "../../emulators/src/launcher/stack.ts";
import { submissionOf } from "../../scripts/agents.ts";
import { until } from "../../scripts/until.ts";
import { bodyOf, trainingBody } from "../service/agents.ts";
import { type Answer, ask, type SecureDoor, secureDoor } from "./https.ts";

const ENVIRONMENT = { env_id: "cyber-defense-v1", env_config: { preset: "sparse_attacks" } } as const;
const BOARD = "env_id=cyber-defense-v1&preset=sparse_attacks";

let stack: Stack;
let door: SecureDoor;

beforeAll(async () => {
  stack = await startStack({ ports: "free", memory: true, local: ".local/journey" });
  door = await secureDoor(stack.urls.hosting);
});

afterAll(async () => {
  await door?.close();
  await stack?.stop();
});

test("a claim is verified, recorded, ranked and reused, and anyone can check each step", async () => {
  const api = `${door.url}/api/v1`;
  const before = json(await ask(`${api}/ledger/head`));

  // The agent trains where nobody watches.
  const agent = { id: "journey/agent", ...generateKeyPair() };
  const config = { ...ENVIRONMENT, algorithm: "q-learning", seed: 2_026, episodes: 30_000 } as const;
  const training = startTraining(config);
  training.advance(config.episodes);
  const artifact = training.artifact();

  // It claims: this policy, in this environment, from this seed, earned this reward.
  const submission = submissionOf(agent, artifact, config, 1);
  const taken = await ask(`${api}/claims`, bodyOf(submission), { "content-type": "application/json" });
  expect(taken.status).toBe(202);
  const { claim_id, location } = json(taken);
  expect(taken.headers.location).toBe(location);

  // It waits, told by an event stream at each step.
  const { streams } = json(await ask(`${api}/health`));
  const states = await statesOf(`${streams}/api/v1/claims/${claim_id}`);
  expect(states.at(-1)).toBe("RECORDED");

  // The claim stands in the ledger, in the place that its job names, signed as it was submitted.
  const job = json(await ask(`${door.url}${location}`));
  const entry = json(await ask(`${api}/ledger/${job.index}`));
  expect(entry).toMatchObject({
    index: before.size,
    previous_hash: before.current_hash,
    claim_id,
    signature: submission.signature,
    verified_reward: submission.claim.claimed_reward,
  });

  // It is ranked by what it earned, and by what it earns on average, exactly.
  const ranked = await until("the claim is ranked", async () => {
    const board = json(await ask(`${api}/marketplace?${BOARD}&by=expected`));
    return board.ledger_size > job.index ? board : null;
  });
  expect(ranked.entries.map((place: { claim_id: string }) => place.claim_id)).toContain(claim_id);
  expect(ranked.entries[0].expected).toBeLessThanOrEqual(ranked.optimum);

  // A consumer takes the best policy, checks it before it runs, and runs it.
  const best = json(await ask(`${api}/marketplace/best?${BOARD}&by=expected`));
  const policy = await ask(`${door.url}${best.artifact_location}`);
  expect(policy.headers["cache-control"]).toContain("immutable");
  // What is said of the page's own paths must not reach what the function says of its answers.
  for (const [path, cache] of [
    ["/", "no-cache"],
    ["/entry/3", "no-cache"],
    ["/boards/cyber-defense-v1/standard", "no-cache"],
    ["/tile/0/000.p/1", "public, max-age=31536000, immutable"],
    ["/checkpoint", "public, max-age=0, s-maxage=1"],
  ] as const) {
    const answer = await ask(door.url + path);
    expect([path, answer.status, answer.headers["cache-control"]]).toEqual([path, 200, cache]);
  }
  const { current_hash: _, ...bestEntry } = best.entry;
  const reusable = reusePolicy(nodeHost, bestEntry as PolicyEntry, policy.text);
  expect(reusable.run(bestEntry.seed).reward).toBe(bestEntry.verified_reward);

  // An auditor reads the whole ledger and checks every link, every claim and every signature.
  const { texts, head, size } = await wholeLedger(api);
  const report = auditChain(nodeHost, texts, { expected: { size, head }, signatures: true });
  expect(report).toMatchObject({ ok: true, size: before.size + 1, tail: "checked" });
  expect(json(await ask(`${api}/ledger/integrity`))).toMatchObject({ ok: true, size });
});

test("a claim that does not hold stays on its job with the reason, and never enters the ledger", async () => {
  const api = `${door.url}/api/v1`;
  const agent = { id: "journey/liar", ...generateKeyPair() };
  const config = { ...ENVIRONMENT, algorithm: "q-learning", seed: 1, episodes: 100 } as const;
  const training = startTraining(config);
  training.advance(config.episodes);
  const lie = submissionOf(agent, training.artifact(), config, 3, 9_999);
  const { claim_id } = json(await ask(`${api}/claims`, bodyOf(lie), { "content-type": "application/json" }));

  const job = await until("a verdict", async () => {
    const found = json(await ask(`${api}/claims/${claim_id}`));
    return found.state === "PENDING" ? null : found;
  });
  const honest = submissionOf(agent, training.artifact(), config, 3);
  expect(job).toMatchObject({
    state: "INVALID",
    reason: "reward_mismatch",
    replayed_reward: honest.claim.claimed_reward,
  });
  const { texts } = await wholeLedger(api);
  expect(texts.filter((text) => text.includes(claim_id))).toEqual([]);
});

test("a training on the server is watched, and ends in a claim that goes the same way", async () => {
  const api = `${door.url}/api/v1`;
  const body = trainingBody({ ...ENVIRONMENT, algorithm: "double-q-learning", seed: 5, episodes: 200 });
  const started = json(await ask(`${api}/train`, body, { "content-type": "application/json" }));
  const { streams, trainer } = json(await ask(`${api}/health`));
  const events = await eventsOf(`${streams}${started.events}`);
  expect(events.filter(({ event }) => event === "progress").length).toBe(200);
  const done = events.at(-1)!;
  expect(done).toMatchObject({ event: "done", data: { state: "DONE", stopped: "episodes" } });

  const job = await until("the claim is recorded", async () => {
    const found = json(await ask(`${api}/claims/${(done.data as { claim_id: string }).claim_id}`));
    return found.state === "RECORDED" ? found : null;
  });
  expect(job.claim).toMatchObject({ agent_id: trainer.agent_id, public_key: trainer.public_key });
});

test("what the README does with curl is answered by a stack with the sample data", async () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
  const commands = [...readme.matchAll(/^curl "\$URL(\/[^"]*)"(?: -H '([a-z-]+): ([^']+)' -d '([^']*)')?/gm)];
  expect(commands.length).toBeGreaterThanOrEqual(4);
  for (const [, path, name, value, body] of commands) {
    const answer = await ask(`${door.url}/api/v1${path}`, body, name === undefined ? {} : { [name]: value! });
    expect([path, answer.status]).toEqual([path, 200]);
  }
  const liar = await ask(`${door.url}/api/v1/verify`, '{"agent_id":"samples/liar"}', {
    "content-type": "application/json",
  });
  expect(json(liar)).toMatchObject({ verdict: "INVALID", claimed_reward: 9_999, job: { state: "INVALID" } });
});

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes, each looked at where it is used
function json({ text }: Answer): any {
  return JSON.parse(text);
}

interface Event {
  readonly event: string;
  readonly data: unknown;
}

/** All events of a stream that ends by itself; read at the functions' own address, where nothing holds it back. */
async function eventsOf(url: string): Promise<Event[]> {
  const answer = await fetch(url, { headers: { accept: "text/event-stream" } });
  expect(answer.headers.get("content-type")).toBe("text/event-stream");
  return (await answer.text())
    .split("\n\n")
    .filter((block) => block.startsWith("event: "))
    .map((block) => {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(block)![1]!;
      return { event: field("event"), data: JSON.parse(field("data")) };
    });
}

async function statesOf(url: string): Promise<string[]> {
  return (await eventsOf(url)).map(({ data }) => (data as { state: string }).state);
}

async function wholeLedger(api: string): Promise<{ texts: string[]; head: string; size: number }> {
  const texts: string[] = [];
  for (let path: string | null = "/api/v1/ledger?order=oldest&limit=20"; ; ) {
    const { entries, next, head, size } = json(await ask(api.replace("/api/v1", "") + path));
    for (const { current_hash: _, ...entry } of entries) texts.push(canonicalJson(entry as Json));
    if (next === null) return { texts, head, size };
    path = next;
  }
}
