// Makes the ledger that a fresh local stack starts with, through the real path: it runs the whole stack with nothing in
// it, lets agents train and submit over HTTP, waits until all is ranked, and exports what the stack holds.
// `npm run sample-data` writes it anew; times are those of the run, all else is the same each time.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Firestore } from "@google-cloud/firestore";
import {
  type Artifact,
  environmentKinds,
  type Submission,
  startTraining,
  type TrainingOptions,
} from "@policyledger/core";
import { type Stack, startStack } from "../emulators/src/launcher/stack.ts";
import { agentNamed, bodyOf, submissionOf, trainingBody } from "../scripts/agents.ts";
import { examplePlan, planSubmission } from "../scripts/plans.ts";
import { until } from "../scripts/until.ts";

const [CYBER, ENERGY] = environmentKinds.map(({ id }) => id) as [string, string];

interface Member {
  readonly agent: string;
  readonly artifact: (config: TrainingOptions) => Artifact;
  readonly config: TrainingOptions;
  readonly seeds: readonly number[];
}

const q = { algorithm: "q-learning" } as const;
const doubleQ = { algorithm: "double-q-learning" } as const;
const preset = (name: string) => ({ env_config: { preset: name } });
const cyber = { env_id: CYBER, ...preset("standard") };

/** Several agents, of different diligence, in every environment and in most presets. */
const MEMBERS: readonly Member[] = [
  trained("samples/ada", { ...q, ...cyber, seed: 1, episodes: 20_000 }, [11, 42, 77]),
  trained("samples/bo", { ...doubleQ, ...cyber, seed: 2, episodes: 4_000 }, [11, 42, 77]),
  trained("samples/cy", { ...q, ...cyber, seed: 3, episodes: 200 }, [11, 42, 7]),
  rules("samples/hand-made", cyber.env_config.preset, [11, 42]),
  any("samples/dice", [11, 42]),
  trained(
    "samples/ada",
    { ...q, env_id: CYBER, ...preset("high_pressure"), seed: 4, episodes: 20_000 },
    [5, 6],
  ),
  trained(
    "samples/bo",
    { ...doubleQ, env_id: CYBER, ...preset("high_pressure"), seed: 5, episodes: 3_000 },
    [5, 6],
  ),
  trained("samples/di", { ...q, env_id: CYBER, ...preset("extended"), seed: 6, episodes: 10_000 }, [1, 2]),
  trained("samples/di", { ...q, env_id: CYBER, ...preset("short_burst"), seed: 7, episodes: 2_000 }, [1, 2]),
  trained(
    "samples/cy",
    { ...q, env_id: CYBER, ...preset("sparse_attacks"), seed: 8, episodes: 5_000 },
    [3, 4],
  ),
  trained(
    "samples/ed",
    { ...q, env_id: ENERGY, ...preset("standard"), seed: 9, episodes: 20_000 },
    [9, 10, 12],
  ),
  trained(
    "samples/flo",
    { ...doubleQ, env_id: ENERGY, ...preset("standard"), seed: 10, episodes: 3_000 },
    [9, 10],
  ),
  trained(
    "samples/ed",
    { ...q, env_id: ENERGY, ...preset("half_battery"), seed: 11, episodes: 10_000 },
    [1, 2],
  ),
  trained(
    "samples/flo",
    { ...q, env_id: ENERGY, ...preset("high_demand"), seed: 12, episodes: 5_000 },
    [1, 2],
  ),
];

function trained(agent: string, config: TrainingOptions, seeds: readonly number[]): Member {
  const artifact = () => {
    const training = startTraining(config);
    training.advance(config.episodes!);
    return training.artifact();
  };
  return { agent, artifact, config, seeds };
}

