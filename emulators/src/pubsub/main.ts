// The local Pub/Sub's command line, as the Emulator Suite calls it and as people do.
import { portOf, readFlags, storageOf } from "../wire/flags.ts";
import { run } from "../wire/process.ts";
import { startPubSub } from "./server.ts";

const DEFAULT_PORT = 8085;

await run("Local Pub/Sub", () => {
  const flags = readFlags(process.argv.slice(2), {
    text: ["host", "port", "data"],
    on: ["memory", "strict", "admin"],
  });
  const host = flags.text.host ?? "127.0.0.1";
  const port = portOf(flags.text.port, DEFAULT_PORT);
  const storage = storageOf(flags, process.env);
  const start = () => startPubSub({ host, port, ...storage });
  return { host, port, where: storage.data === null ? "in memory" : `durable, ${storage.data}`, start };
});
