// The environments that there are: makes one from its id and a configuration, and names the preset that it equals.
import { PolicyLedgerError, quote } from "../error.ts";
import { canonicalJson, type Json, type JsonObject } from "../json.ts";
import { parseWith } from "../schema.ts";
import { cyberDefense } from "./cyber-defense.ts";
import { energySlot } from "./energy-slot.ts";
import type { Environment } from "./environment.ts";
import { type Blueprint, blueprint, FiniteEnvironment } from "./finite.ts";
import type { EnvironmentKind } from "./kind.ts";

export const environmentKinds: readonly EnvironmentKind[] = Object.freeze([
  cyberDefense as unknown as EnvironmentKind,
  energySlot as unknown as EnvironmentKind,
]);

export const DEFAULT_PRESET = "standard";

export function environmentKind(id: string): EnvironmentKind {
  const kind = environmentKinds.find((known) => known.id === id);
  if (kind !== undefined) return kind;
  const known = environmentKinds.map((other) => other.id).join(", ");
  throw new PolicyLedgerError(
    "unknown_environment",
    `Cannot find environment ${quote(id)}: there are ${known}`,
  );
}

/** Makes an environment. The configuration names a preset (default "standard") and whatever differs from it. */
export function makeEnvironment(id: string, config: unknown = {}): Environment {
  const kind = environmentKind(id);
  return new FiniteEnvironment(blueprintOf(kind, resolveConfig(kind, config)));
}

/** The whole configuration that an `env_config` stands for. */
export function resolveConfig(kind: EnvironmentKind, config: unknown): JsonObject {
  const what = `Cannot configure ${kind.id}`;
  if (config === null || typeof config !== "object" || Array.isArray(config)) {
    throw new PolicyLedgerError("invalid_config", `${what}: wanted an object, got ${quote(config)}`, [
      { path: "", message: "wanted an object" },
    ]);
  }
  const { preset = DEFAULT_PRESET, ...changes } = config as { preset?: unknown };
  if (typeof preset !== "string" || !Object.hasOwn(kind.presets, preset)) {
    const message = `unknown preset ${quote(preset)}: there are ${Object.keys(kind.presets).join(", ")}`;
    throw new PolicyLedgerError("invalid_config", `${what}: ${message}`, [{ path: "/preset", message }]);
  }
  return parseWith(kind.configSchema, { ...kind.presets[preset], ...changes }, "invalid_config", what);
}

/** The preset that a whole configuration equals, or null: only presets are ranked. */
export function presetOf(kind: EnvironmentKind, config: JsonObject): string | null {
  const wanted = canonicalJson(config);
  return Object.keys(kind.presets).find((name) => canonicalJson(kind.presets[name]!) === wanted) ?? null;
}

const MAX_KEPT_BLUEPRINTS = 32;
const kept = new Map<string, Blueprint>();

/** Laying out a model takes far longer than an episode, so the last few are kept; they never change. */
function blueprintOf(kind: EnvironmentKind, config: JsonObject): Blueprint {
  const key = `${kind.id} ${canonicalJson(config as Json)}`;
  let built = kept.get(key);
  if (built === undefined) {
    built = blueprint(kind, config);
    if (kept.size >= MAX_KEPT_BLUEPRINTS) kept.delete(kept.keys().next().value!);
  } else {
    kept.delete(key);
  }
  kept.set(key, built);
  return built;
}
