// What the service says of environments, as pages need it.
import type { Environments } from "@policyledger/core/api";

export type Kinds = ReadonlyMap<string, Environments["entries"][number]>;

/** Both environments count in tenths; one that is not known yet is shown likewise until it is. */
const USUAL_UNIT = 10;

export function unitOf(kinds: Kinds | null, envId: string): number {
  return kinds?.get(envId)?.reward_unit ?? USUAL_UNIT;
}

/** A configuration names a preset, or means the usual one; whatever else it says makes it another, which is not ranked. */
export function presetIn({ preset = "standard", ...changes }: Readonly<Record<string, unknown>>): string {
  return typeof preset === "string" && Object.keys(changes).length === 0 ? preset : "own configuration";
}
