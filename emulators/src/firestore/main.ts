// The local Firestore's command line, as the Emulator Suite calls it and as people do.
import { helpIfAsked, numberOf, portOf, readFlags, storageOf } from "../wire/flags.ts";
import { run } from "../wire/process.ts";
import { startFirestore } from "./server.ts";

const USAGE = `node emulators/bin/firestore.mjs [options]     the local Firestore

  --host HOST                 127.0.0.1
  --port PORT                 8080; 0 takes any free one
  --data DIR                  where documents are kept; .local in the working folder
  --memory                    keeps nothing
  --strict                    every commit waits for the disk
  --admin                     takes faults on demand (PUT /admin/faults)
  --lock_timeout MS           how long a request waits for a lock; 15000
  --functions_emulator H:P    where events go
  --rules FILE                a rules file to look at
  --seed_from_export FILE     the metadata file of an export to begin with, when there is no data
`;
const DEFAULT_PORT = 8080;
/** Events that are delivered at once, at most. */
const MOST_EVENTS = 4;
const MAX_LOCK_TIMEOUT_MS = 3_600_000;
const FLAGS = [
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
];

const argv = process.argv.slice(2);
helpIfAsked(argv, USAGE);
await run("Local Firestore", () => {
  const flags = readFlags(argv, FLAGS);
  const { text } = flags;
  const host = text.host ?? "127.0.0.1";
  const port = portOf(text.port, DEFAULT_PORT);
  const storage = storageOf(flags, process.env);
  const lockTimeout = numberOf("lock_timeout", text.lock_timeout, MAX_LOCK_TIMEOUT_MS);
  const { FUNCTIONS_EMULATOR_PARALLEL: parallel } = process.env;
  const start = () =>
    startFirestore({
      host,
      port,
      ...storage,
      functions: text.functions_emulator ?? null,
      rules: text.rules ?? null,
      seed: text.seed_from_export ?? null,
      // Each event that is on its way may start a process; the calls of people must not wait behind those.
      ...(parallel === undefined ? {} : { parallelEvents: Math.min(MOST_EVENTS, Number(parallel)) }),
      ...(lockTimeout === undefined ? {} : { lockTimeout }),
    });
  return { host, port, where: storage.data === null ? "in memory" : `durable, ${storage.data}`, start };
});
