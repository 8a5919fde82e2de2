// Artifacts: a policy as data. Parsing runs nothing, is bounded, and names every fault. The artifact's canonical
// JSON is what is stored and hashed: its SHA-256 is the policy hash. docs/formats.md has the five kinds.
import * as z from "zod/mini";
import { environmentKinds } from "../environments/registry.ts";
import { PolicyLedgerError, quote, refuseFaults } from "../error.ts";
import type { Hasher } from "../host.ts";
import { canonicalJson, type Json, parseCanonicalJson } from "../json.ts";
import { MAX_ARTIFACT_BYTES } from "../limits.ts";
import { parseWith } from "../schema.ts";
import { contentFaults } from "./artifact-content.ts";

/** Values by state; a state without a row takes the default action. A row is [state, value of action 0, …]. */
export interface QTableArtifact {
  readonly v: 1;
  readonly kind: "q-table";
  readonly env_id: string;
  readonly default_action: number;
  readonly q: readonly (readonly number[])[];
}

/** One character a state, in order: the action as a base-36 digit, or "." for the default action. */
export interface ActionTableArtifact {
  readonly v: 1;
  readonly kind: "action-table";
  readonly env_id: string;
  readonly default_action: number;
  readonly actions: string;
}

/** By action: a bias, then one weight for each number of the flattened observation. */
export interface LinearArtifact {
  readonly v: 1;
  readonly kind: "linear";
  readonly env_id: string;
  readonly weights: readonly (readonly number[])[];
}

/** The first rule that matches decides: every named field has one of the named values. */
export interface RulesArtifact {
  readonly v: 1;
  readonly kind: "rules";
  readonly env_id: string;
  readonly default_action: number;
  readonly rules: readonly {
    readonly when: Readonly<Record<string, readonly number[]>>;
    readonly action: number;
  }[];
}

/** Every action equally often. */
export interface RandomArtifact {
  readonly v: 1;
  readonly kind: "random";
  readonly env_id: string;
}

export type Artifact = QTableArtifact | ActionTableArtifact | LinearArtifact | RulesArtifact | RandomArtifact;

const envelope = { v: z.literal(1), env_id: z.string() };
const defaultAction = z.int();
// The long lists are checked by hand below: a schema over thousands of numbers costs more than the replay.
const shapes = {
  "q-table": z.strictObject({
    ...envelope,
    kind: z.literal("q-table"),
    default_action: defaultAction,
    q: z.unknown(),
  }),
  "action-table": z.strictObject({
    ...envelope,
    kind: z.literal("action-table"),
    default_action: defaultAction,
    actions: z.string(),
  }),
  linear: z.strictObject({ ...envelope, kind: z.literal("linear"), weights: z.unknown() }),
  rules: z.strictObject({
    ...envelope,
    kind: z.literal("rules"),
    default_action: defaultAction,
    rules: z.unknown(),
  }),
  random: z.strictObject({ ...envelope, kind: z.literal("random") }),
};

/** Accepts a parsed artifact, or says all that is wrong with it. */
export function parseArtifact(value: Json): Artifact {
  const what = "Cannot accept artifact";
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (typeof kind !== "string" || !Object.hasOwn(shapes, kind)) {
    refuseFaults("invalid_artifact", what, [
      { path: "/kind", message: `unknown kind ${quote(kind)}: there are ${Object.keys(shapes).join(", ")}` },
    ]);
  }
  const schema = shapes[kind as Artifact["kind"]];
  const shaped = parseWith(schema as z.ZodMiniType<Artifact>, value, "invalid_artifact", what);
  const environment = environmentKinds.find((known) => known.id === shaped.env_id);
  if (environment === undefined) {
    refuseFaults("invalid_artifact", what, [
      { path: "/env_id", message: `unknown environment ${quote(shaped.env_id)}` },
    ]);
  }
  refuseFaults("invalid_artifact", what, contentFaults(shaped, environment!));
  return shaped;
}

/** Reads an artifact from its canonical JSON, as it is stored. */
export function readArtifact(text: string | Uint8Array): Artifact {
  return parseArtifact(parseCanonicalJson(text, { maxBytes: MAX_ARTIFACT_BYTES }));
}

/** The artifact's canonical JSON. */
export function artifactText(artifact: Artifact): string {
  const text = canonicalJson(artifact as unknown as Json);
  if (text.length > MAX_ARTIFACT_BYTES) {
    throw new PolicyLedgerError(
      "too_large",
      `Cannot accept artifact: ${text.length} bytes of canonical JSON, at most ${MAX_ARTIFACT_BYTES} are allowed`,
    );
  }
  return text;
}

export function policyHash(host: Hasher, artifact: Artifact): string {
  return host.sha256(artifactText(artifact));
}
