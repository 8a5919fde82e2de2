// Claims for the command to be tried on: made by hand, so that they are the same each time.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Artifact,
  artifactText,
  loadPolicy,
  makeEnvironment,
  policyHash,
  runEpisode,
} from "@policyledger/core";
import { nodeHost } from "@policyledger/core/node";
import { writeClaimFile } from "../../agent/src/cli/claim-file.ts";
import { agentNamed, submissionOf } from "../../scripts/agents.ts";
import { newHome, policyledger } from "./command.ts";
import { CYBER } from "./world.ts";

const ARTIFACT: Artifact = {
  v: 1,
  kind: "rules",
  env_id: CYBER,
  default_action: 1,
  rules: [{ when: { attack_severity: [1, 2] }, action: 3 }],
};
const OPTIONS = {
  algorithm: "q-learning",
  env_id: CYBER,
  env_config: { preset: "standard" },
  seed: 0,
} as const;

/** Claims one point more than it earned with `lie`. */
export interface Made {
  readonly lie?: boolean;
  readonly env_id?: string;
}

/** A home with a key, an agent id and claim files that nobody signed yet. */
export async function agentHome(agent: string, endpoint: string): Promise<string> {
  const home = newHome();
  writeFileSync(join(home, "secret.hex"), `${agentNamed(agent).secretKey}\n`);
  const args = ["init", "--endpoint", endpoint, "--agent", agent, "--key", "secret.hex"];
  const { code, err } = await policyledger(args, { home });
  if (code !== 0) throw new Error(`bug: ${err}`);
  return home;
}

export function writeUnsigned(
  home: string,
  file: string,
  seed: number,
  { lie = false, env_id = CYBER }: Made = {},
) {
  const artifact = { ...ARTIFACT, env_id } as Artifact;
  const reward = runEpisode(makeEnvironment(CYBER, {}), loadPolicy(ARTIFACT), seed).reward;
  writeClaimFile(join(home, file), {
    assertion: {
      env_id,
      env_config: { preset: "standard" },
      seed,
      policy_hash: policyHash(nodeHost, artifact),
      claimed_reward: lie ? reward + 10 : reward,
    },
    artifact: artifactText(artifact),
  });
}

export function signedClaim(agent: string, seed: number, lie?: number) {
  return submissionOf(agentNamed(agent), ARTIFACT, OPTIONS, seed, lie);
}
