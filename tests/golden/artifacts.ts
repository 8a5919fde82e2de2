// Artifacts of all five kinds for any environment, made of random draws: their text, hash and behaviour. Values are
// not whole numbers, so that sums and comparisons depend on every bit.
import {
  type Artifact,
  artifactText,
  behaviourOf,
  canonicalJson,
  type EnvironmentKind,
  environmentKinds,
  type Host,
  type Json,
  parseArtifact,
  policyHash,
  readArtifact,
  stateCountOf,
  stream,
} from "@policyledger/core";
import type { GoldenCase } from "./case.ts";

export const ARTIFACT_KINDS = ["q-table", "action-table", "linear", "rules", "random"] as const;

export function artifactOf(
  kind: EnvironmentKind,
  artifact: (typeof ARTIFACT_KINDS)[number],
  seed = 5,
): Artifact {
  const random = stream("policy", seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const value = (): number => (random() - 0.5) * [1, 0.1, 3e-7, 1e9][pick(4)]!;
  const common = { v: 1, env_id: kind.id } as const;
  const actions = kind.actions.length;
  const states = Array.from({ length: stateCountOf(kind) }, (_, state) => state);
  switch (artifact) {
    case "q-table": {
      const known = states.filter(() => random() < 0.8);
      const q = known.map((state) => [state, ...kind.actions.map(value)]);
      return { ...common, kind: artifact, default_action: pick(actions), q };
    }
    case "action-table": {
      const text = states.map(() => (random() < 0.1 ? "." : String(pick(actions)))).join("");
      return { ...common, kind: artifact, default_action: pick(actions), actions: text };
    }
    case "linear": {
      const width = kind.fields.reduce((sum, { size }) => sum + size, 1);
      return {
        ...common,
        kind: artifact,
        weights: kind.actions.map(() => Array.from({ length: width }, value)),
      };
    }
    case "rules": {
      const rules = Array.from({ length: 12 }, () => {
        const [a, b] = [kind.fields[pick(kind.fields.length)]!, kind.fields[pick(kind.fields.length)]!];
        const some = (size: number): number[] => states.slice(0, size).filter(() => random() < 0.5);
        return { when: { [b.name]: some(b.size), [a.name]: some(a.size) }, action: pick(actions) };
      });
      return { ...common, kind: artifact, default_action: pick(actions), rules };
    }
    case "random":
      return { ...common, kind: artifact };
  }
}

/** Sums that cancel, where one more or less rounding, or another order, turns the choice over. */
function delicate(kind: EnvironmentKind): Artifact {
  const width = kind.fields.reduce((sum, { size }) => sum + size, 1);
  const parts = [0.1, 0.2, 0.3, -0.6, 1e12, -1e12, 1e-7, 0.7, -0.1, 1 / 3];
  const row = (_: unknown, action: number): number[] =>
    Array.from({ length: width }, (_, i) => parts[(i * (action + 1) + action) % parts.length]!);
  return { v: 1, kind: "linear", env_id: kind.id, weights: kind.actions.map(row) };
}

function goldenOf(host: Host, artifact: Artifact): Json {
  const text = artifactText(artifact);
  const read = readArtifact(text);
  const behaviour = behaviourOf(read);
  return {
    text,
    hash: policyHash(host, read),
    again: artifactText(parseArtifact(JSON.parse(text))) === text && canonicalJson(JSON.parse(text)) === text,
    behaviour: behaviour === "uniform" ? behaviour : Array.from(behaviour),
  };
}

export const artifactCases: readonly GoldenCase[] = environmentKinds.flatMap((kind) => [
  ...ARTIFACT_KINDS.map((artifact) => ({
    name: `artifact: ${artifact} for ${kind.id}`,
    value: (host: Host) => [5, 6, 7].map((seed) => goldenOf(host, artifactOf(kind, artifact, seed))),
  })),
  {
    name: `artifact: linear for ${kind.id}, with sums that cancel`,
    value: (host: Host) => goldenOf(host, delicate(kind)),
  },
]);
