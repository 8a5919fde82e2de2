import { expect, test } from "vitest";
import { checkPolicy } from "../check/index.ts";
import { makeEnvironment } from "../src/environments/registry.ts";
import { loadPolicy } from "../src/policies/load.ts";
import { everyArtifact } from "./samples.ts";

const cases = everyArtifact.flatMap((artifact) =>
  [0, 0.25, 1].map((epsilon) => ({ artifact, epsilon, kind: artifact.kind, env_id: artifact.env_id })),
);

test.each(cases)(
  "loadPolicy keeps the policy contract for a $kind of $env_id with epsilon $epsilon",
  ({ artifact, epsilon }) => {
    const { observationSpace } = makeEnvironment(artifact.env_id);
    const report = checkPolicy(() => loadPolicy(artifact, { epsilon }), observationSpace, { runs: 20 });
    expect(report.findings).toEqual([]);
    expect(report.ok).toBe(true);
  },
);

test.each(cases)(
  "loadPolicy makes begin start exploration anew for a $kind of $env_id with epsilon $epsilon",
  ({ artifact, epsilon }) => {
    const { observations } = makeEnvironment(artifact.env_id);
    const policy = loadPolicy(artifact, { epsilon });
    const actions = (seed: number) => {
      policy.begin(seed);
      return Array.from({ length: 60 }, (_, i) =>
        policy.selectAction(observations[i % observations.length]!),
      );
    };
    const first = actions(5);
    actions(6);
    expect(actions(5)).toEqual(first);
    policy.reset({ seed: 5 });
    expect(observations.slice(0, 60).map((observation) => policy.selectAction(observation))).toEqual(
      first.slice(0, Math.min(60, observations.length)),
    );
  },
);
