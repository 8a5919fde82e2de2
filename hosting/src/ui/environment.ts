// What the service says of environments, as pages need it.
import type { Environments } from "@policyledger/core/api";

export type Kinds = ReadonlyMap<string, Environments["entries"][number]>;

/** Both environments count in tenths; one that is not known yet is shown likewise until it is. */
const USUAL_UNIT = 10;

export function unitOf(kinds: Kinds | null, envId: string): number {
  return kinds?.get(envId)?.reward_unit ?? USUAL_UNIT;
}

export function presetIn(config: Readonly<Record<string, unknown>>): string {
  return typeof config.preset === "string" ? config.preset : "own configuration";
}