/** What a person would do: isolate what is grave, block what is not, watch the rest. */
function rules(agent: string, name: string, seeds: readonly number[]): Member {
  const config: TrainingOptions = { ...q, env_id: CYBER, ...preset(name), seed: 0 };
  const artifact = (): Artifact => ({
    v: 1,
    kind: "rules",
    env_id: CYBER,
    default_action: 1,
    rules: [
      { when: { attack_severity: [2] }, action: 3 },
      { when: { attack_severity: [1], attack_type: [1, 2] }, action: 2 },
    ],
  });
  return { agent, artifact, config, seeds };
}

function any(agent: string, seeds: readonly number[]): Member {
  return {
    agent,
    artifact: () => ({ v: 1, kind: "random", env_id: CYBER }),
    config: { ...q, ...cyber, seed: 0 },
    seeds,
  };
}

/** The keys are no secret: whoever reads this can make them. */
const agentOf = (id: string) => agentNamed(id, "PolicyLedger sample key of");

async function makeSampleData(folder: string): Promise<void> {
  const local = mkdtempSync(join(tmpdir(), "policyledger-samples-"));
  const stack = await startStack({
    ports: "free",
    memory: true,
    local,
    samples: join(local, "none"),
    onProgress: console.error,
  });
  try {
    await fill(stack);
    await forgetCheckpoint(stack);
    await exportTo(stack, join(local, "export"));
  } finally {
    await stack.stop();
  }
  for (const part of ["firebase-export-metadata.json", "firestore_export"]) {
    rmSync(join(folder, part), { recursive: true, force: true });
    cpSync(join(local, "export", part), join(folder, part), { recursive: true });
  }
  rmSync(local, { recursive: true });
}

async function fill({ urls }: Stack): Promise<void> {
  const api = `${urls.hosting}/api/v1`;
  for (const { agent, artifact, config, seeds } of MEMBERS) {
    const made = artifact(config);
    for (const seed of seeds) await submit(api, submissionOf(agentOf(agent), made, config, seed));
  }
  const { artifact, config } = MEMBERS[2]!;
  await submit(api, submissionOf(agentOf("samples/liar"), artifact(config), config, 7, 9_999));
  await train(api);
  await submit(api, planSubmission(agentOf("samples/hal"), examplePlan("settlement")));
  const claims = MEMBERS.reduce((sum, { seeds }) => sum + seeds.length, 0);
  // All of them, the trained one and the plan too; the lie is in no ledger.
  await settle(api, claims + 2);
}

async function submit(api: string, submission: Submission): Promise<void> {
  const answer = await post(`${api}/claims`, bodyOf(submission));
  await until(`a verdict on ${answer.claim_id}`, async () => {
    const { state } = await get(`${api}/claims/${answer.claim_id}`);
    return state === "RECORDED" || state === "INVALID";
  });
}

async function train(api: string): Promise<void> {
  const training = { ...q, env_id: CYBER, ...preset("standard"), seed: 13, episodes: 5_000 };
  const body = trainingBody(training, { claimSeed: 42, key: agentOf("samples/gus") });
  const { location } = await post(`${api}/train`, body);
  await until(
    "the training",
    async () => (await get(`${api}${location.replace("/api/v1", "")}`)).state === "DONE",
  );
}

async function settle(api: string, size: number): Promise<void> {
  await until(
    `a ranking of ${size} entries`,
    async () => (await get(`${api}/marketplace`)).ledger_size === size,
  );
}

/** It is signed with the key of this stack; every other one signs its own. */
async function forgetCheckpoint({ environment }: Stack): Promise<void> {
  Object.assign(process.env, environment);
  const db = new Firestore();
  await db.doc("ledger/checkpoint").delete();
  await db.terminate();
}

async function exportTo({ urls }: Stack, path: string): Promise<void> {
  await post(`${urls.hub}/_admin/export`, JSON.stringify({ path }));
}

// biome-ignore lint/suspicious/noExplicitAny: answers of several routes, each looked at where it is used
type Answer = any;

async function post(url: string, body: string): Promise<Answer> {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json().catch(() => null);
}

async function get(url: string): Promise<Answer> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

if (import.meta.main) await makeSampleData(import.meta.dirname);
