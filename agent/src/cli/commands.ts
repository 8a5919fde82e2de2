// The table of commands: each is loaded when it is called.
import type { Command } from "./command.ts";

interface Listed {
  readonly about: string;
  load(): Promise<Command>;
}

export const commands: Readonly<Record<string, Listed>> = {
  envs: {
    about: "the environments, their presets, and what simple policies reach in them",
    load: async () => (await import("./commands/envs.ts")).envs,
  },
};
