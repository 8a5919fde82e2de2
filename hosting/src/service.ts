// The service that this page came from, asked through the SDK, which checks what a hash alone can check.
import { createClient } from "@policyledger/agent";
import type { Environments } from "@policyledger/core/api";

export const client = createClient(location.origin);

type Environment = Environments["entries"][number];

let asked: Promise<ReadonlyMap<string, Environment>> | null = null;

/** Environments by id; asked for once. */
export function environments(): Promise<ReadonlyMap<string, Environment>> {
  asked ??= client.environments().then(
    ({ entries }) => new Map(entries.map((one) => [one.env_id, one])),
    (error) => {
      asked = null;
      throw error;
    },
  );
  return asked;
}
