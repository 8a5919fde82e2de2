// The service that this page came from, asked through the SDK, which checks what a hash alone can check.
import { createClient } from "@policyledger/agent";
import { environmentKinds } from "@policyledger/core";
import type { Environments } from "@policyledger/core/api";
import { PATIENCE } from "./patience.ts";

export const client = createClient(location.origin, PATIENCE);

type Environment = Environments["entries"][number];

let asked: Promise<ReadonlyMap<string, Environment>> | null = null;

/** Environments by id, as the core knows them too; asked for once. One that is newer than this page is left out. */
export function environments(): Promise<ReadonlyMap<string, Environment>> {
  asked ??= client
    .environments()
    .then(({ entries }) => new Map(entries.filter(isKnown).map((one) => [one.env_id, held(one)])));
  asked.catch(() => {
    asked = null;
  });
  return asked;
}

const kindOf = (id: string) => environmentKinds.find((kind) => kind.id === id);

const isKnown = ({ env_id }: Environment) => kindOf(env_id) !== undefined;

/** Its unit and its actions stand beside what was checked here: they must be those in which it was checked. */
function held(one: Environment): Environment {
  const known = kindOf(one.env_id);
  if (known?.rewardUnit === one.reward_unit && known.actions.join() === one.actions.join()) return one;
  const message = `The service describes the environment ${one.env_id} in another way than the core of this page.`;
  throw Object.assign(new Error(message), { code: "false_answer" });
}
