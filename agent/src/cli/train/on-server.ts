// A training on the server: asked for, watched in the same view as one here, and its claim followed to its entry. What the
// service claims of it is replayed here: that is checked like anybody's claim.
import { setTimeout } from "node:timers/promises";
import {
  type Claim,
  canonicalJson,
  type Json,
  parseTrainingConfig,
  type TrainingOptions,
} from "@policyledger/core";
import type { TrainingJob } from "@policyledger/core/api";
import { nodeHost } from "@policyledger/core/node";
import { type Client, signTraining } from "../../sdk/index.ts";
import { waitForClaims } from "../claims/waiting.ts";
import type { Call } from "../command.ts";
import { broken, CliError, EXIT } from "../exit.ts";
import { signerOfKey } from "../home.ts";
import { type Difference, differing } from "../replay/differences.ts";
import { replayPool } from "../replay/pool.ts";
import type { ServiceClient } from "../service.ts";
import { counted, foreign, short } from "../terminal.ts";
import type { Checked } from "../verify/checked.ts";
import { checkJob } from "../verify/claims.ts";
import { checkedJson, claimsText } from "../verify/claims-text.ts";
import type { View } from "./view.ts";

/** For its verdict and its entry, after the training. */
const CLAIM_TIMEOUT_S = 120;

export async function trainOnServer(
  call: Call,
  { options, claimSeed, view }: { options: TrainingOptions; claimSeed: number; view: View },
): Promise<number> {
  const { home, signal, terminal, report } = call;
  const client = call.client();
  const request = await signTraining(signerOfKey(home.key()), options, claimSeed);
  const id = nodeHost.sha256(canonicalJson(request.request as unknown as Json));
  const asked = await client.startTraining(request, { signal });
  if (asked.training_id !== id)
    throw broken(`Asked for training ${id}, the service answers about ${foreign(asked.training_id)}`);
  terminal.note(`training ${short(id)} on ${client.endpoint}: ${asked.state}`);
  // The service sends points as fast as people follow them: where nobody looks on, the end is there sooner.
  const follow = terminal.isLive ? watched : polled;
  const ended = await follow(client, id, { signal, view }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    return null;
  });
  if (ended === null) throw stillOn(`training ${short(id)}`);
  if (ended.state === "FAILED" || ended.claim_id === undefined) {
    const reason = foreign(ended.message ?? "it does not say why");
    throw new CliError(EXIT.service, `the service gave up on training ${short(id)}: ${reason}`, {
      advice: "the same command asks for it anew",
    });
  }
  const { claim_id } = ended;
  await waitForClaims([claim_id], { client, terminal, signal, timeout: CLAIM_TIMEOUT_S });
  if (signal.aborted) throw stillOn(`claim ${short(claim_id)}`);
  const checked = await checkedClaim(client, signal, { ended, options, claimSeed });
  report({ training: ended, claim: checkedJson(checked) }, () =>
    [endText(ended, call), "", claimsText([checked], terminal), ...nextText(checked, call)].join("\n"),
  );
  return exitOf(checked);
}

interface Watching {
  readonly signal: AbortSignal;
  readonly view: View;
}

async function watched(client: Client, id: string, { signal, view }: Watching): Promise<TrainingJob | null> {
  let leave = true;
  try {
    for await (const news of client.watchTraining(id, { signal })) {
      if (news.kind === "progress") view.set({ ...news.point, done: false, converged: false });
      else {
        leave = false;
        return news.training;
      }
    }
    return null;
  } finally {
    view.end(leave);
  }
}

const POLL_MS = { first: 100, most: 2_000 };

async function polled(client: Client, id: string, { signal, view }: Watching): Promise<TrainingJob> {
  for (let pause = POLL_MS.first; ; pause = Math.min(POLL_MS.most, 1.5 * pause)) {
    const job = await client.training(id, { signal });
    if (job.state === "DONE" || job.state === "FAILED") return job;
    if (job.progress !== undefined) view.set({ ...job.progress, done: false, converged: false });
    await setTimeout(pause, undefined, { signal });
  }
}

async function checkedClaim(
  client: ServiceClient,
  signal: AbortSignal,
  told: { readonly ended: TrainingJob; readonly options: TrainingOptions; readonly claimSeed: number },
): Promise<Checked> {
  const pool = replayPool();
  try {
    const checked = await checkJob({ client, pool, signal }, told.ended.claim_id!, null);
    const differences = checked.claim === null ? [] : otherThanAsked(checked.claim, told);
    if (differences.length === 0) return checked;
    const wrong = { message: "the claim is not of the training that was asked for", differences };
    return { ...checked, state: "LIES", wrong: [...checked.wrong, { ...wrong, said: "the service says" }] };
  } finally {
    await pool.close();
  }
}

function otherThanAsked(
  claim: Claim,
  { ended, options, claimSeed }: { ended: TrainingJob; options: TrainingOptions; claimSeed: number },
): Difference[] {
  if (claim.kind === "plan") return differing("kind", claim.kind, "policy");
  const { env_id, env_config } = parseTrainingConfig(options);
  return [
    ...differing("env_id", claim.env_id, env_id),
    ...differing("env_config", canonicalJson(claim.env_config as Json), canonicalJson(env_config as Json)),
    ...differing("seed", claim.seed, claimSeed),
    ...(ended.policy_hash === undefined
      ? []
      : differing("policy_hash", claim.policy_hash, ended.policy_hash)),
  ];
}

function stillOn(what: string): CliError {
  return new CliError(EXIT.interrupted, `interrupted: ${what} goes on at the service`, {
    advice: "the same command watches it again: the same request is one training",
  });
}

const STOPPED: Readonly<Record<NonNullable<TrainingJob["stopped"]>, string>> = {
  episodes: "",
  converged: ", converged",
  time: ", ended by the service's limit of time",
};

function endText({ progress, stopped }: TrainingJob, { terminal: { paint } }: Call): string {
  const done = progress === undefined ? "trained" : counted(progress.episode, "episode");
  return `${paint.green("✓")} ${done} on the server${stopped === undefined ? "" : STOPPED[stopped]}`;
}

function nextText({ state, job }: Checked, { terminal: { paint } }: Call): string[] {
  if (state !== "HOLDS" || job?.index === undefined) return [];
  return ["", `next: ${paint.cyan(`policyledger reuse --entry ${job.index}`)}`];
}

function exitOf({ state }: Checked): number {
  if (state === "HOLDS") return EXIT.ok;
  if (state === "PENDING") return EXIT.waiting;
  return state === "UNCHECKED" ? EXIT.service : EXIT.broken;
}
