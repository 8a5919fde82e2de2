// Which board is meant: an environment that is known here, one of its presets, and by what it is ranked.
import { DEFAULT_PRESET, type EnvironmentKind, environmentKinds, type RankedBy } from "@policyledger/core";
import type { Given, Options } from "../command.ts";
import { usage } from "../exit.ts";
import { foreign } from "../terminal.ts";

export interface Wanted {
  readonly kind: EnvironmentKind;
  readonly preset: string;
  readonly by: By;
}

/** As the service calls it. */
export type By = "verified_reward" | "expected";
const BYS: readonly By[] = ["verified_reward", "expected"];

export const DEFAULT_ENV = "cyber-defense-v1";

export const BOARD_OPTIONS: Options = {
  env: { value: "ENV", about: `the environment, ${DEFAULT_ENV} unless told otherwise` },
  preset: { value: "PRESET", about: `its preset, ${DEFAULT_PRESET} unless told otherwise` },
  by: { value: "BY", about: "verified_reward (on the claimed seed) or expected (over all that can happen)" },
};

export function boardMeant(given: Given): Wanted {
  const kind = kindNamed(given.text("env") ?? DEFAULT_ENV);
  return {
    kind,
    preset: presetNamed(kind, given.text("preset") ?? DEFAULT_PRESET),
    by: given.choice("by", BYS) ?? "verified_reward",
  };
}

/** As the service is asked for it. */
export function queryOf({ kind, preset, by }: Wanted) {
  return { env_id: kind.id, preset, by };
}

export function isBoardGiven(given: Given): boolean {
  return Object.keys(BOARD_OPTIONS).some((name) => given.text(name) !== undefined);
}

export function rankedBy(by: By): RankedBy {
  return by === "expected" ? "expected" : "reward";
}

/** "by verified reward" */
export function byText(by: By): string {
  return by === "expected" ? "by expected return" : "by verified reward";
}

export function presetNamed({ id, presets }: EnvironmentKind, name: string): string {
  if (Object.hasOwn(presets, name)) return name;
  throw usage(`${id} has no preset ${foreign(name, 64)}`, `it has ${Object.keys(presets).join(", ")}`);
}

function kindNamed(id: string): EnvironmentKind {
  const kind = environmentKinds.find((known) => known.id === id);
  if (kind !== undefined) return kind;
  throw usage(
    `there is no environment ${foreign(id, 64)}`,
    `there are ${environmentKinds.map((known) => known.id).join(", ")}`,
  );
}
