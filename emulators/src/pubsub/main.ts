// The local Pub/Sub's command line, as the Emulator Suite calls it and as people do.
import { helpIfAsked, portOf, readFlags, storageOf } from "../wire/flags.ts";
import { run } from "../wire/process.ts";
import { startPubSub } from "./server.ts";

const USAGE = `node emulators/bin/pubsub.mjs [options]     the local Pub/Sub

  --host HOST    127.0.0.1
  --port PORT    8085; 0 takes any free one
  --data DIR     where messages are kept; .local in the working folder
  --memory       keeps nothing
  --strict       every publish and acknowledgement waits for the disk
  --admin        takes faults on demand (PUT /admin/faults)
`;
const DEFAULT_PORT = 8085;

const argv = process.argv.slice(2);
helpIfAsked(argv, USAGE);
await run("Local Pub/Sub", () => {
  const flags = readFlags(argv, ["host", "port", "data"]);
  const host = flags.text.host ?? "127.0.0.1";
  const port = portOf(flags.text.port, DEFAULT_PORT);
  const storage = storageOf(flags, process.env);
  const start = () => startPubSub({ host, port, ...storage });
  return { host, port, where: storage.data === null ? "in memory" : `durable, ${storage.data}`, start };
});
