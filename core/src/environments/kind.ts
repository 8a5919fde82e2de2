// What an environment is before it is made: names, spaces, presets, the shape of its configuration, its model.
import type { ZodMiniType } from "zod/mini";
import { deepFreeze } from "../freeze.ts";
import type { JsonObject } from "../json.ts";
import type { Model } from "./environment.ts";

/** One field of the observation: an integer from 0 to size − 1, with names for the values where they have names. */
export interface Field {
  readonly name: string;
  readonly size: number;
  readonly labels?: readonly string[];
}

export interface EnvironmentKind<Config extends JsonObject = JsonObject> {
  /** Ends in its version: what happens in an episode never changes under one id. */
  readonly id: string;
  readonly summary: string;
  /** How many units of reward make one point: rewards are integers, shown divided by this. */
  readonly rewardUnit: number;
  /** The observation's fields; its code counts through them in this order, the last one fastest. */
  readonly fields: readonly Field[];
  readonly actions: readonly string[];
  /** Accepts a whole configuration, without `preset`. */
  readonly configSchema: ZodMiniType<Config>;
  readonly presets: Readonly<Record<string, Config>> & { readonly standard: Config };
  model(config: Config): Model;
}

/** Makes a kind immutable: verifier and agents share it. */
export function defineKind<Config extends JsonObject>(
  kind: EnvironmentKind<Config>,
): EnvironmentKind<Config> {
  deepFreeze(kind.fields);
  deepFreeze(kind.actions);
  deepFreeze(kind.presets);
  return Object.freeze(kind);
}

export function stateCountOf(kind: EnvironmentKind): number {
  return kind.fields.reduce((count, { size }) => count * size, 1);
}

/** Whether a foreign value is one of `count` codes. */
export function isIndex(value: unknown, count: number): value is number {
  return typeof value === "number" && value >= 0 && value < count && Math.floor(value) === value;
}

/** The code of a named observation, or -1 when it is not one of this environment's. */
export function codeOf(kind: EnvironmentKind, observation: unknown): number {
  if (observation === null || typeof observation !== "object") return -1;
  let code = 0;
  for (const { name, size } of kind.fields) {
    const value: unknown = (observation as Record<string, unknown>)[name];
    if (!isIndex(value, size)) return -1;
    code = code * size + value;
  }
  return code;
}
