// The local Firestore's command line, as the Emulator Suite calls it and as people do.
import { portOf, readFlags, storageOf } from "../wire/flags.ts";
import { run } from "../wire/process.ts";
import { startFirestore } from "./server.ts";

const DEFAULT_PORT = 8080;
const FLAGS = {
  text: [
    "host",
    "port",
    "data",
    "lock_timeout",
    "rules",
    "functions_emulator",
    "seed_from_export",
    // Passed by the Emulator Suite, and of no meaning here.
    "project_id",
    "websocket_port",
    "database-edition",
    "single_project_mode",
  ],
  on: ["memory", "strict", "admin"],
};

await run("Local Firestore", () => {
  const flags = readFlags(process.argv.slice(2), FLAGS);
  const { text } = flags;
  const host = text.host ?? "127.0.0.1";
  const port = portOf(text.port, DEFAULT_PORT);
  const storage = storageOf(flags, process.env);
  const { FUNCTIONS_EMULATOR_PARALLEL: parallel } = process.env;
  const start = () =>
    startFirestore({
      host,
      port,
      ...storage,
      functions: text.functions_emulator ?? null,
      rules: text.rules ?? null,
      seed: text.seed_from_export ?? null,
      ...(parallel === undefined ? {} : { parallelEvents: Number(parallel) }),
      ...(text.lock_timeout === undefined ? {} : { lockTimeout: Number(text.lock_timeout) }),
    });
  return { host, port, where: storage.data === null ? "in memory" : `durable, ${storage.data}`, start };
});
